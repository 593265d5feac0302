"""Reading what the token endpoint says, on sign-in and on refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from client.auth.errors import SignInError, SignInReason
from client.errors import ErrorKind, JournalError
from client.failures import failure, json_body
from client.json_rules import JsonError, check
from client.origin import Origin

if TYPE_CHECKING:
    from client.answer import Answer

_DEFAULT_LIFETIME = 300
_PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down", ""})


class TokenAnswer(msgspec.Struct):
    """The members of a token answer that this program uses."""

    access_token: str = ""
    token_type: str = ""
    expires_in: int | None = None
    refresh_token: str | None = None
    id_token: str | None = None
    scope: str | None = None

    @property
    def lifetime(self) -> int:
        """Return for how many seconds the token holds; short where the issuer does not say."""
        return max(self.expires_in, 0) if self.expires_in is not None else _DEFAULT_LIFETIME


class _Refusal(msgspec.Struct):
    error: str = ""


_read = msgspec.json.Decoder(TokenAnswer, strict=False).decode
_read_refusal = msgspec.json.Decoder(_Refusal).decode


def read_token_answer(answer: Answer, endpoint: str) -> TokenAnswer:
    """Read a token answer.

    Raises:
        SignInError: REFUSED when the issuer says no in OAuth's own words.
        JournalError: when anything but the issuer seems to have answered, or it has a fault.
    """
    refusal = _refusal(answer)
    if refusal not in _PASSING:
        raise SignInError(SignInReason.REFUSED, code=refusal)
    origin = Origin.of(endpoint, plain_http=True)
    error = failure(answer, writes=False, origin=origin)
    if error is not None:
        raise error
    try:
        tokens = _read(json_body(answer, writes=False))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise JournalError(ErrorKind.NOT_FHIR, status=answer.status, detail="no token answer") from None
    if tokens.token_type.lower() != "bearer" or not _fits_header(tokens.access_token):
        raise SignInError(SignInReason.REFUSED, detail="no bearer token")
    return tokens


def _refusal(answer: Answer) -> str:
    """Return the OAuth error code of a 4xx answer, if it has one."""
    if not 400 <= answer.status < 500:
        return ""
    try:
        check(answer.body)
        error = _read_refusal(answer.body).error
    except (JsonError, msgspec.MsgspecError):
        return ""
    return error if error.isascii() and error.isprintable() and len(error) <= 64 else "unknown"


def _fits_header(token: str) -> bool:
    """Tell whether the token can be sent: visible ASCII without spaces."""
    return bool(token) and all("!" <= one <= "~" for one in token)

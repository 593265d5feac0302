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
_LONGEST_LIFETIME = 24 * 60 * 60
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
        """Return for how many seconds the token holds; short where the issuer does not say, a day where it says more."""
        return (
            min(max(self.expires_in, 0), _LONGEST_LIFETIME)
            if self.expires_in is not None
            else _DEFAULT_LIFETIME
        )


class _Refusal(msgspec.Struct):
    error: str = ""


_read = msgspec.json.Decoder(TokenAnswer, strict=False).decode
_read_refusal = msgspec.json.Decoder(_Refusal).decode


def read_token_answer(answer: Answer, endpoint: str, *, is_bound: bool = False) -> TokenAnswer:
    """Read a token answer. `is_bound`: the tokens must be bound to the key that was proved (RFC 9449 §5).

    Raises:
        SignInError: REFUSED when the issuer says no in OAuth's own words, or gives tokens of another kind than was asked for.
        JournalError: when anything but the issuer seems to have answered, or it has a fault.
    """
    raise_for_refusal(answer, endpoint)
    try:
        tokens = _read(json_body(answer, writes=False))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise JournalError(ErrorKind.NOT_FHIR, status=answer.status, detail="no token answer") from None
    wanted = "dpop" if is_bound else "bearer"
    if tokens.token_type.lower() != wanted or not _fits_header(tokens.access_token):
        raise SignInError(SignInReason.REFUSED, detail=f"no {wanted} token")
    return tokens


def raise_for_refusal(answer: Answer, endpoint: str) -> None:
    """Raise what a refusal of the issuer means; return for a success.

    Raises:
        SignInError: REFUSED, with the issuer's code.
        JournalError: when anything but the issuer seems to have answered, or it has a fault.
    """
    code = refusal_code(answer)
    if code not in _PASSING:
        raise SignInError(SignInReason.REFUSED, code=code)
    place = endpoint.partition("?")[0]  # some name a tenant or a policy in a query
    error = failure(answer, writes=False, origin=Origin.of(place, plain_http=True))
    if error is not None:
        raise error


def refusal_code(answer: Answer) -> str:
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

"""Where to sign in: SMART's description of the journal first, then the issuer's own (OpenID Connect)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from client.auth.errors import SignInError, SignInReason
from client.errors import ErrorKind, JournalError

if TYPE_CHECKING:
    from client.auth.transport import AuthTransport

_S256 = "S256"
_SIGNATURES = ("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What a sign-in needs to know of an issuer. All addresses lie on the issuer's own origin."""

    issuer: str
    authorization: str
    token: str
    jwks: str
    signatures: tuple[str, ...]
    names_issuer: bool  # the issuer puts `iss` into its answers (RFC 9207)


class _Description(msgspec.Struct):
    issuer: str | None = None
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    jwks_uri: str | None = None
    code_challenge_methods_supported: list[str] | None = None
    id_token_signing_alg_values_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool | None = None


_read = msgspec.json.Decoder(_Description).decode


async def discover(http: AuthTransport, base: str) -> Endpoints:
    """Find the sign-in of a journal by its base address.

    Raises:
        SignInError: METADATA when a description is missing, contradicts itself or leads to another host.
        JournalError: when the network fails.
    """
    http.allow(base)
    smart = await _describe(http, f"{base.rstrip('/')}/.well-known/smart-configuration")
    if not smart.issuer:
        raise _unusable("the journal names no issuer")
    try:
        http.allow(smart.issuer)
    except JournalError:
        raise _unusable("the issuer's address may not be used") from None
    openid = await _describe(http, f"{smart.issuer.rstrip('/')}/.well-known/openid-configuration")
    if openid.issuer != smart.issuer:
        raise _unusable("another issuer answers")
    _check_challenge(smart, openid)
    return _endpoints(http, smart, openid)


async def _describe(http: AuthTransport, url: str) -> _Description:
    """Read one description."""
    try:
        return _read(await http.get_json(url))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _unusable("a description of another form") from None
    except JournalError as error:
        if error.kind in {ErrorKind.NOT_FOUND, ErrorKind.GONE}:
            raise _unusable("no description of the sign-in") from None
        raise


def _check_challenge(*descriptions: _Description) -> None:
    """Refuse an issuer that lists its challenge methods without S256; silence is accepted (Epic)."""
    for one in descriptions:
        methods = one.code_challenge_methods_supported
        if methods is not None and _S256 not in methods:
            raise _unusable("no S256")


def _endpoints(http: AuthTransport, smart: _Description, openid: _Description) -> Endpoints:
    """Put the two descriptions together; the journal's own addresses go first."""
    authorization = smart.authorization_endpoint or openid.authorization_endpoint or ""
    token = smart.token_endpoint or openid.token_endpoint or ""
    jwks = openid.jwks_uri or smart.jwks_uri or ""
    for url in (authorization, token, jwks):
        if not url or not http.allows(url):
            raise _unusable("an address is missing or on another host")
    offered = openid.id_token_signing_alg_values_supported or list(_SIGNATURES)
    return Endpoints(
        issuer=openid.issuer or "",
        authorization=authorization,
        token=token,
        jwks=jwks,
        signatures=tuple(one for one in _SIGNATURES if one in offered),
        names_issuer=bool(openid.authorization_response_iss_parameter_supported),
    )


def _unusable(detail: str) -> SignInError:
    """Make the error."""
    return SignInError(SignInReason.METADATA, detail=detail)

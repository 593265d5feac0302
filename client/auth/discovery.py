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
    device: str = ""  # where a device code is asked for (RFC 8628); empty where there is none
    pushed: str = ""  # where a request is pushed to (RFC 9126); empty where there is none
    requires_pushed: bool = False
    client_methods: tuple[str, ...] = ()  # how a client may prove itself; empty where the issuer does not say
    holder_signatures: tuple[str, ...] = ()  # what proofs of possession may be signed with (RFC 9449)
    userinfo: str = (
        ""  # where the issuer tells of the person what the id_token leaves out; empty where there is none
    )
    revocation: str = ""  # where tokens are given back (RFC 7009); empty where there is no such place
    levels: tuple[str, ...] = ()  # what `acr_values` may ask for; empty where the issuer does not say
    capabilities: tuple[str, ...] = ()  # SMART's own words for what the journal's sign-in does


class _Description(msgspec.Struct):
    issuer: str | None = None
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    jwks_uri: str | None = None
    code_challenge_methods_supported: list[str] | None = None
    id_token_signing_alg_values_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool | None = None
    device_authorization_endpoint: str | None = None
    userinfo_endpoint: str | None = None
    pushed_authorization_request_endpoint: str | None = None
    require_pushed_authorization_requests: bool | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    dpop_signing_alg_values_supported: list[str] | None = None
    revocation_endpoint: str | None = None
    acr_values_supported: list[str] | None = None
    capabilities: list[str] | None = None


_read = msgspec.json.Decoder(_Description).decode


async def discover(http: AuthTransport, base: str, issuer: str = "") -> Endpoints:
    """Find the sign-in of a journal by its base address.

    Args:
        http: The way to the sign-in.
        base: The journal's base address.
        issuer: The issuer that the configuration names. The journal must name the same one, and need then not describe itself
            (HelseID stands apart from the journals it serves). Empty: whichever the journal names.

    Raises:
        SignInError: METADATA when a description is missing, contradicts itself or leads to another host.
        JournalError: when the network fails.
    """
    http.allow(base)
    smart = await _describe_journal(http, base, issuer)
    if not smart.issuer:
        raise _unusable("the journal names no issuer")
    if issuer and smart.issuer.rstrip("/") != issuer.rstrip("/"):
        raise _unusable("the journal names another issuer than its configuration")
    try:
        http.allow(smart.issuer)
    except JournalError:
        raise _unusable("the issuer's address may not be used") from None
    openid = await _describe(http, f"{smart.issuer.rstrip('/')}/.well-known/openid-configuration")
    if openid.issuer != smart.issuer:
        raise _unusable("another issuer answers")
    _check_challenge(smart, openid)
    return _endpoints(http, smart, openid)


async def _describe_journal(http: AuthTransport, base: str, issuer: str) -> _Description:
    """Read the journal's own description; where the issuer is known by configuration there need not be one."""
    try:
        smart = await _describe(http, f"{base.rstrip('/')}/.well-known/smart-configuration")
    except SignInError:
        if not issuer:
            raise
        return _Description(issuer=issuer)
    return msgspec.structs.replace(smart, issuer=smart.issuer or issuer)


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
    device = openid.device_authorization_endpoint or smart.device_authorization_endpoint or ""
    pushed = openid.pushed_authorization_request_endpoint or smart.pushed_authorization_request_endpoint or ""
    offered = openid.id_token_signing_alg_values_supported or list(_SIGNATURES)
    endpoints = Endpoints(
        issuer=openid.issuer or "",
        authorization=smart.authorization_endpoint or openid.authorization_endpoint or "",
        token=smart.token_endpoint or openid.token_endpoint or "",
        jwks=openid.jwks_uri or smart.jwks_uri or "",
        signatures=tuple(one for one in _SIGNATURES if one in offered),
        names_issuer=bool(openid.authorization_response_iss_parameter_supported),
        device=device,
        pushed=pushed,
        requires_pushed=bool(openid.require_pushed_authorization_requests),
        client_methods=tuple(openid.token_endpoint_auth_methods_supported or ()),
        holder_signatures=tuple(openid.dpop_signing_alg_values_supported or ()),
        userinfo=_if_near(http, openid.userinfo_endpoint),
        revocation=_beside(http, openid.issuer, openid.revocation_endpoint or smart.revocation_endpoint),
        levels=tuple(openid.acr_values_supported or ()),
        capabilities=tuple(smart.capabilities or ()),
    )
    required = (endpoints.authorization, endpoints.token, endpoints.jwks)
    given = [one for one in (device, pushed) if one]
    # The issuer's own, not merely a pinned one: a journal that stands apart from it must come by no code and no secret.
    if not all(http.is_beside(url, endpoints.issuer) for url in (*required, *given)):
        raise _unusable("an address is missing or on another host")
    if not endpoints.signatures:
        raise _unusable("no signature that can be verified")
    return endpoints


def _if_near(http: AuthTransport, url: str | None) -> str:
    """Return an address that lies where the sign-in does; one elsewhere is done without, and gets no token."""
    return url if url and http.allows(url) else ""


def _beside(http: AuthTransport, issuer: str | None, url: str | None) -> str:
    """Return an address of the issuer's own; one elsewhere is done without, and comes by no token that could be renewed."""
    return url if url and issuer and http.is_beside(url, issuer) else ""


def _unusable(detail: str) -> SignInError:
    """Make the error."""
    return SignInError(SignInReason.METADATA, detail=detail)

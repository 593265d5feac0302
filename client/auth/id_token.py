"""Verifying the id_token (OpenID Connect Core §3.1.3.7). joserfc is imported only when it happens."""

from __future__ import annotations

import contextlib
import hmac
from typing import TYPE_CHECKING, Any

import msgspec

from client.auth.errors import SignInError, SignInReason

if TYPE_CHECKING:
    from datetime import datetime

    from joserfc.jwk import Key

    from client.auth.discovery import Endpoints

_LEEWAY = 60.0


def verify_id_token(
    token: str, keys: bytes, endpoints: Endpoints, *, client_id: str, nonce: str, now: datetime
) -> dict[str, Any]:
    """Return the claims of an id_token that holds in signature, issuer, audience, nonce and time.

    `nonce` is empty when none was sent: a device code comes by no browser that could bring somebody else's answer.

    Raises:
        SignInError: IDENTITY when any of them does not.
    """
    claims = _verified(token, keys, endpoints.signatures)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != endpoints.issuer:
        raise _bad("another issuer")
    if client_id not in audiences or claims.get("azp", client_id) != client_id:
        raise _bad("meant for another client")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise _bad("of another sign-in")
    _check_time(claims, now.timestamp())
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise _bad("nobody's")
    return claims


def _verified(token: str, keys: bytes, signatures: tuple[str, ...]) -> dict[str, Any]:
    """Check the signature against the issuer's keys; only asymmetric algorithms are accepted."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        key_set = KeySet(_usable(msgspec.json.decode(keys, type=_Keys).keys))
        return dict(jwt.decode(token, key_set, algorithms=list(signatures)).claims)
    except (JoseError, msgspec.MsgspecError, ValueError, KeyError, TypeError):
        raise _bad("its signature does not hold") from None


class _Keys(msgspec.Struct):
    keys: list[Any]


def _usable(keys: list[Any]) -> list[Key]:
    """Return the public keys that are understood: others in the set are no fault of the one that signed (RFC 7517 §5)."""
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    found: list[Key] = []
    for one in keys:
        if not isinstance(one, dict) or one.get("kty") == "oct":
            continue
        with contextlib.suppress(JoseError, ValueError, KeyError, TypeError):
            found.append(import_key(one))
    return found


def _check_time(claims: dict[str, Any], now: float) -> None:
    """Compare the times with the issuer's own clock, so that a laptop with a wrong one can sign in."""
    expires, issued, starts = (claims.get(name) for name in ("exp", "iat", "nbf"))
    if not isinstance(expires, int | float) or not isinstance(issued, int | float):
        raise _bad("without times")
    if expires + _LEEWAY < now:
        raise _bad("expired")
    if issued - _LEEWAY > now or (isinstance(starts, int | float) and starts - _LEEWAY > now):
        raise _bad("from the future")


def _bad(detail: str) -> SignInError:
    """Make the error."""
    return SignInError(SignInReason.IDENTITY, detail=detail)

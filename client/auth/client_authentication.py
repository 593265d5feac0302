"""How this client proves itself to an issuer: not at all (a public client), by a secret, or by a key (RFC 7523)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote_plus

from client.auth.errors import SignInError, SignInReason

if TYPE_CHECKING:
    from datetime import datetime

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFETIME = 60
"""Seconds that an assertion holds. SMART allows 300, HelseID's own samples use 30."""

_KEY_SIGNATURES = ("ES384", "RS384", "ES256", "RS256", "PS256")
"""What may sign; SMART asks for the first two."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and under which fresh id a proof is made, and by whom it will be read."""

    issuer: str
    token_endpoint: str
    now: datetime
    fresh_id: str


class ClientAuthentication(Protocol):
    """One client as an issuer knows it."""

    @property
    def client_id(self) -> str:
        """The name under which it is registered."""
        ...

    def fields(self, moment: Moment) -> list[tuple[str, str]]:
        """Return what goes into the form of a request to the issuer."""
        ...

    def headers(self) -> dict[str, str]:
        """Return what goes into its headers."""
        ...


@dataclass(frozen=True, slots=True)
class PublicClient:
    """A program on a person's machine: it can keep no secret, so PKCE stands in for one."""

    client_id: str

    def fields(self, _moment: Moment) -> list[tuple[str, str]]:
        """Return the bare name (RFC 6749 §3.2.1)."""
        return [("client_id", self.client_id)]

    def headers(self) -> dict[str, str]:
        """Return none."""
        return {}


@dataclass(frozen=True, slots=True)
class SecretClient:
    """A client with a shared secret, sent by HTTP Basic (SMART's client-confidential-symmetric)."""

    client_id: str
    secret: str = field(repr=False)

    def fields(self, _moment: Moment) -> list[tuple[str, str]]:
        """Return none: the name goes with the secret."""
        return []

    def headers(self) -> dict[str, str]:
        """Return name and secret, each form-encoded first (RFC 6749 §2.3.1)."""
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


@dataclass(frozen=True, slots=True)
class KeyClient:
    """A client with a key of its own, `private_key_jwt` (SMART's client-confidential-asymmetric, HelseID).

    `key` is the private key as a JWK in JSON. An assertion is made for the issuer (HelseID, RFC 9700) or for its token endpoint
    (SMART, Epic); the header's `typ` goes with that.
    """

    client_id: str
    key: str = field(repr=False)
    is_for_issuer: bool = True

    def fields(self, moment: Moment) -> list[tuple[str, str]]:
        """Return a fresh assertion; each is good for one request.

        Raises:
            SignInError: UNSUPPORTED when the key is none that may sign.
        """
        return [("client_assertion_type", _ASSERTION), ("client_assertion", self._assertion(moment))]

    def headers(self) -> dict[str, str]:
        """Return none."""
        return {}

    def _assertion(self, moment: Moment) -> str:
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import import_key

        issued = int(moment.now.timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": moment.issuer if self.is_for_issuer else moment.token_endpoint,
            "jti": moment.fresh_id,
            "iat": issued,
            "nbf": issued,
            "exp": issued + _LIFETIME,
        }
        try:
            told = _read_key(self.key)
            key = import_key(told)
            header = {
                "alg": _signature(told),
                "typ": "client-authentication+jwt" if self.is_for_issuer else "JWT",
                "kid": str(told.get("kid") or key.thumbprint()),
            }
            return jwt.encode(header, claims, key, algorithms=list(_KEY_SIGNATURES))
        except (JoseError, ValueError, KeyError, TypeError):
            raise SignInError(SignInReason.UNSUPPORTED, detail="the client's key cannot sign") from None


def _read_key(text: str) -> dict[str, str | list[str]]:
    import msgspec

    return msgspec.json.decode(text, type=dict[str, str | list[str]])


def _signature(key: dict[str, str | list[str]]) -> str:
    """Return the algorithm that the key names, or the one that fits it."""
    if named := key.get("alg"):
        return str(named)
    fits = {"P-256": "ES256", "P-384": "ES384"}
    return fits.get(str(key.get("crv", "")), "RS384")

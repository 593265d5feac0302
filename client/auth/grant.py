"""What a sign-in gives: who signed in, and the tokens that prove it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003  msgspec reads the annotations when it decodes

import msgspec


@dataclass(frozen=True, slots=True)
class SignedInUser:
    """The clinician, as the verified id_token says."""

    subject: str
    name: str
    fhir_user: str
    role: str
    courses: tuple[str, ...]
    issuer: str
    hpr_number: str = ""  # of the national register of health personnel, where the issuer says it (HelseID)


@dataclass(frozen=True, slots=True)
class Grant:
    """The tokens of one sign-in and what was granted; `scopes` is what counts, not what was asked for."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    scopes: frozenset[str]
    user: SignedInUser
    token_endpoint: str = ""
    client_id: str = ""
    issuer: str = ""
    holder_key: str = field(default="", repr=False)
    """The private key that the tokens are bound to, as a JWK in JSON; empty for bearer tokens."""
    revocation_endpoint: str = ""
    """Where the issuer takes tokens back (RFC 7009); empty where it has no such place."""
    level: str = ""
    """The level that it was made at, where the journal demands one."""

    def to_bytes(self) -> bytes:
        """Return the grant for an encrypted store."""
        return msgspec.json.encode(self)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Grant:
        """Read what `to_bytes` gave."""
        return msgspec.json.decode(stored, type=cls)

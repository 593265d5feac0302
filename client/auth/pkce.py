"""Proof Key for Code Exchange (RFC 7636), S256 only."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ports.ids import Ids


@dataclass(frozen=True, slots=True)
class ProofKey:
    """The secret that stays here, and its hash that goes with the request."""

    verifier: str = field(repr=False)
    challenge: str


def new_proof_key(ids: Ids) -> ProofKey:
    """Draw a verifier of 32 random bytes."""
    verifier = token_text(ids.secret(32))
    return ProofKey(verifier, token_text(hashlib.sha256(verifier.encode()).digest()))


def token_text(secret: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()

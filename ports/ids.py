"""Randomness: the only place that draws identifiers, secrets and chance."""

from __future__ import annotations

import random
import secrets
import uuid
from typing import Protocol


class Ids(Protocol):
    """Fresh identifiers, secret bytes and a fraction for jitter."""

    def uuid(self) -> str:
        """Return a new random UUID in its canonical text form."""
        ...

    def secret(self, count: int) -> bytes:
        """Return `count` bytes fit for a key."""
        ...

    def fraction(self) -> float:
        """Return a number in [0, 1); for jitter, never for secrets."""
        ...


class SystemIds:
    """The operating system's randomness."""

    def uuid(self) -> str:
        """Return a random (version 4) UUID."""
        return str(uuid.uuid4())

    def secret(self, count: int) -> bytes:
        """Return bytes of the system's generator."""
        return secrets.token_bytes(count)

    def fraction(self) -> float:
        """Return a number in [0, 1)."""
        return random.random()  # noqa: S311  jitter only

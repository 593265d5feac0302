"""The keys of a cache: what comes of the PIN, what wraps the database key, and what comes of that one.

KEK = HKDF-SHA256(keyring secret ‖ Argon2id(PIN)); it wraps the database key by AES-KWP (RFC 5649).
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline_cache.errors import StoreFault

if TYPE_CHECKING:
    from ports.ids import Ids

KEY_BYTES = 32
"""Length of every key and secret here."""


@dataclass(frozen=True, slots=True)
class KdfParams:
    """The cost of one guess at the PIN: Argon2id's memory in KiB, passes and lanes (security.md §2.3)."""

    memory_kib: int = 128 * 1024
    passes: int = 3
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class CacheKeys:
    """What opens one cache. Nothing of it is shown by `repr`."""

    database_id: str
    database: bytes = field(repr=False)

    @property
    def audit(self) -> bytes:
        """The key of the audit chain, derived from the database key."""
        return derive(self.database, salt=self.database_id.encode(), info=b"feltjournal audit v1")

    @classmethod
    def passing(cls, ids: Ids) -> CacheKeys:
        """Return keys for a store in memory, gone with the process."""
        return cls(ids.uuid(), ids.secret(KEY_BYTES))


def stretch(pin: str, salt: bytes, params: KdfParams) -> bytes:
    """Return Argon2id of the PIN; slow on purpose. StoreFault when the machine has no memory for it."""
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    secret = unicodedata.normalize("NFC", pin).encode("utf-8", "surrogatepass")
    try:
        return hash_secret_raw(
            secret, salt, params.passes, params.memory_kib, params.lanes, KEY_BYTES, Type.ID
        )
    except (HashingError, MemoryError) as error:
        raise StoreFault("no memory for the PIN") from error


def derive(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """Return 32 bytes of HKDF-SHA256."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt, info).derive(secret)


def wrap(kek: bytes, key: bytes) -> bytes:
    """Return the key wrapped."""
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

    return aes_key_wrap_with_padding(kek, key)


def unwrap(kek: bytes, wrapped: bytes) -> bytes | None:
    """Return the key, or None when the KEK is not the one that wrapped it."""
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding

    try:
        return aes_key_unwrap_with_padding(kek, wrapped)
    except InvalidUnwrap:
        return None


def check_value(secret: bytes, database_id: str) -> str:
    """Return a value that tells one keyring secret from another without telling anything of it."""
    return hmac.new(
        secret, b"feltjournal keyring check v1 " + database_id.encode(), hashlib.sha256
    ).hexdigest()

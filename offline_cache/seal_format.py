"""The bytes of one seal, version 1. All numbers are unsigned and big-endian.

    offset  size  what
    0       7     "FJSEAL" and a zero byte
    7       1     the version: 1
    8       16    the id of the organisation's key: `organisation_key.key_id`
    24      32    the public half of an X25519 key made for this seal alone
    56      1+n   what names the journal: a length, then UTF-8
    …       1+n   the id of the database that the entry was signed in: a length, then UTF-8
    …       1+n   the id of the entry: a length, then UTF-8
    …       1+n   the clinician's name, so that one can say whose work this is: a length, then UTF-8
    …       4     c, the length of the ciphertext
    …       c     ChaCha20-Poly1305 (RFC 8439) of the content, its tag at the end; here the seal ends

Everything before the ciphertext is its associated data, so that no byte of the seal can be another without the tag failing.
Key and nonce are the 32 and 12 bytes of HKDF-SHA256(X25519(the seal's private half, the organisation's public half), salt = the
seal's public half ‖ the organisation's public half, info = "feltjournal seal v1"). The seal's private half is forgotten when the
seal is made: the machine that made it cannot open it. What is encrypted is the length of the content (4 bytes), the content
(`sealed_entry.py`), and zeros up to a multiple of 1,024, so that the size of a file says little of what is in it.

A seal proves that it is whole, not who made it: whoever has the organisation's public key can make one.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache.errors import SealDamaged, SealOfOtherKey
from offline_cache.organisation_key import KEY_ID_BYTES, PUBLIC_BYTES, key_id, public_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

_MAGIC = b"FJSEAL\x00\x01"
_INFO = b"feltjournal seal v1"
_TAG_BYTES = 16
_PADDED_TO = 1024
_LONGEST_NAME = 255
LARGEST = 64 * 1024 * 1024
"""Bytes of the largest seal that is read: a longer file is no seal of ours."""


@dataclass(frozen=True, slots=True)
class SealHead:
    """What is readable without the organisation's key. No patient data is in it."""

    key: bytes
    journal: str
    database: str
    entry: str
    clinician: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal taken apart, not opened."""

    head: SealHead
    passing: bytes
    bound: bytes
    ciphertext: bytes


def make(head: SealHead, content: bytes, *, public: bytes, secret: bytes) -> bytes:
    """Seal the content to the organisation.

    Args:
        head: What stays readable; `key` must be the id of `public`.
        content: What is sealed.
        public: The organisation's public half.
        secret: 32 fresh bytes; they become the seal's private half and must be forgotten.

    Raises:
        SealOfOtherKey: `public` is no key that anything can be sealed to, or not the one that the head names.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    if len(public) != PUBLIC_BYTES or head.key != key_id(public):
        raise SealOfOtherKey
    private = X25519PrivateKey.from_private_bytes(secret)
    passing = public_of(private)
    cipher, nonce = _cipher(private, public, passing, public)
    whole = struct.pack(">I", len(content)) + content
    whole += bytes(-len(whole) % _PADDED_TO)
    names = b"".join(_named(text) for text in (head.journal, head.database, head.entry, head.clinician))
    bound = _MAGIC + head.key + passing + names + struct.pack(">I", len(whole) + _TAG_BYTES)
    return bound + cipher.encrypt(nonce, whole, bound)


def read(raw: bytes) -> Seal:
    """Take a seal apart without opening it.

    Raises:
        SealDamaged: The bytes are no seal of version 1, or not a whole one.
    """
    start = len(_MAGIC)
    if len(raw) > LARGEST or raw[:start] != _MAGIC:
        raise SealDamaged
    names, at = [], start + KEY_ID_BYTES + PUBLIC_BYTES
    for _ in range(4):
        name, at = _name_at(raw, at)
        names.append(name)
    body = at + 4
    if len(raw) < body or len(raw) - body != struct.unpack_from(">I", raw, at)[0]:
        raise SealDamaged
    key, passing = raw[start : start + KEY_ID_BYTES], raw[start + KEY_ID_BYTES :][:PUBLIC_BYTES]
    return Seal(SealHead(key, *names), passing, raw[:body], raw[body:])


def unseal(seal: Seal, private: X25519PrivateKey) -> bytes:
    """Return the content.

    Raises:
        SealOfOtherKey: It was sealed to another key.
        SealDamaged: A byte of it is not what was written.
    """
    from cryptography.exceptions import InvalidTag

    public = public_of(private)
    if seal.head.key != key_id(public):
        raise SealOfOtherKey
    try:
        cipher, nonce = _cipher(private, seal.passing, seal.passing, public)
        whole = cipher.decrypt(nonce, seal.ciphertext, seal.bound)
    except (InvalidTag, SealOfOtherKey):
        raise SealDamaged from None
    length = struct.unpack_from(">I", whole)[0] if len(whole) >= 4 else len(whole)
    if length > len(whole) - 4 or any(whole[4 + length :]):
        raise SealDamaged
    return whole[4 : 4 + length]


def _cipher(
    private: X25519PrivateKey, other: bytes, passing: bytes, public: bytes
) -> tuple[ChaCha20Poly1305, bytes]:
    """Return the cipher and the nonce of one seal; a public half that makes no secret is refused."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(other))
    except ValueError:
        raise SealOfOtherKey from None
    made = HKDF(SHA256(), 44, passing + public, _INFO).derive(shared)
    return ChaCha20Poly1305(made[:32]), made[32:]


def _named(text: str) -> bytes:
    """Return a text of at most 255 bytes with its length before it; a longer one is cut at a character."""
    raw = text.encode("utf-8", "replace")[:_LONGEST_NAME].decode("utf-8", "ignore").encode()
    return bytes([len(raw)]) + raw


def _name_at(raw: bytes, at: int) -> tuple[str, int]:
    """Return the text that begins at a place, and where the next thing begins."""
    end = at + 1 + raw[at] if at < len(raw) else len(raw) + 1
    if end > len(raw):
        raise SealDamaged
    try:
        return raw[at + 1 : end].decode(), end
    except UnicodeDecodeError:
        raise SealDamaged from None

"""The organisation's key pair: the public half seals on the laptop, the private half opens on the supervisor's machine.

Both are X25519 (RFC 7748). The private half is a PEM file (PKCS #8), as `openssl genpkey -algorithm X25519` writes it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from offline_cache.errors import OrganisationKeyUnreadable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

PUBLIC_BYTES = 32
"""Length of an X25519 public key."""

KEY_ID_BYTES = 16
"""Length of what names a public key."""


def key_id(public: bytes) -> bytes:
    """Return what names the organisation's key: 16 bytes of SHA-256 over a label and the public half."""
    return hashlib.sha256(b"feltjournal organisation key v1" + public).digest()[:KEY_ID_BYTES]


def read_private(pem: bytes) -> X25519PrivateKey:
    """Read the private half from a PEM file.

    Raises:
        OrganisationKeyUnreadable: It is no such file, is protected by a password, or holds another kind of key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise OrganisationKeyUnreadable from None
    if not isinstance(key, X25519PrivateKey):
        raise OrganisationKeyUnreadable
    return key


def public_of(private: X25519PrivateKey) -> bytes:
    """Return the public half."""
    return private.public_key().public_bytes_raw()

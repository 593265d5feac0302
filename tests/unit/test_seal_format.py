"""The bytes of a seal and of an export: as documented, opened by one key only, and not a byte may be another.

Fault: F5, F6, Y7, R8.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from offline_cache import seal_export, seal_format
from offline_cache.errors import (
    ExportDamaged,
    ExportTruncated,
    OrganisationKeyUnreadable,
    SealDamaged,
    SealOfOtherKey,
)
from offline_cache.organisation_key import key_id, public_of, read_private
from offline_cache.seal_format import SealHead

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

ORGANISATION = X25519PrivateKey.from_private_bytes(bytes(range(32)))
SECRET = bytes(range(100, 132))
PUBLIC = public_of(ORGANISATION)
HEAD = SealHead(key_id(PUBLIC), "embedded:00ff", "db-1", "entry-1", "Kari Nordmann")
CONTENT = b'{"text":"S\xc3\xa5r stelt."}'


def made(content: bytes = CONTENT) -> bytes:
    """Return a seal that is the same every time."""
    return seal_format.make(HEAD, content, public=PUBLIC, secret=SECRET)


def test_a_seal_lies_byte_for_byte_as_documented() -> None:
    """Opened here by the page alone, with none of the code that made it."""
    raw = made()
    assert raw[:8] == b"FJSEAL\x00\x01"
    assert raw[8:24] == hashlib.sha256(b"feltjournal organisation key v1" + PUBLIC).digest()[:16]
    passing = raw[24:56]
    assert passing == X25519PrivateKey.from_private_bytes(SECRET).public_key().public_bytes_raw()
    at, names = 56, []
    for _ in range(4):
        names.append(raw[at + 1 : at + 1 + raw[at]].decode())
        at += 1 + raw[at]
    assert names == ["embedded:00ff", "db-1", "entry-1", "Kari Nordmann"]
    (length,) = struct.unpack(">I", raw[at : at + 4])
    assert len(raw) == at + 4 + length
    shared = ORGANISATION.exchange(X25519PublicKey.from_public_bytes(passing))
    out = HKDF(SHA256(), 44, passing + PUBLIC, b"feltjournal seal v1").derive(shared)
    whole = ChaCha20Poly1305(out[:32]).decrypt(out[32:], raw[at + 4 :], raw[: at + 4])
    assert whole == struct.pack(">I", len(CONTENT)) + CONTENT + bytes(1024 - 4 - len(CONTENT))


def test_the_bytes_of_version_1_stay_what_they_were() -> None:
    """A seal of this version lies on laptops: what is made today must be what was made the first day."""
    assert hashlib.sha256(made()).hexdigest() == VECTOR


VECTOR = "6fc6642640272fac5fd78397775785b1aca53bc4e02f15dd3885137ef4e8ca5d"


def test_the_key_opens_what_was_sealed() -> None:
    for content in (b"", b"x", bytes(5000), CONTENT):
        assert seal_format.unseal(seal_format.read(made(content)), ORGANISATION) == content
    assert seal_format.read(made()).head == HEAD


def test_no_byte_can_be_another() -> None:
    """Each byte flipped in each of two ways: refused, as damaged or as another key's, and never opened."""
    raw = made()
    for at in range(len(raw)):
        for mask in (0x01, 0x80):
            wrong = raw[:at] + bytes([raw[at] ^ mask]) + raw[at + 1 :]
            with pytest.raises(SealOfOtherKey if 8 <= at < 24 else SealDamaged):
                seal_format.unseal(seal_format.read(wrong), ORGANISATION)


def test_no_seal_is_shorter_or_longer() -> None:
    raw = made()
    for end in range(len(raw)):
        with pytest.raises(SealDamaged):
            seal_format.read(raw[:end])
    with pytest.raises(SealDamaged):
        seal_format.read(raw + b"\x00")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealOfOtherKey):
        seal_format.unseal(seal_format.read(made()), X25519PrivateKey.generate())


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31), bytes(31), b""])
def test_nothing_is_sealed_to_what_is_no_key(public: bytes) -> None:
    """Points of low order would make a secret that everybody knows."""
    head = SealHead(key_id(public), "j", "d", "e", "c")
    with pytest.raises(SealOfOtherKey):
        seal_format.make(head, CONTENT, public=public, secret=SECRET)


def test_a_head_that_names_another_key_is_refused() -> None:
    head = SealHead(key_id(b"another"), "j", "d", "e", "c")
    with pytest.raises(SealOfOtherKey):
        seal_format.make(head, CONTENT, public=PUBLIC, secret=SECRET)


def test_the_size_says_little_of_what_is_inside() -> None:
    assert len({len(made(bytes(n))) for n in range(1, 1020)}) == 1
    assert CONTENT not in made()


def test_a_long_name_is_cut_at_a_character() -> None:
    head = SealHead(key_id(PUBLIC), "j", "d", "e", "å" * 200)
    raw = seal_format.make(head, CONTENT, public=PUBLIC, secret=SECRET)
    assert seal_format.read(raw).head.clinician == "å" * 127


def test_an_export_gives_back_what_was_put_in() -> None:
    for seals in ([], [made()], [made(), b"not whole", made(b"2"), b""]):
        assert seal_export.unpack(seal_export.pack(seals)) == seals


def test_no_byte_of_an_export_can_be_another() -> None:
    raw = seal_export.pack([b"one seal", b"another"])
    for at in range(len(raw)):
        wrong = raw[:at] + bytes([raw[at] ^ 0x01]) + raw[at + 1 :]
        with pytest.raises(ExportDamaged):
            seal_export.unpack(wrong)
    for other in (b"", raw + b"\x00", b"%PDF-1.7"):
        with pytest.raises(ExportDamaged) as met:
            seal_export.unpack(other)
        assert not isinstance(met.value, ExportTruncated)


def test_an_export_that_was_not_copied_whole_is_told_as_that() -> None:
    raw = seal_export.pack([b"one seal", b"another"])
    for end in range(1, len(raw)):
        with pytest.raises(ExportTruncated):
            seal_export.unpack(raw[:end])


def pem(key: PrivateKeyTypes, encryption: KeySerializationEncryption | None = None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def test_only_an_organisations_key_is_read_as_one() -> None:
    assert public_of(read_private(pem(ORGANISATION))) == PUBLIC
    locked = pem(ORGANISATION, BestAvailableEncryption(b"passord"))
    for other in (b"", b"tull", pem(Ed25519PrivateKey.generate()), locked, pem(ORGANISATION)[:-60]):
        with pytest.raises(OrganisationKeyUnreadable):
            read_private(other)

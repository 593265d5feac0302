"""Files and typed words under fuzz: what lies on the disk may be anybody's, and what is typed may be anything."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from clinical.identity_number import classify
from clinical.typed_number import read_number
from offline_cache import header, seal_format
from offline_cache.errors import HeaderDamaged, SealDamaged
from offline_cache.keys import KdfParams
from offline_cache.organisation_key import key_id, public_of
from offline_cache.search_terms import terms_of
from offline_cache.server_time import instant_of
from services.fhir_time import parse_time
from services.journal_file import files_named
from services.journal_problem import JournalFileFault
from tests.fuzz.material import a_text, a_word, bent
from tests.omissions import ROOT

if TYPE_CHECKING:
    from random import Random


@cache
def _header() -> bytes:
    who = header.VaultIdentity("https://j.example", "kari", "Practitioner/kari", "j", embedded=False)
    slot = header.Slot(KdfParams(1024, 1, 1), "a" * 32, "b" * 80)
    return header.encode(header.Header("c" * 32, who, "secret-service", "d", "2026-11-24", (slot,)))


@cache
def _seal() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    public = public_of(X25519PrivateKey.from_private_bytes(b"\x01" * 32))
    head = seal_format.SealHead(key_id(public), "j", "d", "e", "Kari")
    return seal_format.make(head, b"x" * 400, public=public, secret=b"\x02" * 32)


@cache
def _templates() -> tuple[bytes, ...]:
    return tuple(one.read_bytes() for one in sorted((ROOT / "services" / "journal_templates").glob("*.toml")))


def check_files(chance: Random) -> None:
    """Bend a header, a seal and a journal's file; each is what was written, or refused by its own name.

    Raises:
        AssertionError: A bent header was taken.
    """
    raw = bent(_header(), chance)
    with suppress(HeaderDamaged):
        assert raw == _header() or header.encode(header.decode(raw)) == raw
        assert replace(header.decode(raw)).slots
    with suppress(SealDamaged):
        taken = seal_format.read(bent(_seal(), chance))
        assert len(taken.ciphertext) < len(_seal()) * 3
    with suppress(JournalFileFault):
        files_named(bent(chance.choice(_templates()), chance).decode("utf-8", "replace"))


def check_words(chance: Random) -> None:
    """Read what a person types, or a journal writes, as a time, a number, an identity or a search."""
    text = a_word(chance) if chance.random() < 0.7 else a_text(chance)
    digits = "".join(chance.choice("0123456789") for _ in range(11)) if chance.random() < 0.3 else text
    time = parse_time(text)
    assert time.text or time.at or not text.strip(), ascii(text)
    instant_of(text)
    classify(digits)
    read_number(text, 1, tenths_digits=3)
    terms_of(text)

"""What the tests of the seals share: a cache whose notes are signed as the client signs them, and the organisation's key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_cache import seal_format, sealed_entry
from offline_cache.entries import NewPart
from offline_cache.organisation_key import public_of
from offline_cache.seals import SUFFIX, Seals
from offline_cache.states import EntryKind
from ports.ids import SystemIds
from services.session import Clinician
from services.views import Draft
from services.writing import Writing
from tests.store_room import KEYS, NOON, draft

if TYPE_CHECKING:
    from pathlib import Path

    from offline_cache.sealed_entry import SealedEntry
    from offline_cache.store import Store
    from tests.store_room import Room

ORGANISATION = X25519PrivateKey.from_private_bytes(bytes(range(32)))
KARI = Clinician("kari-nordmann", "Kari Nordmann", "Practitioner/kari-nordmann", "sykepleier", "issuer")


def seals_in_room(room: Room, *, database: str = KEYS.database_id) -> Seals:
    """Return the seals of a room's cache, with the organisation's key."""
    author = sealed_entry.SealAuthor(KARI.subject, KARI.name, KARI.fhir_user)
    seals = Seals(
        room.folder, room.disk, SystemIds(), journal="embedded:00ff", database=database, author=author
    )
    seals.use(public_of(ORGANISATION))
    return seals


def write_and_sign(room: Room, store: Store, seals: Seals, entry_id: str, text: str = "Sår stelt.") -> None:
    """Save a draft and sign it in two parts, through the services."""
    writing = Writing(store, room.clock, SystemIds(), KARI, seals)
    store.entries.save_draft(draft(entry_id, text=text))
    body = f'{{"resourceType":"Observation","note":"{text}"}}'.encode()
    parts = [NewPart(f"{entry_id}-{number}", number, "Observation", body) for number in (1, 2)]
    writing.sign(Draft(entry_id, EntryKind.NOTE, "p1", "v1", NOON, {"text": text}), parts, "Notat")


def files(folder: Path) -> list[Path]:
    """Return the seals in a folder, as files."""
    return sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIX))


def opened(folder: Path) -> dict[str, SealedEntry]:
    """Open every seal in a folder; each must open."""
    entries = [
        sealed_entry.decode(seal_format.unseal(seal_format.read(path.read_bytes()), ORGANISATION))
        for path in files(folder)
    ]
    return {entry.entry_id: entry for entry in entries}

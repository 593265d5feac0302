"""What the store's tests share: a room with a vault, a store, and short ways to write an entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from client.resource import Resource
from offline_cache.entries import DraftRecord, NewPart
from offline_cache.keys import CacheKeys, KdfParams
from offline_cache.states import EntryKind
from offline_cache.store import Store
from offline_cache.vault import Vault, VaultIdentity
from ports.disk import SystemDisk
from ports.ids import SystemIds

if TYPE_CHECKING:
    from pathlib import Path

    from ports.disk import Disk
    from ports.keyring import KeyProtector

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CHEAP = KdfParams(memory_kib=64, passes=1, lanes=1)
PIN = "rogn-47"
WHO = VaultIdentity(
    "http://127.0.0.1:1/fhir", "kari-nordmann", "Kari Nordmann", "Øvelsesjournalen", embedded=True
)
KEYS = CacheKeys("11111111-2222-4333-8444-555555555555", bytes(range(32)))


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - NOON).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class DrawerKeyring:
    """A keyring in memory: what a login session would hold outside our folder."""

    name = "secret-service"

    def __init__(self) -> None:
        self.items: dict[str, bytes] = {}

    def get(self, account: str) -> bytes | None:
        return self.items.get(account)

    def put(self, account: str, secret: bytes) -> None:
        self.items[account] = secret

    def delete(self, account: str) -> None:
        self.items.pop(account, None)


@dataclass
class Room:
    """A folder with its clock."""

    folder: Path
    clock: HandClock
    disk: Disk

    @property
    def path(self) -> Path:
        return self.folder / "cache.db"

    def vault(self, protector: KeyProtector | None = None) -> Vault:
        return Vault(self.folder, self.disk, self.clock, SystemIds(), protector, kdf=CHEAP)

    def store(self, keys: CacheKeys = KEYS, *, create: bool = True) -> Store:
        return Store.open(self.path, keys, disk=self.disk, clock=self.clock, create=create)


def sit_out(vault: Vault) -> None:
    """Let the wait after a wrong PIN pass, where there is one."""
    info, clock = vault.describe(), vault._clock
    assert info is not None
    assert isinstance(clock, HandClock)
    clock.at += timedelta(seconds=info.wait)


def room_in(folder: Path, disk: Disk | None = None) -> Room:
    """Return a room in a folder that need not be there yet."""
    return Room(folder, HandClock(), disk or SystemDisk())


def memory_store() -> Store:
    """Return a store with no file."""
    return Store.open(None, KEYS, disk=SystemDisk(), clock=HandClock(), create=True)


def resource(type_: str, id_: str, body: bytes, version: str = "1") -> Resource:
    """Return a resource as the client would hand it over."""
    return Resource(type_, id_, version, "2026-11-23T11:00:00Z", body)


def draft(entry_id: str = "e1", patient: str = "p1", text: str = "Sårstell utført.") -> DraftRecord:
    """Return a note being written."""
    return DraftRecord(
        entry_id, EntryKind.NOTE, patient, "v1", NOON, {"text": text}, "Practitioner/kari-nordmann"
    )


def sign(store: Store, entry_id: str = "e1", patient: str = "p1", text: str = "Sårstell utført.") -> None:
    """Draft and sign a note of two parts with its audit row, in one transaction."""
    with store.transaction():
        store.entries.save_draft(draft(entry_id, patient, text))
        parts = [
            NewPart(
                f"{entry_id}-{n}",
                n,
                "Observation",
                f'{{"resourceType":"Observation","note":"{text}"}}'.encode(),
            )
            for n in (1, 2)
        ]
        store.entries.sign(
            entry_id,
            parts,
            title="Notat",
            signed_at=NOON,
            send_after=NOON + timedelta(seconds=30),
            author="Practitioner/kari-nordmann",
        )
        store.audit.append("sign", patient=patient, detail=entry_id, actor="Practitioner/kari-nordmann")

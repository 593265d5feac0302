"""A wipe: keys first, then everything but the seals; it is finished at the next start, and never begun by damage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from offline_cache.errors import CacheMissing
from offline_cache.wipe import (
    ORDER,
    WipeReport,
    WipeStep,
    begin_wipe,
    begun_wipes,
    finish_wipe,
    note_told,
    pending_report,
)
from ports.disk import SystemDisk
from ports.keyring import KeyringFault
from tests.store_room import PIN, WHO, DrawerKeyring, Room, room_in, sign

if TYPE_CHECKING:
    from pathlib import Path

REPORT = WipeReport("https://journal.example/wipe/success", (("device", "d"), ("proof", "p")))


class MuteKeyring(DrawerKeyring):
    """A keyring that may be locked."""

    is_locked = False

    def delete(self, account: str) -> None:
        if self.is_locked:
            raise KeyringFault("locked")
        super().delete(account)


def lived_in(cache: Path, keyring: DrawerKeyring | None = None, name: str = "u-1") -> Room:
    """Return the folder of a cache with a signed entry, a seal, and one that was set aside earlier."""
    room = room_in(cache / name)
    who = replace(WHO, embedded=keyring is None)
    vault = room.vault(keyring)
    vault.create(PIN, who)
    vault.set_aside()
    keys = vault.create(PIN, who)
    store = room.store(keys)
    sign(store)
    store.close()
    vault.confirm_store()
    vault.note_unsent(1, 1)
    room.disk.replace(room.folder / "0f0f.seal", b"sealed")
    room.disk.replace(room.folder / ".cache.hdr.new", b"left by a crash")
    for door in ("last", "last-0123456789abcdef"):
        room.disk.replace(cache / door, name.encode())
    return room


def names(room: Room) -> set[str]:
    """Return the names in the folder, but for the files that locks are held on."""
    return {p.name for p in room.disk.list(room.folder) if p.suffix not in (".lock", ".pin")}


@pytest.mark.parametrize("has_keyring", [True, False])
def test_only_the_seals_are_left(tmp_path: Path, has_keyring: bool) -> None:  # noqa: FBT001
    """Fault: K24, R3, R8."""
    keyring = DrawerKeyring() if has_keyring else None
    room = lived_in(tmp_path, keyring)
    begin_wipe(room.folder, room.disk)
    assert finish_wipe(room.folder, room.disk, keyring) is None
    assert names(room) == {"0f0f.seal"}
    assert not keyring or keyring.items == {}
    assert not list(tmp_path.glob("last*"))
    assert room.vault(keyring).describe() is None  # a free place, and no incident


def test_the_neighbours_cache_is_not_touched(tmp_path: Path) -> None:
    """Fault: R9, A5."""
    keyring = DrawerKeyring()
    first, second = lived_in(tmp_path, keyring), lived_in(tmp_path, keyring, "u-2")
    before = {path.name: path.read_bytes() for path in second.disk.list(second.folder)}
    begin_wipe(first.folder, first.disk)
    finish_wipe(first.folder, first.disk, keyring)
    assert {path.name: path.read_bytes() for path in second.disk.list(second.folder)} == before
    assert (tmp_path / "last").read_bytes() == b"u-2"
    keys = second.vault(keyring).unlock(PIN)
    store = second.store(keys, create=False)
    assert len(store.entries.all()) == 1
    store.close()


def test_the_order_alone_removes_nothing_and_is_found_at_the_start(tmp_path: Path) -> None:
    """Fault: K24."""
    room = lived_in(tmp_path)
    before = names(room)
    begin_wipe(room.folder, room.disk)
    assert names(room) == before | {ORDER}
    assert begun_wipes(tmp_path, room.disk) == [room.folder]


def test_keys_go_before_the_database(tmp_path: Path) -> None:
    """Whoever pulls the plug in between holds a database that nothing opens.

    Fault: K24.
    """
    keyring = DrawerKeyring()
    room = lived_in(tmp_path, keyring)
    gone: list[str] = []

    class Noting(SystemDisk):
        def remove(self, path: Path) -> None:
            gone.append(path.name)
            assert keyring.items == {}
            super().remove(path)

    begin_wipe(room.folder, room.disk)
    finish_wipe(room.folder, Noting(), keyring)
    headers = [i for i, name in enumerate(gone) if name.endswith(".hdr")]
    rest = [i for i, name in enumerate(gone) if not name.endswith((".hdr", ".new", ".tries"))]
    assert len(headers) == 2
    assert max(headers) < min(rest)
    assert gone[min(rest)].endswith(".db")


def test_a_keyring_that_is_locked_stops_nothing_and_is_emptied_later(tmp_path: Path) -> None:
    """Fault: Y2, R3."""
    keyring = MuteKeyring()
    keyring.is_locked = True
    room = lived_in(tmp_path, keyring)
    begin_wipe(room.folder, room.disk)
    order = finish_wipe(room.folder, room.disk, keyring)
    assert order is not None
    assert order.step is WipeStep.FILES_GONE
    assert names(room) == {"0f0f.seal", ORDER}
    assert finish_wipe(room.folder, room.disk, None) is not None
    keyring.is_locked = False
    assert finish_wipe(room.folder, room.disk, keyring) is None
    assert keyring.items == {}
    assert names(room) == {"0f0f.seal"}


def test_a_new_cache_in_the_same_place_outlives_the_old_order(tmp_path: Path) -> None:
    """The files are gone, the journal has not heard it yet; the same clinician signs in again.

    Fault: R5.
    """
    keyring = DrawerKeyring()
    room = lived_in(tmp_path, keyring)
    begin_wipe(room.folder, room.disk, report=REPORT)
    finish_wipe(room.folder, room.disk, keyring)
    room.vault(keyring).create(PIN, WHO)
    assert finish_wipe(room.folder, room.disk, keyring) is not None
    room.vault(keyring).unlock(PIN)
    begin_wipe(room.folder, room.disk)  # and this one can be wiped too, and the first still be told
    finish_wipe(room.folder, room.disk, keyring)
    with pytest.raises(CacheMissing):
        room.vault(keyring).unlock(PIN)
    assert pending_report(room.folder, room.disk) == REPORT


def test_telling_waits_until_the_files_are_gone_and_is_over_when_it_was_heard(tmp_path: Path) -> None:
    """Fault: R5."""
    room = lived_in(tmp_path)
    begin_wipe(room.folder, room.disk, report=REPORT)
    assert pending_report(room.folder, room.disk) is None
    finish_wipe(room.folder, room.disk, None)
    assert pending_report(room.folder, room.disk) == REPORT
    finish_wipe(room.folder, room.disk, None)  # a start with no network
    assert pending_report(room.folder, room.disk) == REPORT
    note_told(room.folder, room.disk)
    assert pending_report(room.folder, room.disk) is None
    assert begun_wipes(tmp_path, room.disk) == []


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"step":"burn","items":[]}', b"\xff\xfe", b"null"])
def test_an_order_that_is_damaged_wipes_nothing(tmp_path: Path, damage: bytes) -> None:
    """Fault: R4."""
    room = lived_in(tmp_path)
    before = names(room)
    room.disk.replace(room.folder / ORDER, damage)
    assert finish_wipe(room.folder, room.disk, None) is None
    assert names(room) == before | {ORDER}


def test_a_cache_that_is_open_elsewhere_is_left_to_that_process(tmp_path: Path) -> None:
    """Fault: K32."""
    room = lived_in(tmp_path)
    begin_wipe(room.folder, room.disk)
    with room.disk.lock(room.folder / "cache.lock") as alone:
        assert alone
        order = finish_wipe(room.folder, room.disk, None)
    assert order is not None
    assert order.step is WipeStep.ORDERED
    assert "cache.db" in names(room)
    assert finish_wipe(room.folder, room.disk, None) is None

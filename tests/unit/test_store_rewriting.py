"""The whole store under a new key: what stays, what is dead afterwards, and cut off at every write to the folder."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from offline_cache.errors import StoreBusy, StoreDamaged, StoreFault
from offline_cache.opening import open_kept, rewrite
from ports.disk import SystemDisk
from tests.store_room import NOON, PIN, WHO, DrawerKeyring, Room, resource, room_in, sign

if TYPE_CHECKING:
    from pathlib import Path

    from offline_cache.store import Store
    from offline_cache.vault import Vault


def made(folder: Path, disk: SystemDisk | None = None) -> tuple[Room, DrawerKeyring]:
    room, keyring = room_in(folder, disk), DrawerKeyring()
    room.vault(keyring).create(PIN, WHO)
    store, _ = opened(room, keyring)
    sign(store)
    store.resources.put(resource("Flag", "f1", b"{}"), patient="p1", fetched_at=NOON, generation=1)
    store.close()
    return room, keyring


def opened(room: Room, keyring: DrawerKeyring) -> tuple[Store, Vault]:
    vault = room.vault(keyring)
    return open_kept(vault, vault.unlock(PIN), disk=room.disk, clock=room.clock), vault


def check_whole(store: Store) -> None:
    store.check()
    assert [e.entry_id for e in store.entries.all()] == ["e1"]
    assert len(store.entries.parts("e1")) == 2
    assert store.resources.get("Flag", "f1") is not None
    assert store.audit.verify(store.audit.head) == 1


def test_all_of_it_is_there_under_another_key(tmp_path: Path) -> None:
    room, keyring = made(tmp_path / "cache")
    store, vault = opened(room, keyring)
    old = vault.unlock(PIN)
    before, mark = room.path.read_bytes(), store.mark
    store.resources.remove("Flag", "f1")
    store.resources.put(resource("Flag", "f1", b"{}"), patient="p1", fetched_at=NOON, generation=1)
    rewrite(store, vault, room.disk)
    check_whole(store)
    assert store.mark != mark
    with pytest.raises(StoreBusy):
        room.store(old, create=False)
    with store.transaction():
        store.audit.append("after", actor="x")
    store.close()
    assert before[:4096] != room.path.read_bytes()[:4096]
    assert not (room.folder / "cache.next.db").exists()
    with pytest.raises(StoreDamaged):
        room.store(old, create=False)
    vault = room.vault(keyring)
    new = vault.unlock(PIN)
    assert (new.database != old.database, len(vault.candidates(new))) == (True, 1)
    store, vault = opened(room, keyring)
    assert store.audit.verify() == 2
    rewrite(store, vault, room.disk)
    assert store.audit.verify() == 2
    with pytest.raises(StoreFault):
        store._engine.run("ATTACH 'x' AS x")
    store.close()


class PowerCut(BaseException):
    """The process is gone."""


class CutDisk(SystemDisk):
    """A disk on which the process ends at the n-th change of the folder, before or after it."""

    def __init__(self) -> None:
        self.left = -1

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise PowerCut

    def replace(self, path: Path, content: bytes) -> None:
        self.step()
        super().replace(path, content)
        self.step()

    def rename(self, source: Path, target: Path) -> None:
        self.step()
        super().rename(source, target)
        self.step()

    def remove(self, path: Path) -> None:
        self.step()
        super().remove(path)
        self.step()


def test_cut_off_at_any_change_of_the_folder_one_key_opens_it(tmp_path: Path) -> None:
    """Fault: K20, K21, K22, K23."""
    cuts, is_over = 0, False
    while not is_over:
        cuts += 1
        disk = CutDisk()
        room, keyring = made(tmp_path / str(cuts), disk)
        store, vault = opened(room, keyring)
        disk.left = cuts
        try:
            rewrite(store, vault, disk)
            is_over = True
        except PowerCut:
            pass
        image = tmp_path / f"{cuts}-after"
        shutil.copytree(room.folder, image)
        disk.left = -1
        store.close()
        after = room_in(image)
        store, vault = opened(after, keyring)
        check_whole(store)
        assert len(vault._require_header().slots) == 1
        assert not list(image.glob("cache.next*"))
        store.close()
    assert cuts > 8


def test_beside_a_reader_nothing_is_exchanged(tmp_path: Path) -> None:
    """Fault: K32."""
    room, keyring = made(tmp_path / "cache")
    store, vault = opened(room, keyring)
    reader, _ = opened(room, keyring)
    assert reader.read_only
    with pytest.raises(StoreBusy):
        rewrite(store, vault, room.disk)
    check_whole(store)
    reader.close()
    rewrite(store, vault, room.disk)
    check_whole(store)
    store.close()
    store, _ = opened(room, keyring)
    check_whole(store)
    store.close()

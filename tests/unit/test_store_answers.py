"""Why a cache does not open: each reason its own error, trouble and words, and no file changed or gone by any of them."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from offline_cache.errors import (
    CacheError,
    HeaderDamaged,
    KeyringLost,
    KeyringUnavailable,
    PinLocked,
    StoreBusy,
    StoreDamaged,
    StoreExposed,
    StoreMissing,
    StoreReadOnly,
    StoreRemote,
    StoreRolledBack,
    StoreSwapped,
    StoreTooNew,
    WrongPin,
)
from offline_cache.opening import open_kept
from ports.disk import SystemDisk, _kind_of_mount
from services.trouble import TroubleCode
from services.trouble_from import of_cache
from tests.store_room import PIN, WHO, DrawerKeyring, Room, room_in, sign, sit_out
from tui.text.nb_trouble import trouble_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from offline_cache.store import Store


class Ward:
    """A cache with a keyring, in which something was signed, closed as a session closes it."""

    def __init__(self, folder: Path, disk: SystemDisk | None = None) -> None:
        self.room: Room = room_in(folder, disk)
        self.keyring = DrawerKeyring()
        self.vault = self.room.vault(self.keyring)
        self.vault.create(PIN, WHO)
        self.work("e1")

    def open(self, pin: str = PIN) -> Store:
        vault = self.room.vault(self.keyring)
        return open_kept(vault, vault.unlock(pin), disk=self.room.disk, clock=self.room.clock)

    def work(self, *entries: str, closed: bool = True) -> Store:
        store = self.open()
        for entry in entries:
            sign(store, entry)
        if closed:
            self.vault.keep_head(store.audit.head)
            self.vault.note_unsent(1, 1, store.audit.head.sequence)
            store.close()
        return store

    def file(self, name: str) -> Path:
        return self.room.folder / name

    def contents(self) -> dict[str, str]:
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.room.folder.iterdir()
            if path.suffix not in (".lock", ".pin")
        }


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path / "cache")


def damaged(ward: Ward) -> None:
    content = bytearray(ward.file("cache.db").read_bytes())
    content[100] ^= 1
    ward.file("cache.db").write_bytes(content)


def blanked(ward: Ward) -> None:
    content = bytearray(ward.file("cache.db").read_bytes())
    content[:512] = bytes(512)
    ward.file("cache.db").write_bytes(content)


def cut(ward: Ward) -> None:
    os.truncate(ward.file("cache.db"), 4096 + 100)


def missing(ward: Ward) -> None:
    ward.file("cache.db").unlink()


def emptied(ward: Ward) -> None:
    ward.file("cache.db").write_bytes(b"")


def wal_alone(ward: Ward) -> None:
    ward.file("cache.db").rename(ward.file("cache.db-wal"))


def headless(ward: Ward) -> None:
    ward.file("cache.hdr").unlink()


def wal_alone_and_headless(ward: Ward) -> None:
    wal_alone(ward)
    headless(ward)


def bent_header(ward: Ward) -> None:
    content = ward.file("cache.hdr").read_bytes()
    ward.file("cache.hdr").write_bytes(content.replace(b"kari", b"karl", 1))


def rolled_back(ward: Ward) -> None:
    before = ward.file("cache.db").read_bytes()
    ward.work("e2")
    ward.file("cache.db").write_bytes(before)


def folder_rolled_back(ward: Ward) -> None:
    """All files of the folder are the old ones; only the keyring is as it was left."""
    shutil.copytree(ward.room.folder, ward.room.folder.with_name("old"))
    ward.work("e2")
    shutil.rmtree(ward.room.folder)
    ward.room.folder.with_name("old").rename(ward.room.folder)


def swapped(ward: Ward) -> None:
    other = Ward(ward.room.folder.with_name("other"))
    shutil.copy(other.file("cache.db"), ward.file("cache.db"))


def keyless(ward: Ward) -> None:
    ward.keyring.items.clear()


def other_key(ward: Ward) -> None:
    other = Ward(ward.room.folder.with_name("other"))
    account = ward.vault._require_header().database_id
    ward.keyring.put(account, next(iter(other.keyring.items.values())))


def exposed(ward: Ward) -> None:
    ward.file("cache.db").chmod(0o644)


def exposed_header(ward: Ward) -> None:
    ward.file("cache.hdr").chmod(0o640)


CASES: list[tuple[Callable[[Ward], None], type[CacheError], TroubleCode]] = [
    (damaged, StoreDamaged, TroubleCode.CACHE_DAMAGED),
    (blanked, StoreDamaged, TroubleCode.CACHE_DAMAGED),
    (cut, StoreDamaged, TroubleCode.CACHE_DAMAGED),
    (missing, StoreMissing, TroubleCode.CACHE_LOST),
    (emptied, StoreMissing, TroubleCode.CACHE_LOST),
    (wal_alone, StoreMissing, TroubleCode.CACHE_LOST),
    (headless, HeaderDamaged, TroubleCode.CACHE_DAMAGED),
    (wal_alone_and_headless, HeaderDamaged, TroubleCode.CACHE_DAMAGED),
    (bent_header, HeaderDamaged, TroubleCode.CACHE_DAMAGED),
    (rolled_back, StoreRolledBack, TroubleCode.CACHE_OLDER),
    (folder_rolled_back, StoreRolledBack, TroubleCode.CACHE_OLDER),
    (swapped, StoreSwapped, TroubleCode.CACHE_SWAPPED),
    (keyless, KeyringLost, TroubleCode.KEYRING_LOST),
    (other_key, KeyringLost, TroubleCode.KEYRING_LOST),
    (exposed, StoreExposed, TroubleCode.CACHE_EXPOSED),
    (exposed_header, StoreExposed, TroubleCode.CACHE_EXPOSED),
]


@pytest.mark.parametrize(("harm", "error", "code"), CASES, ids=[harm.__name__ for harm, _, _ in CASES])
def test_each_reason_has_its_own_answer_and_changes_no_file(
    ward: Ward, harm: Callable[[Ward], None], error: type[CacheError], code: TroubleCode
) -> None:
    """Fault: F4, F5, F6, F7, F8, F9, Y2, M10."""
    harm(ward)
    before = ward.contents()

    def at_the_door() -> None:
        assert ward.room.vault(ward.keyring).describe() is not None
        ward.open()

    for _ in range(2):
        with pytest.raises(CacheError) as told:
            at_the_door()
        assert type(told.value) is error
        assert of_cache(told.value).code is code
        assert ward.contents() == before
    with pytest.raises(CacheError):
        ward.room.vault(ward.keyring).create(PIN, WHO)
    assert ward.contents() == before


def test_five_wrong_pins_lock_and_delete_nothing(ward: Ward) -> None:
    """Fault: Y1."""
    before = ward.contents()
    for left in (4, 3, 2, 1):
        sit_out(ward.vault)
        with pytest.raises(WrongPin) as wrong:
            ward.open("another-47")
        assert wrong.value.left == left
    sit_out(ward.vault)
    for _ in range(3):
        with pytest.raises(PinLocked):
            ward.open("another-47")
    assert ward.contents() == before
    ward.vault.allow_attempts()
    ward.open().close()


def test_all_reasons_say_different_words() -> None:
    """The answers a person must tell apart are no two alike in what happened."""
    codes = {code for _, _, code in CASES}
    codes |= {
        TroubleCode.WRONG_PIN,
        TroubleCode.PIN_WAITS,
        TroubleCode.PIN_LOCKED,
        TroubleCode.CACHE_BUSY,
        TroubleCode.CACHE_TOO_NEW,
    }
    codes |= {TroubleCode.CACHE_MISSING, TroubleCode.CACHE_REMOTE, TroubleCode.DISK_READ_ONLY}
    said = {trouble_words(of).what for of in (_trouble(code) for code in codes)}
    assert len(said) == len(codes)


def _trouble(code: TroubleCode) -> Any:
    from services.trouble import Trouble

    return Trouble(code, left="2", wait="0")


def test_a_wal_that_is_gone_is_an_older_store(ward: Ward) -> None:
    """The process died after it had noted how far the log reached; then somebody removed the WAL. Fault: F7."""
    shutil.copytree(ward.room.folder, ward.room.folder.with_name("died"))
    store = ward.work("e2", closed=False)
    ward.vault.note_unsent(1, 2, store.audit.head.sequence)
    shutil.copy(ward.file("cache.unsent"), ward.room.folder.with_name("died"))
    store.close()
    ward.room.folder = ward.room.folder.with_name("died")
    with pytest.raises(StoreRolledBack):
        ward.open()


def test_a_fork_of_the_store_is_seen(ward: Ward) -> None:
    """A copy of the disk went on elsewhere, and as far: the rows are there, and they are others. Fault: M10."""
    copy = ward.room.folder.with_name("copy")
    shutil.copytree(ward.room.folder, copy)
    keyring = dict(ward.keyring.items)
    ward.work("e2")
    ours, ward.keyring.items = ward.keyring.items, keyring
    ward.room.folder = copy
    ward.work("another")
    ward.keyring.items = ours
    with pytest.raises(StoreRolledBack):
        ward.open()


def test_a_store_that_is_ahead_of_its_mirror_is_right(ward: Ward) -> None:
    """The process was killed before it could mirror the end of its log."""
    ward.work("e2", closed=False).close()
    store = ward.open()
    assert [e.entry_id for e in store.entries.all()] == ["e1", "e2"]
    store.close()


def test_a_keyring_that_does_not_answer_is_not_a_lost_one(ward: Ward) -> None:
    """Fault: Y2."""
    vault = ward.room.vault(None)
    with pytest.raises(KeyringUnavailable):
        vault.unlock(PIN)


class ProtectedDisk(SystemDisk):
    """A disk that may only be read: what the system says then."""

    def replace(self, path: Path, content: bytes) -> None:
        raise OSError(30, "Read-only file system")


def test_a_read_only_disk_is_told_as_such(ward: Ward) -> None:
    """Fault: F2."""
    ward.room.disk = ProtectedDisk()
    ward.keyring.items.clear()
    vault = ward.room.vault(None)
    with pytest.raises(StoreReadOnly) as told:
        vault.note_unsent(1, 1)
    assert of_cache(told.value).code is TroubleCode.DISK_READ_ONLY


class FarDisk(SystemDisk):
    def is_remote(self, path: Path) -> bool:
        return True


def test_a_network_disk_is_refused(ward: Ward) -> None:
    """Fault: K32."""
    ward.room.disk = FarDisk()
    with pytest.raises(StoreRemote):
        ward.open()


def test_the_kind_of_a_mount_is_that_of_the_longest_place(tmp_path: Path) -> None:
    mounts = "a / ext4 rw 0 0\nb /far nfs4 rw 0 0\nc /far/kari\\040n ext4 rw 0 0\nbroken\n"
    root = tmp_path.root
    kinds = [
        _kind_of_mount(type(tmp_path)(root, *p), mounts)
        for p in (("x",), ("far", "y"), ("far", "kari n", "z"))
    ]
    assert kinds == ["ext4", "nfs4", "ext4"]


def test_a_cache_past_help_is_set_aside_whole_and_the_new_one_knows_it(ward: Ward) -> None:
    """Fault: F5."""
    damaged(ward)
    before = ward.contents()
    name = ward.room.vault(ward.keyring).set_aside()
    assert ward.contents() == {f.replace("cache", name, 1): digest for f, digest in before.items()}
    vault = ward.room.vault(ward.keyring)
    assert vault.describe() is None
    keys = vault.create(PIN, WHO)
    store = open_kept(vault, keys, disk=ward.room.disk, clock=ward.room.clock)
    assert [(r.action, r.detail) for r in store.audit.records()] == [("set-aside", name)]
    assert store.entries.all() == []
    store.close()


def test_an_open_cache_is_not_set_aside(ward: Ward) -> None:
    store = ward.open()
    with pytest.raises(StoreBusy):
        ward.room.vault(ward.keyring).set_aside()
    store.close()


def test_a_store_of_a_later_version_is_read_and_not_written(ward: Ward) -> None:
    """The outbox can still be read; the file is not changed, and the next start of the right version goes on. Fault: U1."""
    store = ward.open()
    store._engine._connection.authorizer = None
    store._engine.run("PRAGMA user_version = 999")
    store._engine.run("ALTER TABLE entry ADD COLUMN later TEXT")
    store.close()
    before = ward.contents()["cache.db"]
    store = ward.open()
    assert (store.read_only, store.is_newer) == (True, True)
    assert [(e.entry_id, e.title) for e in store.entries.all()] == [("e1", "Notat")]
    assert len(store.entries.parts("e1")) == 2
    with pytest.raises(StoreTooNew):
        sign(store, "e2")
    store.close()
    assert ward.contents()["cache.db"] == before

"""A full disk: what was signed stays; what did not fit is told as StoreFull and leaves nothing half done."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import apsw
import pytest

from offline_cache.errors import StoreError, StoreFault, StoreFull
from ports.disk import SystemDisk
from tests.store_room import Room, room_in, sign

if TYPE_CHECKING:
    from pathlib import Path

LIMITED = """
import resource, sys
from pathlib import Path
from offline_cache.errors import StoreFull
from tests.store_room import room_in, sign
room = room_in(Path(sys.argv[1]))
store = room.store(create=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
signed = 0
try:
    while True:
        sign(store, f"e{signed}", text="x" * 2000)
        signed += 1
except StoreFull:
    print(signed)
"""


def test_a_file_limit_gives_store_full_and_keeps_what_was_signed(tmp_path: Path) -> None:
    """Fault: F1."""
    room = room_in(tmp_path / "cache")
    room.store().close()
    command = [sys.executable, "-c", LIMITED, str(room.folder), "400000"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    signed = int(done.stdout)
    assert signed > 5
    store = room.store(create=False)
    assert [e.entry_id for e in store.entries.all()] == [f"e{n}" for n in range(signed)]
    assert store.audit.verify() == signed
    store.check()
    sign(store, "and on")
    store.close()


class FailingFile(apsw.VFSFile):
    """A file whose writes fail from the n-th on, as those of a full disk do."""

    def __init__(self, disk: FullDisk, name: Any, flags: Any) -> None:
        super().__init__("", name, flags)
        self._disk = disk

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802  apsw's own name
        self._disk.count()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802  apsw's own name
        self._disk.count()
        super().xSync(flags)


class FullDisk(SystemDisk):
    """A disk on which the n-th write or sync, and all after it, finds no room."""

    def __init__(self) -> None:
        self.done = 0
        self.limit = sys.maxsize
        self.error: type[apsw.Error] = apsw.FullError
        disk = self

        class _Vfs(apsw.VFS):
            def xOpen(self, name: Any, flags: Any) -> apsw.VFSFile:  # noqa: N802  apsw's own name
                return FailingFile(disk, name, flags)

        name = f"full-{id(self)}"
        self._vfs = _Vfs(name, "")
        self.vfs = f"multipleciphers-{name}"

    def count(self) -> None:
        self.done += 1
        if self.done > self.limit:
            raise self.error


@pytest.fixture
def full_disk() -> FullDisk:
    return FullDisk()


def signed_in(room: Room) -> list[str]:
    store = room.store(create=False)
    try:
        store.check()
        entries = store.entries.all()
        assert all(len(store.entries.parts(e.entry_id)) == 2 for e in entries)
        assert store.audit.verify() == len(entries)
        return [e.entry_id for e in entries]
    finally:
        store.close()


@pytest.mark.parametrize(
    ("error", "told"),
    [(apsw.FullError, StoreFull), (apsw.IOError, StoreFault)],
    ids=["no room", "input/output error"],
)
def test_every_write_that_can_fail_keeps_what_was_signed(
    tmp_path: Path, full_disk: FullDisk, error: type[apsw.Error], told: type[StoreError]
) -> None:
    """The disk fails at the first write of a signature, at the second, and so on until it goes through. Fault: F1, F3."""
    full_disk.error = error
    room = room_in(tmp_path / "cache", full_disk)
    store = room.store()
    sign(store, "first")
    for allowed in range(1000):
        full_disk.limit = full_disk.done + allowed
        try:
            sign(store, "second")
        except told:
            full_disk.limit = sys.maxsize
            assert [e.entry_id for e in store.entries.all()] == ["first"]
            continue
        break
    full_disk.limit = sys.maxsize
    assert allowed > 3
    store.close()
    assert signed_in(room) == ["first", "second"]


def test_opening_on_a_full_disk_is_refused_without_harm(tmp_path: Path, full_disk: FullDisk) -> None:
    """Fault: F1."""
    room = room_in(tmp_path / "cache", full_disk)
    refused = 0
    for allowed in range(1000):
        full_disk.limit = full_disk.done + allowed
        try:
            room.store().close()
        except StoreError:
            refused += 1
            continue
        break
    full_disk.limit = sys.maxsize
    assert refused > 3
    sign(store := room.store(create=False))
    store.close()
    assert signed_in(room) == ["e1"]

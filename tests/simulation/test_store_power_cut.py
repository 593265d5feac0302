"""The power goes at any write of the store: what was acknowledged is there afterwards, whole, and nothing is half there.

The disk keeps, for each file, what is durable and what was written since the last sync; at the cut each unsynced sector of
512 bytes survives or is lost by chance. It lies below the encryption. `FELTJOURNAL_POWER_CUTS` sets how many seeds.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import apsw
import pytest

from offline_cache.errors import StoreError
from ports.disk import SystemDisk
from tests.store_room import resource, room_in, sign

SEEDS = int(os.environ.get("FELTJOURNAL_POWER_CUTS", "300"))
SECTOR = 512


class Platter:
    """One file: its durable bytes, and what was written since the last sync."""

    def __init__(self) -> None:
        self.durable = bytearray()
        self.pending: list[tuple[int, bytes]] = []

    def sync(self) -> None:
        for offset, data in self.pending:
            _apply(self.durable, offset, data)
        self.pending.clear()

    def after_cut(self, chance: random.Random) -> bytes:
        image = bytearray(self.durable)
        for offset, data in self.pending:
            for start in range(0, len(data), SECTOR):
                if chance.random() < 0.5:
                    _apply(image, offset + start, data[start : start + SECTOR])
        return bytes(image)


def _apply(image: bytearray, offset: int, data: bytes) -> None:
    if len(image) < offset:
        image.extend(bytes(offset - len(image)))
    image[offset : offset + len(data)] = data


class CutDisk(SystemDisk):
    """A disk whose power goes at the n-th write or sync; nothing works on it after that."""

    def __init__(self, seed: int) -> None:
        self.left: int | None = None
        self.platters: dict[str, Platter] = {}
        name = f"power-{seed}-{id(self)}"
        self._vfs = CutVfs(name, self)
        self.vfs = f"multipleciphers-{name}"

    def step(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise apsw.IOError

    @property
    def is_off(self) -> bool:
        return self.left is not None and self.left < 0

    def write_image(self, folder: Path, chance: random.Random) -> None:
        """Lay down what a machine would find when the power is back; shared memory is no file to it."""
        folder.mkdir(mode=0o700)
        for path, platter in self.platters.items():
            if not path.endswith("-shm"):
                image = folder / Path(path).name
                image.touch(mode=0o600)
                image.write_bytes(platter.after_cut(chance))


class CutVfs(apsw.VFS):
    """Opens files that tell the disk of every write."""

    def __init__(self, name: str, disk: CutDisk) -> None:
        super().__init__(name, "")
        self._disk = disk

    def xOpen(self, name: Any, flags: Any) -> apsw.VFSFile:  # noqa: N802  apsw's own name
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        return CutFile(self._disk, self._disk.platters.setdefault(path, Platter()), name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802, FBT001  apsw's own
        self._disk.step()
        self._disk.platters.pop(filename, None)
        super().xDelete(filename, syncdir)


class CutFile(apsw.VFSFile):
    """A real file beside its platter."""

    def __init__(self, disk: CutDisk, platter: Platter, name: Any, flags: Any) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        self._platter = platter

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802  apsw's own name
        if not self._disk.is_off:
            self._platter.pending.append((offset, bytes(data)))  # the write under way may be torn as well
        self._disk.step()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802  apsw's own name
        self._disk.step()
        self._platter.sync()
        super().xSync(flags)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  apsw's own name
        self._disk.step()
        self._platter.sync()
        del self._platter.durable[newsize:]
        super().xTruncate(newsize)


def lost_after_cut(seed: int, folder: Path, synchronous: str = "") -> set[str]:
    """Sign until the power goes, and return what was acknowledged and is gone afterwards."""
    chance = random.Random(seed)
    disk = CutDisk(seed)
    room = room_in(folder / "before", disk)
    store = room.store()
    if synchronous:
        store._engine._connection.authorizer = None
        store._engine._pragma("synchronous", synchronous)
    disk.left = chance.randint(1, 120)
    acknowledged = set()
    try:
        for number in range(100):
            sign(store, f"e{number}", text="x" * chance.randint(1, 6000))
            acknowledged.add(f"e{number}")
            body = b"y" * chance.randint(1, 9000)
            store.resources.put(
                resource("Observation", f"o{number % 3}", body),
                patient="p",
                fetched_at=room.clock.at,
                generation=1,
            )
    except StoreError:
        assert disk.is_off
    disk.write_image(folder / "after", chance)
    store.close()
    after = room_in(folder / "after").store(create=False)
    after.check()
    entries = after.entries.all()
    assert all(len(after.entries.parts(entry.entry_id)) == 2 for entry in entries)
    assert [record.detail for record in after.audit.records()] == [entry.entry_id for entry in entries]
    assert after.audit.verify() == len(entries)
    after.close()
    return acknowledged - {entry.entry_id for entry in entries}


@pytest.mark.parametrize("batch", range(10))
def test_nothing_acknowledged_is_lost_and_nothing_is_torn(tmp_path: Path, batch: int) -> None:
    """Fault: K4, K5, K30."""
    for seed in range(batch, SEEDS, 10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        assert lost_after_cut(seed, folder) == set(), f"seed {seed}"


def test_the_disk_does_lose_what_a_lazier_store_would_promise(tmp_path: Path) -> None:
    """With synchronous=NORMAL the same cuts must lose entries, else this disk proves nothing."""
    lost = 0
    for seed in range(20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        lost += bool(lost_after_cut(seed, folder, "normal"))
    assert lost > 5

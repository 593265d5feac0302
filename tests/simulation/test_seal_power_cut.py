"""The power goes at any write: no signature is without its seal, and no seal says "signed" of what never was.

The disk is that of `test_store_power_cut.py`; replacing a file is a step of it too: at the cut the old or the new one is there.
`FELTJOURNAL_POWER_CUTS` sets how many seeds.

Fault: K1, K2, K3, K4, K5.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import apsw
import pytest

from offline_cache.errors import StoreError
from offline_cache.seal_format import read
from offline_cache.seals import PENDING, SUFFIX
from tests.seal_room import files, opened, seals_in_room, write_and_sign
from tests.simulation.test_store_power_cut import SEEDS, CutDisk
from tests.store_room import room_in

if TYPE_CHECKING:
    from pathlib import Path

    from offline_cache.seals import Seals
    from offline_cache.store import Store
    from tests.store_room import Room


class CutFiles(CutDisk):
    """A cut disk whose small files are durable when `replace` has come back, and old or new when the power went in it."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.durable: dict[str, bytes] = {}
        self.unflushed: dict[str, str] = {}
        self.chance = random.Random(seed)

    def replace(self, path: Path, content: bytes) -> None:
        try:
            self.step()
        except apsw.IOError:
            if self.left == -1 and self.chance.random() < 0.5:
                self.durable[path.name] = content
            raise OSError("the power went") from None
        self.unflushed.clear()  # the folder is flushed, and so is every new name in it
        self.durable[path.name] = content
        super().replace(path, content)

    def remove(self, path: Path) -> None:
        if self.is_off:
            raise OSError("the power is off")
        self.unflushed.clear()
        self.durable.pop(path.name, None)
        super().remove(path)

    def relabel(self, source: Path, target: Path) -> None:
        if self.is_off:
            raise OSError("the power is off")
        self.durable[target.name] = self.durable.pop(source.name)
        self.unflushed[target.name] = source.name
        super().relabel(source, target)

    def write_image(self, folder: Path, chance: random.Random) -> None:
        super().write_image(folder, chance)
        for name, content in self.durable.items():
            if name.endswith(SUFFIX):  # the empty database that the engine begins with has a platter
                old = self.unflushed.get(name) if chance.random() < 0.5 else None
                (folder / (old or name)).write_bytes(content)


def signed_too_early(room: Room, store: Store, seals: Seals, entry_id: str, text: str) -> None:
    """Sign as a lazier program would: commit first, seal afterwards."""
    key, seals._public = seals._public, None
    write_and_sign(room, store, seals, entry_id, text)
    seals._public = key
    record = store.entries.get(entry_id)
    assert record is not None
    seals.seal(store, entry_id)


def after_cut(seed: int, folder: Path, *, lazy: bool = False) -> tuple[set[str], set[str]]:
    """Sign until the power goes; return whose signature is there without a seal, and whose seal without a signature."""
    chance = random.Random(seed)
    disk = CutFiles(seed)
    room = room_in(folder / "before", disk)
    store, seals = room.store(), seals_in_room(room)
    disk.left = chance.randint(1, 120)
    acknowledged = set()
    try:
        for number in range(100):
            text = "x" * chance.randint(1, 6000)
            (signed_too_early if lazy else write_and_sign)(room, store, seals, f"e{number}", text)
            acknowledged.add(f"e{number}")
    except StoreError:
        assert disk.is_off
    disk.write_image(folder / "after", chance)
    store.close()
    after = room_in(folder / "after")
    store = after.store(create=False)
    signed, sealed = {entry.entry_id for entry in store.entries.all()}, set(opened(after.folder))
    assert acknowledged <= signed
    bare = signed - sealed
    confirmed = {
        read(path.read_bytes()).head.entry for path in files(after.folder) if not path.name.endswith(PENDING)
    }
    assert lazy or confirmed <= signed, "a seal says that something was signed that never was"
    ready = seals_in_room(after)
    assert ready.reconcile(store).made >= len(bare)
    assert ready.all_sealed(store)
    assert not ready.reconcile(store).made
    assert {entry.entry_id for entry in store.entries.all()} <= set(opened(after.folder))
    store.close()
    return bare, sealed - signed


@pytest.mark.parametrize("batch", range(4))
def test_no_signature_is_without_its_seal(tmp_path: Path, batch: int) -> None:
    unsigned = 0
    for seed in range(batch, SEEDS // 4, 4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        bare, without_row = after_cut(seed, folder)
        assert bare == set(), f"seed {seed}"
        unsigned += len(without_row)
    assert unsigned, "no cut came between a seal and its commit"


def test_the_disk_does_show_a_seal_that_comes_too_late(tmp_path: Path) -> None:
    """With the commit first, the same cuts must leave signatures without a seal, else this disk proves nothing."""
    bare = 0
    for seed in range(40):
        folder = tmp_path / str(seed)
        folder.mkdir()
        bare += bool(after_cut(seed, folder, lazy=True)[0])
    assert bare > 0

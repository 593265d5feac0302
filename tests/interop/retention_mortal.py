"""A process that purges or wipes, and kills itself with signal 9 right before the n-th thing it does to disk or database.

`python -m tests.interop.retention_mortal purge|wipe FOLDER N` prints `done` when it came to its end with fewer than N.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from offline_cache.engine import Engine
from offline_cache.purges import PurgeReason
from offline_cache.retention import Retention
from offline_cache.wipe import WipeReport, begin_wipe, finish_wipe
from ports.disk import SystemDisk
from tests.store_room import room_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from offline_cache.engine import Row, Value

REPORT = WipeReport("https://journal.example/wipe/success", (("device", "d"),))
SEALED = "sealed-entry"


class Fuse:
    """Burns down by one at each step."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def burn(self) -> None:
        """Take a step, or die before it."""
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalDisk(SystemDisk):
    """A disk at whose every change the process may die: before it, and half-way through a replacement."""

    def __init__(self, fuse: Fuse) -> None:
        self._fuse = fuse

    def replace(self, path: Path, content: bytes) -> None:
        self._fuse.burn()
        neighbour = path.with_name(f".{path.name}.new")
        neighbour.write_bytes(content[: len(content) // 2])
        self._fuse.burn()
        super().replace(path, content)

    def remove(self, path: Path) -> None:
        self._fuse.burn()
        super().remove(path)

    def rename(self, source: Path, target: Path) -> None:
        self._fuse.burn()
        super().rename(source, target)


def purge(folder: Path, fuse: Fuse) -> None:
    """Open the store and purge all, as the start of a session past the hard end does."""
    room = room_in(folder)
    store = room.store(create=False)
    whole = Engine.run

    def run(engine: Engine, statement: str, values: Iterable[Value] = ()) -> list[Row]:
        if not statement.lstrip().upper().startswith("SELECT"):
            fuse.burn()
        return whole(engine, statement, values)

    Engine.run = run  # type: ignore[method-assign, assignment]  # the child dies of it
    keeper = Retention(store, room.clock, actor="Practitioner/1", is_sealed=lambda id_: id_ == SEALED)
    keeper.order_all(PurgeReason.HARD_END)
    keeper.carry_out()
    store.close()


def wipe(folder: Path, fuse: Fuse) -> None:
    """Wipe, as the journal ordered it."""
    disk = MortalDisk(fuse)
    begin_wipe(folder, disk, report=REPORT)
    finish_wipe(folder, disk, None)


if __name__ == "__main__":
    act, place, steps = sys.argv[1:]
    {"purge": purge, "wipe": wipe}[act](Path(place), Fuse(int(steps)))
    print("done", flush=True)

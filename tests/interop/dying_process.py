"""A process that signs, or writes its store anew, and kills itself at a named point or at the n-th write to its disk.

`python -m tests.interop.dying_process FOLDER sign|rewrite POINT`: a point is `write:N`, or `before:WORD` or `after:WORD` for
the first statement from then on that has the word in it, or `said`, once the entry was acknowledged.
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw

from offline_cache.engine import Engine
from offline_cache.opening import open_kept, rewrite
from ports.disk import SystemDisk
from tests.store_room import PIN, room_in, sign

if TYPE_CHECKING:
    from collections.abc import Iterable

    from offline_cache.engine import Row, Value


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class CountingDisk(SystemDisk):
    """Every write, sync and removal counts, those of the database and those of the files beside it."""

    def __init__(self) -> None:
        self.left = 0
        self._vfs = CountingVfs(self)
        self.vfs = "multipleciphers-counting"

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            die()

    def replace(self, path: Path, content: bytes) -> None:
        self.step()
        super().replace(path, content)
        self.step()

    def rename(self, source: Path, target: Path) -> None:
        self.step()
        super().rename(source, target)
        self.step()

    def relabel(self, source: Path, target: Path) -> None:
        self.step()
        super().relabel(source, target)
        self.step()


class CountingVfs(apsw.VFS):
    def __init__(self, disk: CountingDisk) -> None:
        super().__init__("counting", "")
        self._disk = disk

    def xOpen(self, name: Any, flags: Any) -> apsw.VFSFile:  # noqa: N802  apsw's own name
        return CountingFile(self._disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802, FBT001  apsw's own
        self._disk.step()
        super().xDelete(filename, syncdir)


class CountingFile(apsw.VFSFile):
    def __init__(self, disk: CountingDisk, name: Any, flags: Any) -> None:
        super().__init__("", name, flags)
        self._disk = disk

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802  apsw's own name
        half = len(data) // 2
        super().xWrite(bytes(data)[:half], offset)  # a write may be cut in two
        self._disk.step()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802  apsw's own name
        self._disk.step()
        super().xSync(flags)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  apsw's own name
        self._disk.step()
        super().xTruncate(newsize)


def die_at_statement(when: str, word: str) -> None:
    """Make the engine die before or after the first statement with the word in it."""
    run = Engine.run

    def mortal(self: Engine, statement: str, values: Iterable[Value] = ()) -> list[Row]:
        is_it = word in statement
        if is_it and when == "before":
            die()
        rows = run(self, statement, values)
        if is_it:
            die()
        return rows

    Engine.run = mortal  # type: ignore[method-assign]  # a failpoint, in this process only


def main(folder: Path, work: str, point: str) -> None:
    """Work until the point is met; each signed entry is named on the standard output once it is committed."""
    when, _, what = point.partition(":")
    disk = CountingDisk() if when == "write" else SystemDisk()
    room = room_in(folder, disk)
    vault = room.vault()
    store = open_kept(vault, vault.unlock(PIN), disk=disk, clock=room.clock)
    start = len(store.entries.all())
    if isinstance(disk, CountingDisk):
        disk.left = int(what)
    elif when != "said":
        die_at_statement(when, what)
    for number in count(start):
        if work == "rewrite":
            rewrite(store, vault, disk)
        sign(store, f"e{number}", text="x" * (number * 37 % 3000))
        os.write(1, f"e{number}\n".encode())
        if when == "said":
            die()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])

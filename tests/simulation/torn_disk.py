"""A disk below the encryption whose power may go: what was not synced survives or is lost, sector by sector, by the dice."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.simulation.test_store_power_cut import CutDisk, CutFile, CutVfs, Platter

if TYPE_CHECKING:
    import random

    import apsw

_numbers = itertools.count()


class TornDisk(CutDisk):
    """The disk of one life of a laptop, over files that lie there already. Small files are durable when `replace` returns."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.platters: dict[str, Platter] = {}
        name = f"torn-{next(_numbers)}"
        self._vfs = TornVfs(name, self)
        self.vfs = f"multipleciphers-{name}"

    def replace(self, path: Path, content: bytes) -> None:
        """Put another file in the place of what was written there."""
        super().replace(path, content)
        self.platters.pop(str(path), None)

    def remove(self, path: Path) -> None:
        """Remove a file, and what was written of it."""
        super().remove(path)
        self.platters.pop(str(path), None)

    def rename(self, source: Path, target: Path) -> None:
        """Move a file with what is not on the disk of it yet."""
        super().rename(source, target)
        self._moved(source, target)

    def relabel(self, source: Path, target: Path) -> None:
        """Move a file with what is not on the disk of it yet."""
        super().relabel(source, target)
        self._moved(source, target)

    def _moved(self, source: Path, target: Path) -> None:
        self.platters.pop(str(target), None)
        if str(source) in self.platters:
            self.platters[str(target)] = self.platters.pop(str(source))

    def tear(self, image: Path, chance: random.Random) -> None:
        """Lay down over a copy of the folder what the machine finds of its databases when the power is back."""
        for path, platter in sorted(self.platters.items()):
            found = next((one for one in image.rglob(Path(path).name) if _is_same_place(one, path)), None)
            if found is not None:
                found.write_bytes(platter.after_cut(chance))


class TornVfs(CutVfs):
    """Begins each file's platter with what is there."""

    def xOpen(self, name: Any, flags: Any) -> apsw.VFSFile:  # noqa: N802  apsw's own name
        path = name.filename() if hasattr(name, "filename") else str(name)
        if path not in self._disk.platters:
            platter = self._disk.platters[path] = Platter()
            there = Path(path)
            platter.durable[:] = there.read_bytes() if there.exists() else b""
        return CutFile(self._disk, self._disk.platters[path], name, flags)


def _is_same_place(one: Path, path: str) -> bool:
    """Tell whether a file of the copy is the one at a path of the original: the folder of a cache has a name of its own."""
    return one.parent.name == Path(path).parent.name

"""A file that only takes room, to be given up when the disk is full: what is being written can then still be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.disk_faults import as_store_errors

if TYPE_CHECKING:
    from pathlib import Path

    from ports.disk import Disk
    from ports.ids import Ids

BALLAST_BYTES = 8 * 1024 * 1024
"""Room for more than any note, with the pages and the log that go with it (offline-cache.md §1.9)."""


class Ballast:
    """The file beside the database."""

    def __init__(self, folder: Path, disk: Disk, ids: Ids, size: int = BALLAST_BYTES) -> None:
        self._path = folder / "cache.ballast"
        self._disk = disk
        self._ids = ids
        self._size = size

    def lay(self) -> None:
        """Make the file, unless it is there. What is in it cannot be compressed away.

        Raises:
            StoreFull: There is no room for it.
        """
        if self._size and not self._disk.exists(self._path):
            content = self._ids.secret(self._size)
            with as_store_errors():
                self._disk.replace(self._path, content)

    def release(self) -> bool:
        """Give the room up; tell whether there was any."""
        with as_store_errors():
            was_there = self._disk.exists(self._path)
            self._disk.remove(self._path)
        return was_there

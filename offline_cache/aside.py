"""Setting a cache aside: every file of it is renamed, none is removed, and a new one can be made in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.disk_faults import as_store_errors
from offline_cache.errors import StoreBusy

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from ports.disk import Disk

_ASIDE = "aside-"


def set_aside(header: Path, now: datetime, disk: Disk) -> str:
    """Rename the files of the cache that a header belongs to, and return the name they got.

    Raises:
        StoreBusy: Another process has the cache open.
    """
    stem, folder = header.stem, header.parent
    name, lock = f"{_ASIDE}{now:%Y%m%dT%H%M%S%f}", header.with_suffix(".lock")
    with as_store_errors(), disk.lock(lock) as alone:
        if not alone:
            raise StoreBusy("another process has the cache open")
        files = [path for path in disk.list(folder) if path.name.startswith(f"{stem}.") and path != lock]
        for path in sorted(files, key=lambda p: p == header):  # the header last: so it can be redone
            disk.rename(path, path.with_name(name + path.name.removeprefix(stem)))
    return name


def set_aside_before(folder: Path, disk: Disk) -> list[str]:
    """Return the names of the caches that were set aside in a folder, oldest first."""
    names = {path.name.split(".", 1)[0] for path in disk.list(folder)}
    return sorted(name for name in names if name.startswith(_ASIDE))

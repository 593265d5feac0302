"""What may be read without a key: how much is unsent, and how many audit rows the database has. Numbers only."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from offline_cache.disk_faults import as_store_errors

if TYPE_CHECKING:
    from pathlib import Path

    from ports.disk import Disk


@dataclass(frozen=True, slots=True)
class UnsentNote:
    """`reach` is the number of audit rows: with fewer, an older copy or a lost WAL is seen."""

    visits: int = 0
    entries: int = 0
    reach: int = 0

    def write(self, path: Path, disk: Disk) -> None:
        """Keep it durably."""
        with as_store_errors():
            disk.replace(path, json.dumps(astuple(self)).encode())

    @classmethod
    def read(cls, path: Path, disk: Disk) -> UnsentNote:
        """Return what was kept; zeros when there is nothing to be read."""
        try:
            visits, entries, *reach = json.loads(disk.read(path))
            return cls(int(visits), int(entries), int(reach[0]) if reach else 0)
        except (OSError, ValueError, TypeError):
            return cls()

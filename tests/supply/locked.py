"""The packages of a lock file: names, versions, the systems they are for, and the hash of every file that may be installed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;]+)(?: ; (.+?))? \\")
_HASH = re.compile(r"    --hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Locked:
    """One pinned package."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """The package's name to every scanner."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read_lock(path: Path) -> list[Locked]:
    """Return the packages of a lock file in its own order."""
    found: list[Locked] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if pin := _PIN.fullmatch(line):
            found.append(Locked(pin[1], pin[2], (pin[3] or "").strip(), ()))
        elif one := _HASH.match(line):
            last = found[-1]
            found[-1] = Locked(last.name, last.version, last.marker, (*last.hashes, one[1]))
    return found

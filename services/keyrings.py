"""Which keyring each cache of this machine wants: a changed desktop may answer with another than the one it was made with."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline_cache import header as headers
from offline_cache.errors import HeaderDamaged
from ports.keyring import KeyProtector, find_protector

if TYPE_CHECKING:
    from pathlib import Path

    from services.setup import Setup

_HEADER = "cache.hdr"


@dataclass(frozen=True, slots=True)
class Keyrings:
    """The keyring that new caches are made with, and those that caches here were made with and that answer as well.

    Attributes:
        first: The first of the allow-list that answers; None where none does.
        others: By name, for caches that name another.
    """

    first: KeyProtector | None = None
    others: dict[str, KeyProtector] = field(default_factory=dict)

    def of(self, backend: str) -> KeyProtector | None:
        """Return the one that a header names, else the first: the vault tells that it is not the right one."""
        return self.others.get(backend, self.first)


def keyrings_here(setup: Setup) -> Keyrings:
    """Ask the system for them; blocks as long as a keyring does."""
    first = find_protector()
    named = {backend_of(folder, setup) for folder in setup.disk.list(setup.folders.cache)}
    wanted = named - {"", first.name if first is not None else ""}
    found = {name: find_protector(only=name) for name in sorted(wanted)}
    return Keyrings(first, {name: one for name, one in found.items() if one is not None})


def backend_of(folder: Path, setup: Setup) -> str:
    """Return which keyring the cache in a folder was made with; empty for none, and where nobody can tell."""
    with contextlib.suppress(HeaderDamaged, OSError):
        header = headers.read(folder / _HEADER, setup.disk)
        if header is not None:
            return header.backend
    return ""

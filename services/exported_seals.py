"""The seals on this machine, whoever's cache they lie beside: counted, and put into one file. Needs no PIN and no database."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache import header as headers
from offline_cache import seal_export, seal_format
from offline_cache.errors import CacheError, ExportDamaged, SealDamaged
from offline_cache.seals import PENDING, seals_in
from services.rescue_problem import RescueProblem, RescueStopped

if TYPE_CHECKING:
    from pathlib import Path

    from ports.disk import Disk


@dataclass(frozen=True, slots=True)
class SealsOfCache:
    """How much of whose work is sealed and not known to be in the journal. `damaged` ones are not whole."""

    clinician: str
    journal: str
    entries: int
    damaged: int


def count_seals(cache: Path, disk: Disk) -> list[SealsOfCache]:
    """Return what is sealed in each clinician's folder; folders without seals are left out."""
    return [_counted(folder, found, disk) for folder, found in _found(cache, disk)]


def export_seals(cache: Path, target: Path, disk: Disk) -> list[SealsOfCache]:
    """Write all seals into one new file, read it back, and return what is in it. Nothing is removed here.

    A seal that is not whole goes along as it is: the rescue says that it was there.

    Raises:
        RescueStopped: There are no seals, the file is there already, or it cannot be written.
    """
    found = _found(cache, disk)
    seals = [
        seal_export.mark(raw, pending=path.name.endswith(PENDING))
        for _, folder in found
        for path, raw in folder.items()
    ]
    if not seals:
        raise RescueStopped(RescueProblem.NOTHING_SEALED)
    try:
        if disk.exists(target):
            raise RescueStopped(RescueProblem.TARGET_EXISTS)
        disk.replace(target, seal_export.pack(seals))
        is_whole = seal_export.unpack(disk.read(target)) == seals
    except (OSError, ExportDamaged):
        is_whole = False
    if not is_whole:
        with contextlib.suppress(OSError):
            disk.remove(target)
        raise RescueStopped(RescueProblem.TARGET_UNWRITABLE)
    return [_counted(folder, one, disk) for folder, one in found]


def _found(cache: Path, disk: Disk) -> list[tuple[Path, dict[Path, bytes]]]:
    """Return the folders that hold seals, and these."""
    folders = [folder for folder in disk.list(cache) if folder.is_dir()]
    pairs = [(folder, seals_in(folder, disk)) for folder in folders]
    return [(folder, found) for folder, found in pairs if found]


def _counted(folder: Path, found: dict[Path, bytes], disk: Disk) -> SealsOfCache:
    """Say whose work it is: by the header of the cache, or by the seals when there is none left."""
    heads = []
    for raw in found.values():
        with contextlib.suppress(SealDamaged):
            heads.append(seal_format.read(raw).head)
    clinician = heads[0].clinician if heads else ""
    journal = heads[0].journal if heads else ""
    with contextlib.suppress(CacheError, OSError):
        header = headers.read(folder / "cache.hdr", disk)
        if header is not None:
            clinician, journal = header.identity.clinician, header.identity.journal
    return SealsOfCache(clinician, journal, len(heads), len(found) - len(heads))

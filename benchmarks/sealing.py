"""What the acknowledgement of a signed entry waits for: the commit alone, and with the seal that is written before it.

Beside it, by turns, a bare fsync of as many bytes, and three of them: a file, its folder, and the file again. The draft lies in
the store already, as it does when a nurse signs. `python -m benchmarks.sealing` runs it alone.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from offline_cache.entries import NewPart
from offline_cache.sealed_entry import SealAuthor
from offline_cache.seals import Seals
from offline_cache.states import EntryKind
from ports.ids import SystemIds
from services.views import Draft
from services.writing import Writing
from tests.seal_room import KARI, seals_in_room
from tests.store_room import KEYS, NOON, draft, room_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.store_room import Room

TIMES = 150
AIM = 3.0
_BYTES = b"x" * 1500


def run(times: int = TIMES) -> dict[str, float]:
    """Return the median in milliseconds of each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ways = {
            "bare fsync": _bare(folder / "bare", 1),
            "three bare fsyncs": _bare(folder / "three", 3),
            "signed, without a seal": _signing(room_in(folder / "plain"), sealed=False),
            "signed, with its seal": _signing(room_in(folder / "sealed"), sealed=True),
        }
        taken: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(times):
            for way, once in ways.items():
                taken[way].append(once(number) * 1e3)
        return {way: median(all_) for way, all_ in taken.items()}


def _bare(path: Path, count: int) -> Callable[[int], float]:
    file = path.open("wb")
    folder = os.open(path.parent, os.O_RDONLY)

    def once(_number: int) -> float:
        begin = time.perf_counter()
        for turn in range(count):
            if turn == 1:
                os.fsync(folder)
                continue
            file.write(_BYTES)
            file.flush()
            os.fsync(file.fileno())
        return time.perf_counter() - begin

    return once


def _signing(room: Room, *, sealed: bool) -> Callable[[int], float]:
    store = room.store()
    none = Seals(
        None,
        room.disk,
        SystemIds(),
        journal="embedded:00ff",
        database=KEYS.database_id,
        author=SealAuthor(KARI.subject, KARI.name, KARI.fhir_user),
    )
    writing = Writing(store, room.clock, SystemIds(), KARI, seals_in_room(room) if sealed else none)

    def once(number: int) -> float:
        entry_id = f"e{number}"
        store.entries.save_draft(draft(entry_id))
        body = b'{"resourceType":"Observation","note":"%s"}' % _BYTES
        parts = [NewPart(f"{entry_id}-{n}", n, "Observation", body) for n in (1, 2)]
        begin = time.perf_counter()
        writing.sign(
            Draft(entry_id, EntryKind.NOTE, "p1", "v1", NOON, {"text": "Sår stelt."}), parts, "Notat"
        )
        return time.perf_counter() - begin

    return once


def table(taken: dict[str, float]) -> list[str]:
    """Return the rows of a Markdown table."""
    bare = taken["bare fsync"]
    rows = [f"| {way} | {ms:.2f} | {ms / bare:.2f} |" for way, ms in taken.items()]
    return [
        "| what | ms, median | times a bare fsync |",
        "|---|---:|---:|",
        *rows,
        "",
        f"Aim: at most {AIM:.0f} times a bare fsync. The seal is two more: its file, and the folder it lies in.",
    ]


if __name__ == "__main__":
    print("\n".join(table(run())))

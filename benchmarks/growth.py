"""What a sync costs as the cache grows under it: it must follow what changed, and not what is kept.

The same 30 patients, whose charts become longer: resources are put straight into the store, and the journal has only the
first thousand. `python -m benchmarks.growth [--large]` runs it alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rounds import journal
from benchmarks.statements import counted
from benchmarks.take_ours import Taker, told
from client.resource import Resource

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.store import Store

PATIENTS, EACH, CHANGED, TURNS = 30, 33, 12, 5
SIZES, LARGE = (1_000, 10_000, 100_000), 1_000_000
_IN_ONE_COMMIT = 5_000


@dataclass(frozen=True, slots=True)
class Step:
    """One sync at one size; `steps` are those of SQLite's machine."""

    size: int
    changed: int
    requests: int
    received: int
    statements: int
    steps: int
    scanned: int
    cpu: float


def grow(store: Store, size: int, now: datetime, *, patients: int = PATIENTS) -> None:
    """Fill the charts up until the store holds so many resources: measurements of today, which every part looks at."""
    have = int(str(store._engine.run("SELECT count(*) FROM resource")[0][0]))
    for begin in range(have, size, _IN_ONE_COMMIT):
        with store.transaction():
            for number in range(begin, min(begin + _IN_ONE_COMMIT, size)):
                patient = f"p{number % patients}"
                store.resources.put(
                    _measurement(f"g{number}", patient, now), patient=patient, fetched_at=now, generation=1
                )


def _measurement(id_: str, patient: str, now: datetime) -> Resource:
    at = now.isoformat()
    tree = {
        "resourceType": "Observation",
        "id": id_,
        "meta": {"versionId": "1", "lastUpdated": at},
        "status": "final",
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": at,
        "category": [{"coding": [{"code": "vital-signs"}]}],
    }
    return Resource("Observation", id_, "1", at, json.dumps(tree).encode())


async def _measured(taker: Taker, size: int, changed: int) -> Step:
    """Sync until it was seen a few times; the counts are those of the last, the CPU is the least."""
    cpu = float("inf")
    for _ in range(TURNS):
        if changed:
            told(taker.address, "$touch", count=str(changed))
        with counted(taker.store) as statements:
            taken = await taker.take()
        cpu = min(cpu, taken["cpu"])
    return Step(
        size,
        changed,
        taken["requests"],
        taken["bytes"],
        statements.run,
        statements.steps,
        statements.scanned,
        cpu,
    )


async def _all(address: str, folder: Path, sizes: tuple[int, ...], changed: int) -> list[Step]:
    taker = Taker(address, folder)
    try:
        await taker.take()
        await taker.take()
        steps = []
        for size in sizes:
            grow(taker.store, size, taker.now)
            steps.append(await _measured(taker, size, changed))
    finally:
        await taker.close()
    return steps


def run(*, large: bool = False) -> list[Step]:
    """Measure at every size, first without news, then with the same few resources changed before each sync."""
    sizes = (*SIZES, LARGE) if large else SIZES
    steps: list[Step] = []
    for changed in (0, CHANGED):
        with tempfile.TemporaryDirectory() as name, journal(PATIENTS, EACH) as address:
            steps += asyncio.run(_all(address, Path(name), sizes, changed))
    return steps


def table(steps: list[Step]) -> list[str]:
    """Return the rows of a Markdown table."""
    lines = [
        "| resources kept | changed | requests | bytes | statements | steps of SQLite | rows scanned | CPU ms, least |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    return lines + [
        f"| {s.size:,} | {s.changed} | {s.requests} | {s.received:,} | {s.statements} | {s.steps:,} | {s.scanned:,} "
        f"| {s.cpu * 1e3:.0f} |"
        for s in steps
    ]


if __name__ == "__main__":
    print("\n".join(table(run(large="--large" in sys.argv))))

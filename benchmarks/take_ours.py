"""Our client in a process of its own: a round, a sync without news, a sync with a hundredth changed.

`python -m benchmarks.take_ours ADDRESS FOLDER CHANGED` prints one line of JSON. The journal's own word of what was asked is
kept with each, so that the floor can ask the same.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from benchmarks.cost import Stopwatch, peak
from benchmarks.ward import ACTOR
from client.journal import JournalClient
from client.transport import JournalTransport
from clinical.shifts import ShiftName, ShiftSpan
from offline_cache.keys import CacheKeys
from offline_cache.pull import Pull
from offline_cache.store import Store
from ports.clock import SystemClock
from ports.disk import SystemDisk
from ports.ids import SystemIds
from ports.worker import ThreadWorker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.resource import Resource

KEYS = CacheKeys("11111111-2222-4333-8444-555555555555", bytes(range(32)))


class Taker:
    """The client wired as the product wires it: real transport, encrypted store, a thread for the store."""

    def __init__(self, address: str, folder: Path) -> None:
        clock = SystemClock()
        self.address = address
        self._transport = JournalTransport(address, clock=clock, ids=SystemIds(), plain_http=True)
        self.store = Store.open(folder / "cache.db", KEYS, disk=SystemDisk(), clock=clock, create=True)
        self.worker = ThreadWorker()
        self._pull = Pull(JournalClient(self._transport), self.store, self.worker, clock)
        self.now = clock.now()
        noon = self.now.replace(hour=12, minute=0, second=0, microsecond=0)
        self._span = ShiftSpan(
            ShiftName.DAY, noon.date(), noon - timedelta(hours=4), noon + timedelta(hours=4)
        )

    async def take(self) -> dict[str, Any]:
        """Take the round and return its cost; the journal is asked what it was asked."""
        told(self.address, "$asked")
        watch = Stopwatch()
        record = await self._pull.take_round(self._span, ACTOR, _listed, lambda *_: None)
        cost = watch.stop()
        report = self.store.reports.last()
        if report is None or not record.complete:
            raise SystemExit("the round did not come whole")
        asked = told(self.address, "$asked")
        if len(asked) != report.requests:
            raise SystemExit("the client and the journal count differently")
        rows = sum(person.came + person.changed for person in report.patients)
        counted = {"requests": report.requests, "bytes": report.received, "rows": rows}
        return {**asdict(cost), **counted, "asked": asked}

    async def close(self) -> None:
        """Close all of it."""
        await self._transport.aclose()
        self.worker.close()
        self.store.close()


def _listed(_patients: Sequence[Resource]) -> None:
    """Hear that the list is in."""


def told(address: str, path: str, **query: str) -> list[str]:
    """Ask the measuring journal one of its own questions."""
    answer: list[str] = httpx.get(f"{address}/{path}", params=query, trust_env=False).json()
    return answer


async def main(address: str, folder: Path, changed: str) -> dict[str, Any]:
    """Measure the three; the sync before the quiet one lets every cursor hear the newest stamp."""
    before = peak()
    taker = Taker(address, folder)
    try:
        figures = {"round": await taker.take()}
        await taker.take()
        figures["quiet"] = await taker.take()
        told(address, "$touch", count=changed)
        figures["changed"] = await taker.take()
    finally:
        await taker.close()
    return {**figures, "before": before}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))))

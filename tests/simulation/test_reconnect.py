"""A hundred clients lose the journal and get it back at the same moment, under virtual time: what the journal has to bear."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from client.capability import Capabilities
from client.errors import ErrorKind, JournalError
from offline_cache.outbox import DeliveryPass
from offline_cache.receipt_check import Standing
from services.connection import FIRST_PAUSE, SPREAD_DELIVERY, SPREAD_ROUND, ConnectionWatch
from services.delivery import Delivery
from tests.simulation.nurse import SeededIds
from tests.simulation.virtual_time import VirtualClock, VirtualLoop, run_virtually

CLIENTS = 100
DOWN = 120.0
BACK_AT = 400.0
ENTRIES, CHARTS = 3, 40
CAN = Capabilities({}, frozenset(), "4.0.1", "", "", "")


@dataclass
class BusyJournal:
    """Counts every request by the second in which it came."""

    clock: VirtualClock
    is_up: bool = True
    retry_after: float | None = None

    def __post_init__(self) -> None:
        self.seconds: Counter[int] = Counter()
        self.by_client: dict[int, list[float]] = {}

    async def ask(self, client: int) -> None:
        """Take one request."""
        at = self.clock.monotonic()
        self.seconds[int(at)] += 1
        self.by_client.setdefault(client, []).append(at)
        await asyncio.sleep(0.05)
        if not self.is_up:
            kind = ErrorKind.SERVER_FAULT if self.retry_after else ErrorKind.UNREACHABLE
            raise JournalError(kind, status=503 if self.retry_after else 0, retry_after=self.retry_after)


class Client:
    """One client's background with its real delivery loop; the outbox and the round are counted requests."""

    def __init__(self, number: int, journal: BusyJournal, clock: VirtualClock, loop_ids: SeededIds) -> None:
        self.number, self.journal, self.clock = number, journal, clock
        self.left = ENTRIES
        self.delivered_at: float | None = None
        self.watch = ConnectionWatch(clock, loop_ids)
        session: Any = SimpleNamespace(
            client=SimpleNamespace(capabilities=self._capabilities),
            proven=None,
            tokens=SimpleNamespace(ended=False),
            receipts=SimpleNamespace(check=self._check),
            pull=SimpleNamespace(capabilities=None),
            outbox=SimpleNamespace(deliver_due=self._deliver, moved_at=0.0, is_asking=False),
        )
        self.delivery = Delivery(session, self.watch, clock, self._nothing, self._round)

    async def _capabilities(self) -> Capabilities:
        await self.journal.ask(self.number)
        return CAN

    async def _check(self, _can: Capabilities) -> Standing:
        return Standing.SAME

    async def _deliver(self, _can: Capabilities) -> DeliveryPass:
        while self.left and self.journal.clock.monotonic() > BACK_AT:
            await self.journal.ask(self.number)
            self.left -= 1
            self.delivered_at = self.clock.monotonic()
        return DeliveryPass()

    async def _round(self) -> None:
        for _ in range(CHARTS):
            await self.journal.ask(self.number)

    async def _nothing(self) -> None:
        """Nobody looks at the screen."""


def ward(loop: VirtualLoop, retry_after: float | None = None) -> tuple[BusyJournal, list[Client]]:
    """Let a hundred clients work, lose the journal, and get it back; return what the journal met."""
    clock, chance = VirtualClock(loop), random.Random(7)
    journal = BusyJournal(clock, retry_after=retry_after)
    clients = [Client(n, journal, clock, SeededIds(chance)) for n in range(CLIENTS)]

    async def day() -> None:
        tasks = [asyncio.create_task(client.delivery.run()) for client in clients]
        await asyncio.sleep(DOWN)
        journal.is_up = False
        await asyncio.sleep(BACK_AT - DOWN)
        journal.is_up = True
        await asyncio.sleep(200)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    run_virtually(loop, day())
    return journal, clients


def test_hundred_clients_come_back_and_the_journal_is_not_flooded() -> None:
    """At most one attempt a second each until the first success; after it the load is spread. Fault: V3, N8."""
    journal, clients = ward(VirtualLoop())
    for client in clients:
        tries = [at for at in journal.by_client[client.number] if DOWN + 20 < at < BACK_AT]
        assert all(late - early >= FIRST_PAUSE for early, late in pairwise(tries))
        assert client.left == 0
        assert client.delivered_at is not None
        assert client.delivered_at - BACK_AT < 15 + SPREAD_DELIVERY + 5
    after = [count for second, count in journal.seconds.items() if second >= BACK_AT]
    asked_in_all = CLIENTS * (ENTRIES + CHARTS)
    assert sum(after) >= asked_in_all
    assert max(after) <= 2.5 * asked_in_all / SPREAD_ROUND, f"{max(after)} in one second"
    away = [count for second, count in journal.seconds.items() if DOWN + 60 < second < BACK_AT]
    assert max(away) <= CLIENTS / 4


def test_journal_that_asks_for_time_is_given_it() -> None:
    """503 with Retry-After to the question itself: nobody asks sooner, and not all at the same moment. Fault: H12, H13, V3."""
    journal, clients = ward(VirtualLoop(), retry_after=60.0)
    for client in clients:
        tries = [at for at in journal.by_client[client.number] if DOWN + 20 < at < BACK_AT]
        assert all(late - early >= 60 for early, late in pairwise(tries))
    assert all(client.left == 0 for client in clients)

"""The watchdog under virtual time: a sender that waits for ever while work is due."""

from __future__ import annotations

import asyncio
import contextlib
import random
from types import SimpleNamespace
from typing import Any

from ports.worker import InlineWorker
from services.connection import ConnectionWatch
from services.views import Connection
from services.watchdog import STANDS_STILL, Watchdog
from tests.simulation.nurse import SeededIds
from tests.simulation.virtual_time import VirtualClock, VirtualLoop, run_virtually


class Sender:
    """A delivery that does nothing but wait; each life of it is counted."""

    def __init__(self, clock: VirtualClock, lives: asyncio.Queue[float]) -> None:
        self._clock = clock
        self._lives = lives
        self.stepped_at = clock.monotonic()

    async def run(self) -> None:
        """Begin, and wait for ever."""
        self._lives.put_nowait(self._clock.monotonic())
        await asyncio.Event().wait()

    def wake(self) -> None:
        """Hear nothing."""


def watched(
    loop: VirtualLoop, due: list[str], connection: Connection, minutes: float
) -> tuple[list[float], list[str]]:
    """Let the watchdog look on; return when each sender began, and what was audited."""
    clock, noted, began = VirtualClock(loop), list[str](), list[float]()
    store = SimpleNamespace(
        entries=SimpleNamespace(due=lambda _now: due),
        audit=SimpleNamespace(append=lambda action, **_: noted.append(action)),
        transaction=contextlib.nullcontext,
    )
    session: Any = SimpleNamespace(
        outbox=SimpleNamespace(moved_at=0.0, is_asking=False),
        store=store,
        clinician=SimpleNamespace(fhir_user="Practitioner/a"),
    )

    async def day() -> None:
        lives: asyncio.Queue[float] = asyncio.Queue()
        watch = ConnectionWatch(clock, SeededIds(random.Random(1)), state=connection)
        dog = Watchdog(session, watch, clock, InlineWorker(), lambda: Sender(clock, lives))  # type: ignore[arg-type,return-value]  # a hand-made delivery
        task = asyncio.create_task(dog.run())
        await asyncio.sleep(minutes * 60)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        while not lives.empty():
            began.append(lives.get_nowait())

    run_virtually(loop, day())
    return began, noted


def test_sender_that_stands_still_is_started_again() -> None:
    """Connected, work due, and nothing moves: within two minutes a new sender is at work, unasked. Fault: V1."""
    began, noted = watched(VirtualLoop(), ["e1"], Connection.ONLINE, 2)
    assert len(began) == 2
    assert STANDS_STILL <= began[1] <= 2 * STANDS_STILL
    assert noted == ["sender-restarted"]


def test_sender_with_nothing_to_do_is_left_alone() -> None:
    assert watched(VirtualLoop(), [], Connection.ONLINE, 10) == ([0.0], [])


def test_sender_without_network_is_left_alone() -> None:
    assert watched(VirtualLoop(), ["e1"], Connection.OFFLINE, 10) == ([0.0], [])

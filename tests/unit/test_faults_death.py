"""The program dies at every point of a delivery, one after the other; the next one finds out, and each entry is there once.

A commit and a request are the steps; death comes before one, or after it and before anybody heard of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import pytest

from offline_cache.outbox import Outbox
from offline_cache.states import EntryState
from ports.ids import SystemIds
from ports.worker import InlineWorker
from tests.outbox_room import EPIC, LOST, OutboxRoom, VersionedJournal, able, note, pulse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from typing import Any

    from client.capability import Capabilities
    from client.resource import Page
    from client.written import PartAnswer, Written

P = ParamSpec("P")
R = TypeVar("R")
MOST_STEPS = 60
MORE_LIVES = 8
_LATER = timedelta(minutes=10)


class Death(BaseException):
    """The machine is off."""


class Fate:
    """Lets so many half steps be lived."""

    def __init__(self, left: int) -> None:
        self.left = left

    def step(self) -> None:
        """Live on, or die."""
        self.left -= 1
        if self.left == 0:
            raise Death


class MortalWorker(InlineWorker):
    """Dies before a commit, or after it and before its answer."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate

    async def run(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        self._fate.step()
        result = call(*args, **kwargs)
        self._fate.step()
        return result


class Line(VersionedJournal):
    """A journal at the end of a line on which one may die with the request half sent, or with the answer unread."""

    def __init__(self, *, versions: bool) -> None:
        super().__init__(versions=versions)
        self.fate = Fate(0)

    async def create(self, type_: str, body: bytes, *, if_none_exist: str = "") -> Written:
        self.fate.step()
        try:
            return await super().create(type_, body, if_none_exist=if_none_exist)
        finally:
            self.fate.step()

    async def transaction(self, bundle: bytes) -> list[PartAnswer]:
        self.fate.step()
        try:
            return await super().transaction(bundle)
        finally:
            self.fate.step()

    async def search(
        self, type_: str, query: Any, *, page_size: int = 100, in_body: bool = True
    ) -> AsyncIterator[Page]:
        self.fate.step()
        async for page in super().search(type_, query, in_body=in_body):
            yield page
        self.fate.step()


async def one_life(room: OutboxRoom, journal: Line, can: Capabilities, steps: int) -> bool:
    """Begin with a new program on what is there; return whether it lived through a pass."""
    fate = journal.fate = Fate(steps)
    outbox = Outbox(
        journal,  # type: ignore[arg-type]  # by hand
        room.store,
        MortalWorker(fate),
        room.clock,
        SystemIds(),
        refuses_known_vitals=can is EPIC,
    )
    room.store.entries.recover()
    try:
        await outbox.deliver_due(can)
    except Death:
        return False
    return True


@pytest.mark.parametrize(
    "can", [able(), able(transaction=False), EPIC], ids=["transaction", "part by part", "epic"]
)
@pytest.mark.parametrize("is_lost", [False, True], ids=["answers come", "first answer lost"])
async def test_death_at_every_step_of_a_delivery(can: Capabilities, *, is_lost: bool) -> None:
    """Nothing is lost and nothing is doubled; on `epic` a note may stay "ukjent", and is never sent a second time.

    Fault: K7-K13, Q1.
    """
    lived = False
    for steps in range(1, MOST_STEPS):
        journal = Line(versions=can is not EPIC)
        room = OutboxRoom(journal)
        room.sign("e1", [pulse("o1"), pulse("o2", 80, number=2)])
        room.sign("e2", [note("n1")])
        if is_lost:
            journal.meets = [LOST]
        lived = await one_life(room, journal, can, steps)
        for _ in range(MORE_LIVES):
            room.clock.at += _LATER
            await one_life(room, journal, can, 0)
        states = {room.state("e1"), room.state("e2")}
        allowed = {EntryState.DELIVERED, EntryState.UNKNOWN} if can is EPIC else {EntryState.DELIVERED}
        assert states <= allowed, steps
        bodies = [kept.body for kept in journal.kept.values()]
        for op_id in (b"o1", b"o2", b"n1"):
            count = sum(op_id in body for body in bodies)
            assert count == 1 or (can is EPIC and op_id == b"n1" and count == 0), (steps, op_id)
        assert journal.asked.count("create") <= 5
        room.store.close()
        if lived:
            break
    assert lived, "more steps than were tried"

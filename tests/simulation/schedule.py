"""One seed: a nurse, a journal and a line, and what the dice let happen to them."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from offline_cache.holding import NOT_FOUND_TWICE, SEVERAL_FOUND
from offline_cache.states import EntryKind, EntryState
from services.trouble import Trouble
from services.views import Connection
from tests.simulation.faulty_journal import count_of_written
from tests.simulation.nurse import Nurse
from tests.simulation.promises import Promise, Promises
from tests.simulation.virtual_time import MORNING, VirtualClock, VirtualLoop, run_virtually
from tests.simulation.world import quick_place
from tests.working_day import NEWS2

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from services.views import Draft, VisitRow
    from tests.simulation.world import World

STEPS = 30
HEALED_WITHIN = 1800.0
_DONE = (EntryState.DELIVERED, EntryState.WITHDRAWN)
_NEEDS_A_PERSON = (EntryState.HELD, EntryState.REFUSED)
_ASKS_A_PERSON = (NOT_FOUND_TWICE, SEVERAL_FOUND)
_WEIGHTS = {
    "draft": 5,
    "sign": 9,
    "withdraw": 4,
    "send_now": 6,
    "sync": 2,
    "take_round": 1,
    "wait": 12,
    "kill": 4,
    "kill_at_call": 6,
    "leave": 2,
    "turn_journal": 4,
    "turn_storm": 7,
    "turn_clock": 1,
    "fill_disk": 3,
}
# Every other seed is a fierce one: nothing is quiet between the faults.
_FIERCE = _WEIGHTS | {"kill": 8, "turn_clock": 4, "fill_disk": 4, "send_now": 10, "draft": 6}
_STORMS = ((0.0, 0.3, 0.6), (0.3, 0.5))


@dataclass
class Told:
    """What one seed came to."""

    seed: int
    steps: list[str]
    failure: str = ""
    delivered: int = 0


class Schedule:
    """Draws steps until there are enough, then heals everything and waits for the outbox to empty."""

    def __init__(self, world: World, folder: Path, seed: int, loop: VirtualLoop, told: Told) -> None:
        self._chance = random.Random(seed)
        self._told = told
        self._is_fierce = seed % 2 == 1
        self._is_plain = self._chance.random() < 0.35
        clock = VirtualClock(loop, MORNING + timedelta(seconds=world.taken))
        self._line = world.line(clock, self._chance, is_plain=self._is_plain)
        own = VirtualClock(loop, MORNING + timedelta(seconds=world.taken))
        self._nurse = Nurse(world.client(folder), world.key, self._line, own, self._chance)
        self._promises = Promises(count_of_written(self._line.tables))
        self._drafts: list[Draft] = []
        self._visits: tuple[VisitRow, ...] = ()

    async def run(self) -> None:
        """Play the whole seed."""
        await self._nurse.open()
        taken = await self._nurse.day.round()
        self._visits = taken.visits if taken is not None else ()
        weights = _FIERCE if self._is_fierce else _WEIGHTS
        for _ in range(STEPS):
            (name,) = self._chance.choices(list(weights), list(weights.values()))
            self._told.steps.append(name)
            await getattr(self, f"_{name}")()
            self._check()
        await self._heal()
        self._told.delivered = sum(e.state is EntryState.DELIVERED for e in self._nurse.store.entries.all())

    def _check(self) -> None:
        self._promises.check(self._nurse.store, self._line.tables)

    async def _act(self, act: Coroutine[Any, Any, None]) -> None:
        """Let the nurse do something; the machine may die over it, and then another life begins."""
        doing = asyncio.ensure_future(act)
        dying = asyncio.ensure_future(self._nurse.worker.death.wait())
        await asyncio.wait({doing, dying}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            dying.cancel()
            with contextlib.suppress(Trouble):
                doing.result()
        if self._nurse.worker.death.is_set():
            await self._nurse.die({doing, dying})

    async def _draft(self) -> None:
        await self._act(self._write())

    async def _write(self) -> None:
        """Begin or go on with a note or a NEWS2, and save it once."""
        visit = self._chance.choice(self._visits)
        kind = self._chance.choice((EntryKind.NEWS2, EntryKind.NOTE))
        draft = await self._nurse.day.new_draft(kind, visit.patient_id, visit.visit_id)
        number = self._chance.randint(60, 120)
        news2, note = NEWS2 | {"pulse": str(number)}, {"text": f"Notat {number}"}
        draft = replace(draft, fields=news2 if kind is EntryKind.NEWS2 else note)
        known = self._promises.made.get(draft.entry_id)
        if known is not None:
            known.may_hold = [*known.may_hold, dict(draft.fields)]
        await self._nurse.day.save_draft(draft)
        self._promises.made[draft.entry_id] = Promise(draft.entry_id, draft.patient_id, [dict(draft.fields)])
        self._drafts = [d for d in self._drafts if d.entry_id != draft.entry_id] + [draft]

    async def _sign(self) -> None:
        if not self._drafts:
            await self._draft()
        if self._drafts:
            draft = self._drafts.pop(self._chance.randrange(len(self._drafts)))
            await self._act(self._sign_one(draft))
            if self._is_fierce:
                await self._send_now()
                await self._wait()

    async def _sign_one(self, draft: Draft) -> None:
        promise = self._promises.made[draft.entry_id]
        chart = await self._nurse.day.chart(draft.patient_id, draft.visit_id)
        promise.may_be_signed = True
        await self._nurse.day.sign(draft.entry_id, chart.banner.identity_number[-3:])
        promise.is_signed = True

    async def _withdraw(self) -> None:
        await self._act(self._with_one(self._withdraw_one))

    async def _send_now(self) -> None:
        await self._act(self._with_one(self._nurse.day.send_now))

    async def _with_one(self, act: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        entries = [p.entry_id for p in self._promises.made.values() if p.is_signed]
        if entries:
            await act(self._chance.choice(entries))

    async def _withdraw_one(self, entry_id: str) -> None:
        promise = self._promises.made[entry_id]
        promise.may_be_withdrawn = True
        await self._nurse.day.withdraw(entry_id)
        promise.is_withdrawn = True

    async def _sync(self) -> None:
        await self._act(self._nurse.day.sync())

    async def _take_round(self) -> None:
        await self._act(self._take())

    async def _take(self) -> None:
        await self._nurse.day.take_round(lambda _: None)

    async def _wait(self) -> None:
        await self._act(asyncio.sleep(self._chance.choice((0.01, 0.2, 1, 5, 35, 35, 120))))

    async def _kill(self) -> None:
        """Kill the client, often while something is on its way."""
        if self._chance.random() < 0.5:
            await self._send_now()
        await self._act(asyncio.sleep(self._chance.uniform(0, 1.5)))
        await self._nurse.die(set())

    async def _kill_at_call(self) -> None:
        self._nurse.worker.dies_in = self._chance.randint(1, 25)

    async def _leave(self) -> None:
        self._nurse.worker.dies_in, self._nurse.worker.full_for = None, 0
        await self._nurse.leave()

    async def _turn_journal(self) -> None:
        self._line.is_up = not self._line.is_up

    async def _turn_storm(self) -> None:
        self._line.storm = self._chance.choice(_STORMS[self._is_fierce])

    async def _turn_clock(self) -> None:
        self._nurse.clock.skew = timedelta(seconds=self._chance.choice((0, 0, -3600, 3600, -259200, 259200)))

    async def _fill_disk(self) -> None:
        self._nurse.worker.full_for = self._chance.randint(1, 6)

    async def _heal(self) -> None:
        """All is well again: whatever was signed must come to the journal by itself, within the time."""
        self._line.is_up, self._line.storm = True, 0.0
        self._nurse.clock.skew = timedelta(0)
        self._nurse.worker.dies_in, self._nurse.worker.full_for = None, 0
        await self._line.settle()
        may_need_a_person = self._is_plain or self._line.refusals > 0
        for _ in range(int(HEALED_WITHIN / 5)):
            if not self._waiting():
                break
            if self._nurse.day.status().connection is Connection.SIGNED_OUT:
                await self._nurse.sign_in_again()
            await asyncio.sleep(5)
        self._check()
        waiting = self._waiting()
        assert not waiting, f"stuck: {waiting}"
        entries = self._nurse.store.entries.all()
        held = [e for e in entries if e.state in _NEEDS_A_PERSON or e.detail in _ASKS_A_PERSON]
        assert may_need_a_person or not held, f"stopped for no reason: {[(e.state, e.detail) for e in held]}"

    def _waiting(self) -> list[tuple[EntryState, str]]:
        entries = self._nurse.store.entries.all()
        return [
            (e.state, e.detail)
            for e in entries
            if e.state not in _DONE and e.state not in _NEEDS_A_PERSON and e.detail not in _ASKS_A_PERSON
        ]


def play(world: World, seed: int) -> Told:
    """Play one seed and return what it came to; the same seed always plays the same."""
    loop = VirtualLoop()
    told = Told(seed, [])
    with quick_place() as folder:
        try:
            run_virtually(loop, Schedule(world, folder, seed, loop, told).run())
        except Exception as failure:  # noqa: BLE001  whatever it is, the seed is what is wanted
            told.failure = f"{type(failure).__name__}: {failure}"
    return told

"""Several things in a row that seldom fall together by themselves; each scene is one step."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

from offline_cache.states import EntryState
from services.trouble import Trouble
from services.views import EntryKind

if TYPE_CHECKING:
    import random

    from tests.simulation.books import Book, Truth
    from tests.simulation.nemesis import Nemesis
    from tests.simulation.nurse_acts import NurseActs

_OVER = 200.0
"""Seconds: longer than any stamp is early."""


class Scenes:
    """The scenes at one laptop."""

    def __init__(self, book: Book, truth: Truth, acts: NurseActs, nemesis: Nemesis) -> None:
        self._book = book
        self._truth = truth
        self._acts = acts
        self._nemesis = nemesis

    async def sign_in_a_storm(self, chance: random.Random) -> None:
        """What is sent meets a bad line."""
        signed = await self._acts.sign_one(chance, chance.choice((EntryKind.NEWS2, EntryKind.NOTE)))
        before, self._book.line.storm = self._book.line.storm, 0.9
        try:
            if signed:
                await self._acts.send(signed)
            await asyncio.sleep(chance.choice((3, 20, 40)))
        finally:
            self._book.line.storm = before

    async def lose_a_note(self, chance: random.Random) -> None:
        """A note is lost on its way, and the line is good again: whoever sent it cannot know that it never came."""
        signed = await self._acts.sign_one(chance, EntryKind.NOTE)
        line = self._book.line
        before, line.storm, line.loses_the_next = line.storm, 0.0, True
        try:
            if signed:
                await self._acts.send(signed)
            await asyncio.sleep(chance.choice((3, 40)))
        finally:
            line.storm, line.loses_the_next = before, False

    async def refer_at_once(self, chance: random.Random) -> None:
        """A note about measurements is hurried, they are not."""
        first = await self._acts.sign_one(chance, EntryKind.NEWS2)
        late = await self._acts.sign_one(chance, EntryKind.NOTE, about=first) if first else ""
        if late:
            await self._acts.send(late)
            await asyncio.sleep(2)

    async def sign_over_a_clock(self, chance: random.Random) -> None:
        """The clock is put back between two signatures for one patient; the network comes later."""
        visit = await self._acts.a_visit(chance)
        self._book.line.is_up = False
        try:
            await self._acts.sign_one(chance, EntryKind.NOTE, visit=visit)
            self._book.nurse.clock.skew -= timedelta(hours=1)
            self._book.clock_turned_at = self._book.nurse.clock.monotonic()
            await self._acts.sign_one(chance, EntryKind.NEWS2, visit=visit)
            await asyncio.sleep(_OVER)
        finally:
            self._book.line.is_up = True
        await asyncio.sleep(40)

    async def change_beside_a_colleague(self, chance: random.Random) -> None:
        """Somebody else changes what the nurse has changed and not sent."""
        self._book.line.storm = 0.0
        await self._acts.plan(chance)
        if chance.random() < 0.7:
            for entry in self._unsent_updates():
                await self._acts.send(entry)
        self._nemesis.cross(chance, self._book)
        await asyncio.sleep(40)
        await self._acts.settle(chance)
        await asyncio.sleep(40)

    async def lose_the_ground(self, chance: random.Random) -> None:
        """What a held change stands on is deleted, and the round is taken again."""
        await self._acts.task(chance)
        for entry in self._unsent_updates():
            with contextlib.suppress(Trouble):
                await self._acts.hold_one(entry)
        self._nemesis.cross(chance, self._book, deletes=True)
        self._book.line.storm = 0.0
        await self._acts.take_round(chance)

    async def withheld_round(self, chance: random.Random) -> None:
        """The round is taken while a part is withheld."""
        self._nemesis.withhold(chance, self._book)
        self._book.line.storm = 0.0
        await self._acts.take_round(chance)

    async def round_by_small_pages(self, chance: random.Random) -> None:
        """The round is taken by small pages over a bad line, after much has changed."""
        for _ in range(6):
            self._nemesis.colleague(chance, self._book, types=("MedicationRequest", "Condition"))
        server, line = self._truth.server, self._book.line
        before, line.storm, server.page_limit = line.storm, chance.choice((0.0, 0.4, 0.8)), 2
        server.hooks.conduct.page_lifetime = chance.choice((3600.0, 0.1))
        try:
            await self._acts.take_round(chance)
        finally:
            line.storm = before

    async def news_in_a_storm(self, chance: random.Random) -> None:
        """News, a while later more of it, and a round that comes down in pieces."""
        line = self._book.line
        for wait in (_OVER, 0.0):
            for _ in range(4):
                self._nemesis.colleague(chance, self._book)
            await asyncio.sleep(wait)
        before, line.storm = line.storm, 2.0
        try:
            await self._acts.take_round(chance)
        finally:
            line.storm = before

    async def round_by_a_fast_clock(self, chance: random.Random) -> None:
        """The round is taken while the laptop's clock is ahead; afterwards something changes."""
        self._book.nurse.clock.skew = timedelta(hours=1)
        self._book.clock_turned_at = self._book.nurse.clock.monotonic()
        self._book.line.storm = 0.0
        await self._acts.take_round(chance)
        self._book.nurse.clock.skew = timedelta(0)
        self._nemesis.colleague(chance, self._book)

    async def match_twice(self, chance: random.Random) -> None:
        """A typed identity is matched, and then somebody tries another patient."""
        self._book.line.storm = 0.0
        await self._acts.stranger(chance)
        for _ in range(3):
            with contextlib.suppress(Trouble):
                await self._acts.match(chance)

    async def lose_the_last_hour(self, chance: random.Random) -> None:
        """Something is delivered, and the journal is put back from a copy that has it not."""
        self._book.line.storm = 0.0
        self._truth.server.behind.backup()
        signed = await self._acts.sign_one(chance, EntryKind.NOTE)
        if signed:
            await self._acts.send(signed)
        await asyncio.sleep(40)
        self._truth.server.behind.restore()
        if chance.random() < 0.5:
            await self._acts.sign_one(chance, EntryKind.NOTE)
            await asyncio.sleep(60)

    def _unsent_updates(self) -> list[str]:
        store = self._book.nurse.store
        waiting = [e for e in store.entries.all() if e.state is EntryState.SIGNED]
        kinds = (EntryKind.TASK, EntryKind.PLAN)
        return [e.entry_id for e in waiting if e.kind in kinds]


NAMES = tuple(name for name in vars(Scenes) if not name.startswith("_"))

"""Playing a seed: several laptops, one journal, and what the steps let happen to them."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import random
import traceback
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from offline_cache.states import EntryState
from services.trouble import Trouble
from tests.simulation.books import Book, Truth
from tests.simulation.faulty_journal import FaultyLine
from tests.simulation.healing import Healing, mend
from tests.simulation.nemesis import Nemesis
from tests.simulation.nurse_acts import NurseActs, adopt
from tests.simulation.promises import check
from tests.simulation.promises_order import watch_order
from tests.simulation.scenes import NAMES, Scenes
from tests.simulation.steps import draw
from tests.simulation.virtual_time import MORNING, VirtualClock, VirtualLoop, run_virtually
from tests.simulation.world import quick_place

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from pathlib import Path

    from tests.simulation.steps import Setting, Step
    from tests.simulation.world import World


@dataclass
class Told:
    """What one seed came to."""

    seed: int
    steps: list[str] = field(default_factory=list)
    failure: str = ""
    delivered: int = 0


class Schedule:
    """Plays steps, checks every promise after each, then heals everything and waits until all is as it should be."""

    def __init__(self, world: World, folder: Path, setting: Setting, loop: VirtualLoop, told: Told) -> None:
        chance = random.Random(setting.seed + 1_000_003)
        start = MORNING + timedelta(seconds=world.taken)
        self._told = told
        self._clock = VirtualClock(loop, start)
        server = world.server(self._clock, chance, setting.profile, is_plain=setting.is_plain)
        books = []
        for number, laptop in enumerate(setting.laptops):
            own, dice = VirtualClock(loop, start), random.Random(setting.seed * 10 + laptop)
            line = FaultyLine(server, dice, number)
            place = world.client(folder, setting.profile, laptop)
            nurse = world.nurse(place, setting.profile, laptop, line, own, dice, is_torn=setting.is_torn)
            books.append(Book(number, nurse, line))
        self._setting = setting
        self._truth = Truth(server, books)
        for book in books:
            book.line.watch = watch_order(book, self._truth)
        self._nemesis = Nemesis(self._truth, self._clock, is_fierce=setting.is_fierce)
        self._acts = [NurseActs(book, self._truth) for book in books]
        self._scenes = [
            Scenes(book, self._truth, acts, self._nemesis)
            for book, acts in zip(books, self._acts, strict=True)
        ]
        self._by_laptop = dict(zip(setting.laptops, books, strict=True))

    async def run(self, steps: Sequence[Step]) -> None:
        """Play the steps, and what follows every schedule."""
        for book in self._truth.books:
            await book.nurse.open()
        for step in steps:
            self._told.steps.append(str(step))
            await self._do(step)
            await self._bury()
            self._check()
        await Healing(self._setting, self._truth, self._acts, self._check).run()
        entries = [e for book in self._truth.books for e in book.nurse.store.entries.all()]
        self._told.delivered = sum(e.state is EntryState.DELIVERED for e in entries)

    def _check(self) -> None:
        check(self._truth, self._clock.monotonic())

    async def _do(self, step: Step) -> None:
        book = self._by_laptop[step.laptop]
        chance = random.Random(step.dice)
        acts = self._acts[book.number]
        match step.name:
            case "wait":
                await self._act(book, asyncio.sleep(acts.wait_for(chance)))
            case "kill":
                await self._kill(book, chance)
            case "leave":
                mend(book)
                await self._act(book, book.nurse.leave())
            case name if name in NAMES:
                await self._act(book, getattr(self._scenes[book.number], name)(chance))
            case name if hasattr(acts, name):
                await self._act(book, getattr(acts, name)(chance))
                if self._setting.is_fierce and name == "sign":
                    await self._act(book, acts.send_now(chance))
                    await self._act(book, asyncio.sleep(acts.wait_for(chance)))
            case name:
                turned = getattr(self._nemesis, name)(chance, book)
                assert not inspect.isawaitable(turned)

    async def _kill(self, book: Book, chance: random.Random) -> None:
        """Kill the client, often while something is on its way."""
        if chance.random() < 0.5:
            await self._act(book, self._acts[book.number].send_now(chance))
        await self._act(book, asyncio.sleep(chance.uniform(0, 1.5)))
        await self._die(book, set())

    async def _act(self, book: Book, act: Coroutine[Any, Any, None]) -> None:
        """Let the nurse do something; the machine may die over it, and then another life begins."""
        worker = book.nurse.worker
        doing = asyncio.ensure_future(act)
        dying = asyncio.ensure_future(worker.death.wait())
        await asyncio.wait({doing, dying}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            dying.cancel()
            with contextlib.suppress(Trouble):
                doing.result()
        if worker.death.is_set():
            await self._die(book, {doing, dying})

    async def _bury(self) -> None:
        """Begin a new life for every client that died while nobody looked."""
        for book in self._truth.books:
            if book.nurse.is_dead:
                await self._die(book, set())

    @staticmethod
    async def _die(book: Book, beside: set[asyncio.Task[Any]]) -> None:
        known = set(book.made)
        await book.nurse.die(beside)
        adopt(book, known)


def play(world: World, seed: int, steps: Sequence[Step] | None = None) -> Told:
    """Play one seed, or some of its steps, and return what it came to; the same always plays the same."""
    setting, drawn = draw(seed)
    loop = VirtualLoop()
    told = Told(seed)
    with quick_place() as folder:
        try:
            schedule = Schedule(world, folder, setting, loop, told)
            run_virtually(loop, schedule.run(drawn if steps is None else steps))
        except Exception as failure:  # noqa: BLE001  whatever it is, the seed is what is wanted
            place = traceback.extract_tb(failure.__traceback__)[-1]
            told.failure = f"{type(failure).__name__}: {failure} ({place.name})"
    return told

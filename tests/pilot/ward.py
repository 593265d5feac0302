"""A ward for the pilots: the real journal, working day and application in one process, while time stands still.

Only the socket is left out: requests go to the journal's ASGI application, unless the network is down.
"""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from textual import events
from textual.worker import WorkerCancelled, WorkerFailed

from offline_cache.keys import KdfParams
from ports.disk import SystemDisk
from ports.folders import Folders
from ports.ids import SystemIds
from ports.worker import ThreadWorker
from sandbox.app import Parts, build
from sandbox.fhir.journal import Journal
from sandbox.fhir.tables import open_tables
from sandbox.serving import ServeOptions, fill
from sandbox.state import StateFolder
from services.embedded import embedded_journal
from services.entrance import Entrance
from services.idle_policy import IdlePolicy
from services.setup import Setup
from services.workday import Workday
from tui.app import FeltjournalApp
from tui.launch import Launch
from tui.screens.opening import OpeningScreen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PIN = "fjell-hytte-7"
PORT = 4711
MORNING = datetime(2026, 11, 24, 7, 12, tzinfo=UTC)
NEVER_IDLE = IdlePolicy(timedelta(days=100), timedelta(days=100))
"""Days are moved on between two keys here; only what is about idling is hidden and locked by itself."""


at_both_sizes = pytest.mark.parametrize(
    "size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.day)], ids=["80x24", "120x40"]
)
"""Runs a test on the small screen, and in `make days` on the large one."""


class StandingClock:
    """Stands still until it is moved; a wait lasts until then."""

    def __init__(self) -> None:
        self._now = MORNING
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """Return the moment."""
        return self._now

    def monotonic(self) -> float:
        """Return the moment in seconds."""
        return self._now.timestamp()

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved so far."""
        until = self._now + timedelta(seconds=seconds)
        while self._now < until:
            await self._moved.wait()
            self._moved.clear()

    def move(self, seconds: float) -> None:
        """Move on."""
        self._now += timedelta(seconds=seconds)
        self._moved.set()


class Network(httpx.ASGITransport):
    """The way to the journal; it can be cut."""

    is_down = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, or lose it."""
        if self.is_down:
            raise httpx.ConnectError("network is down", request=request)
        return await super().handle_async_request(request)


class Ward:
    """One machine, one journal."""

    def __init__(self, folder: Path, idle: IdlePolicy = NEVER_IDLE, *, no_cache: bool = False) -> None:
        self.idle = idle
        self.no_cache = no_cache
        self.clock = StandingClock()
        self.disk = SystemDisk()
        self.ids = SystemIds()
        self.folders = Folders(folder / "data", folder / "state")
        state = StateFolder(self.folders.sandbox, self.disk)
        self.disk.make_folder(state.path)
        state.key(self.ids)
        state.keep_port(PORT)
        self.journal = Journal(open_tables(state.database), self.ids)
        fill(self.journal, ServeOptions(), clock=self.clock, ids=self.ids)
        self.network = Network(
            build(Parts(state, self.journal, f"http://127.0.0.1:{PORT}", self.clock, self.ids))
        )
        self.workday: Workday | None = None

    def day(self) -> Workday:
        """Return a new client of this machine, without a keyring and with a cheap key."""
        cost = KdfParams(memory_kib=1024, passes=1, lanes=1)
        journal = embedded_journal(self.folders.sandbox, self.disk)
        setup = Setup(
            self.folders,
            self.clock,
            self.ids,
            self.disk,
            ThreadWorker(),
            journal,
            key_cost=cost,
            idle=self.idle,
            no_cache=self.no_cache,
            inner=self.network,
        )
        self.workday = Workday(setup)
        self.workday._entrance = Entrance(setup, None)
        return self.workday

    def app(self, **environment: str) -> FeltjournalApp:
        """Return the application of a new client."""
        seen = {"TERM": "xterm-256color", "COLORTERM": "truecolor", **environment}
        return FeltjournalApp(
            Launch(lambda: OpeningScreen(self.clock), self.day, self.clock, environment=seen)
        )


class Hands:
    """Types as a person does, and reads the screen."""

    def __init__(self, app: FeltjournalApp) -> None:
        self.app = app

    async def press(self, *keys: str) -> None:
        """Press keys by name, with no gap, and wait until all that follows has happened."""
        for key in keys:
            self.app.keyboard.take(events.Key(key, key if len(key) == 1 else None))
        await self.rest()

    async def write(self, text: str) -> None:
        """Type a text."""
        for character in text:
            key = {" ": "space", "\n": "enter"}.get(character, character)
            self.app.keyboard.take(events.Key(key, "\r" if character == "\n" else character))
        await self.rest()

    async def rest(self) -> None:
        """Wait until no worker runs and no key waits."""
        await self.app.keyboard.idle()
        while any(not worker.is_finished for worker in self.app.workers):
            for worker in list(self.app.workers):
                with contextlib.suppress(WorkerCancelled, WorkerFailed):
                    await worker.wait()
            await self.app.keyboard.idle()
        await self._painted()
        await self.app.keyboard.idle()

    async def _painted(self) -> None:
        """Wait until what was changed has been laid out and drawn."""
        for _ in range(2):
            drawn = asyncio.Event()
            if self.app.screen.call_after_refresh(drawn.set):
                await drawn.wait()

    def lines(self) -> list[str]:
        """Return the screen, line by line, without the blanks at the end."""
        strips = self.app.screen._compositor.render_strips(self.app.size)
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def text(self) -> str:
        """Return the whole screen."""
        return "\n".join(self.lines())

    async def unlock(self) -> None:
        """Go through the door of a machine that has a cache."""
        await self.write(PIN)
        await self.press("enter")

    async def first_morning(self) -> None:
        """Sign in as Kari Nordmann, choose the PIN twice and take the round."""
        await self.press("enter")
        for _ in range(2):
            await self.write(PIN)
            await self.press("enter")
        await self.press("t")
        await self.press("enter")

    async def choose(self, name: str) -> None:
        """Go down the list to the patient."""
        await self.press("home")
        for _ in range(40):
            if any(line.startswith(">") and name in line for line in self.lines()):
                return
            await self.press("down")
        raise AssertionError(name)


@asynccontextmanager
async def at_work(ward: Ward, size: tuple[int, int] = (80, 24), **environment: str) -> AsyncIterator[Hands]:
    """Run a client of the ward and give the hands on it."""
    app = ward.app(**environment)
    async with app.run_test(size=size):
        hands = Hands(app)
        await hands.rest()
        yield hands

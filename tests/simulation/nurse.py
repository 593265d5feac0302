"""A nurse's client in the simulation: the real working day, on a machine that may die at any await."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import uuid
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from offline_cache.errors import StoreFull
from offline_cache.keys import KdfParams
from ports.disk import SystemDisk
from ports.folders import Folders
from services.entrance import Entrance
from services.setup import JournalAddress, Setup
from services.workday import Workday
from tests.simulation.faulty_journal import ORIGIN
from tests.simulation.torn_disk import TornDisk

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from client.wire import httpx
    from offline_cache.store import Store
    from tests.simulation.virtual_time import VirtualClock

PIN = "fjell-hytte-7"
KARI, OLAV = "kari-nordmann", "olav-lie"
P = ParamSpec("P")
R = TypeVar("R")


class SeededIds:
    """Identifiers by the dice of the seed."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def uuid(self) -> str:
        """Return a UUID."""
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))

    def secret(self, count: int) -> bytes:
        """Return bytes."""
        return self._chance.randbytes(count)

    def fraction(self) -> float:
        """Return a fraction."""
        return self._chance.random()


class MortalWorker:
    """Runs calls as the thread does: others come between, a cancelled one is done all the same, the disk may be full."""

    def __init__(self, disk: SystemDisk | None = None) -> None:
        self.dies_in: int | None = None
        self.full_for = 0
        self.death = asyncio.Event()
        self._disk = disk

    async def run(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the call, unless the machine has died; it may die before it, or after it and before its answer."""
        await asyncio.sleep(0)
        await self._live_on()
        if self.full_for > 0:
            self.full_for -= 1
            raise StoreFull("no room")
        try:
            result = call(*args, **kwargs)
        finally:
            if self._is_off:
                self.dies_in = 0
                await self._live_on()
        await self._live_on()
        await asyncio.sleep(0)
        return result

    @property
    def _is_off(self) -> bool:
        return isinstance(self._disk, TornDisk) and self._disk.is_off

    async def _live_on(self) -> None:
        if self.dies_in is None:
            return
        self.dies_in -= 1
        if self.dies_in <= 0:
            self.death.set()
            await asyncio.get_running_loop().create_future()

    def close(self) -> None:
        """Do nothing."""


class Nurse:
    """One clinician's client: opened, killed, opened again on what the dead one left."""

    def __init__(
        self,
        folder: Path,
        key: bytes,
        line: httpx.AsyncBaseTransport,
        clock: VirtualClock,
        chance: random.Random,
        *,
        person: str = KARI,
        patient_list: str = "",
        is_torn: bool = False,
    ) -> None:
        self.folder = folder
        self.clock = clock
        self.person = person
        self._patient_list = patient_list
        self._is_torn = is_torn
        self._key = key
        self._line = line
        self._chance = chance
        self._ids = SeededIds(chance)
        self._lives = 0
        self.disk: SystemDisk = SystemDisk()
        self.worker = MortalWorker()
        self.day = self._new_day()

    @property
    def store(self) -> Store:
        """The open store, for looking into."""
        session = self.day._session
        assert session is not None
        return session.store

    @property
    def is_dead(self) -> bool:
        """Whether the machine has died and nobody has noticed yet."""
        return self.worker.death.is_set()

    def _new_day(self) -> Workday:
        self.disk = TornDisk() if self._is_torn else SystemDisk()
        self.worker = MortalWorker(self.disk)
        setup = Setup(
            Folders(self.folder / "data", self.folder / "state"),
            self.clock,
            self._ids,
            self.disk,
            self.worker,
            JournalAddress(
                "Innebygd journal",
                f"{ORIGIN}/fhir",
                f"{ORIGIN}/auth",
                embedded_key=self._key,
                patient_list=self._patient_list,
                refuses_known_vitals=bool(self._patient_list),  # the one that is like Epic
            ),
            key_cost=KdfParams(memory_kib=64, passes=1, lanes=1),
            inner=self._line,
            ballast=4096,
        )
        day = Workday(setup)
        day._entrance = Entrance(setup, None)
        return day

    async def first_day(self) -> None:
        """Sign in, choose a PIN, take the round along."""
        await self.day.people()
        await self.day.sign_in(self.person)
        await self.day.set_pin(PIN)
        await self.day.take_round(lambda _: None)

    async def open(self) -> None:
        """Unlock, and begin delivering."""
        self.day = self._new_day()
        await self.day.door()
        await self.day.unlock(PIN)
        await self.day.start()

    async def sign_in_again(self) -> None:
        """Leave, sign in anew and unlock: what a lost refresh costs."""
        await self.day.close()
        self.day = self._new_day()
        await self.day.door()
        await self.day.sign_in(self.person)
        await self.day.unlock(PIN)
        await self.day.start()

    async def leave(self) -> None:
        """Quit as a person does, and start again."""
        await self.day.close()
        await self.open()

    async def die(self, beside: set[asyncio.Task[Any]]) -> None:
        """Kill the client: what it has on the disk at this instant is all that the next one finds."""
        self._lives += 1
        image = self.folder.parent / f"{self.folder.name.partition('+')[0]}+{self._lives}"
        shutil.copytree(self.folder, image)
        if isinstance(self.disk, TornDisk):
            self.disk.tear(image, self._chance)
            self.disk.left = None  # the dead process may write what it likes: nobody finds it
        store = self.store
        flight = self.day._session.tokens._flight if self.day._session is not None else None
        ending = beside | set(self.day.beside()) | ({flight} if flight is not None else set())
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        with contextlib.suppress(Exception):
            store.close()
        shutil.rmtree(self.folder)
        self.folder = image
        await self.open()

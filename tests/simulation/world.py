"""The world before the first seed: a journal with three patients, and laptops that have taken their round along."""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from clinical.shifts import shift_at
from ports.disk import SystemDisk
from sandbox.epic.round_lists import GROUP_ID
from sandbox.fhir.journal import Journal
from sandbox.fhir.tables import open_tables
from sandbox.population.home_care import HOME_CARE
from sandbox.profiles import EPIC, FULL
from sandbox.seeding import Seeding, _visited
from sandbox.state import StateFolder
from tests.simulation.faulty_journal import FaultyLine, Server
from tests.simulation.nurse import KARI, OLAV, Nurse, SeededIds
from tests.simulation.virtual_time import MORNING, VirtualClock, VirtualLoop, run_virtually
from tests.simulation.watched_journal import copy_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENTS = 3
PEOPLE = (KARI, KARI, OLAV)
"""Who sits at each laptop: the first two are one person's (fault M9)."""


@contextlib.contextmanager
def quick_place() -> Iterator[Path]:
    """Give a folder in memory where the machine has one: a seed syncs its cache a hundred times."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@dataclass
class World:
    """The templates that every seed begins from, one for each profile of the journal."""

    folder: Path
    keys: dict[str, bytes]
    taken: float

    @classmethod
    def make(cls, folder: Path) -> World:
        """Seed the journals, sign in and take the rounds, once."""
        world = cls(folder, {}, 0.0)
        for profile in (FULL, EPIC):
            (folder / profile).mkdir()
            world.taken = max(world.taken, world._make(profile))
        return world

    @property
    def key(self) -> bytes:
        """The key of the journal `full`."""
        return self.keys[FULL]

    def _make(self, profile: str) -> float:
        loop = VirtualLoop()
        clock, chance = VirtualClock(loop), random.Random(0)
        ids = SeededIds(chance)
        state = StateFolder(self.folder / profile / "journal", SystemDisk())
        state.disk.make_folder(state.path)
        self.keys[profile] = bytes.fromhex(state.key(ids))
        tables = open_tables(state.database)
        _seed(Seeding(Journal(tables, ids), clock, ids, profile), Journal(tables, ids), clock)
        for table in ("current", "term", "span", "version"):  # a month of measurements is only weight here
            tables.execute(f"DELETE FROM {table} WHERE type = 'Observation'")
        server = Server(tables, state, clock, ids, chance)

        async def first() -> None:
            for laptop in range(len(PEOPLE)):
                folder = self.folder / profile / f"laptop-{laptop}"
                line = FaultyLine(server, chance, laptop)
                nurse = self.nurse(folder, profile, laptop, line, clock, random.Random(100 + laptop))
                await nurse.first_day()
                await nurse.day.close()

        run_virtually(loop, first())
        tables.close()
        return loop.moment

    def nurse(
        self,
        folder: Path,
        profile: str,
        laptop: int,
        line: FaultyLine,
        clock: VirtualClock,
        chance: random.Random,
        *,
        is_torn: bool = False,
    ) -> Nurse:
        """Return the nurse at a laptop whose folder this is."""
        listed = f"Group/{GROUP_ID}" if profile == EPIC else ""
        key = self.keys[profile]
        person = PEOPLE[laptop]
        return Nurse(folder, key, line, clock, chance, person=person, patient_list=listed, is_torn=is_torn)

    def server(
        self, clock: VirtualClock, chance: random.Random, profile: str = FULL, *, is_plain: bool = False
    ) -> Server:
        """Return a fresh journal like the template's, in memory."""
        at = self.folder / profile / "journal"
        tables = copy_in_memory(at / "journal.db")
        state = StateFolder(at, SystemDisk())
        return Server(tables, state, clock, SeededIds(chance), chance, is_plain=is_plain)

    def line(self, clock: VirtualClock, chance: random.Random, *, is_plain: bool) -> FaultyLine:
        """Return the one line to a fresh journal."""
        return FaultyLine(self.server(clock, chance, is_plain=is_plain), chance)

    def client(self, folder: Path, profile: str = FULL, laptop: int = 0) -> Path:
        """Return a fresh copy of a laptop's folder."""
        return shutil.copytree(self.folder / profile / f"laptop-{laptop}", folder / f"laptop-{laptop}")


def _seed(seeding: Seeding, journal: Journal, clock: VirtualClock) -> None:
    """Put in three patients, this shift's visits for Kari, and as many for Olav."""
    seeding.identify()
    seeding._lives(HOME_CARE[:PATIENTS])
    seeding._plan(shift_at(MORNING), [_visited(life) for life in HOME_CARE[:PATIENTS]])
    seeding._list_patients()
    sql = "SELECT v.body FROM current JOIN version v USING (type, id, version) WHERE type = 'Appointment'"
    visits = [msgspec.json.decode(body) for (body,) in journal.tables.execute(sql).fetchall()]
    with journal.writing(clock.now()) as writing:
        for visit in visits:
            id_ = f"{visit['id'][:50]}-o"
            people = [one for one in visit["participant"] if "Practitioner/" not in one["actor"]["reference"]]
            people.append({"actor": {"reference": f"Practitioner/{OLAV}"}, "status": "accepted"})
            twin = {**visit, "id": id_, "participant": people}
            writing.create("Appointment", msgspec.json.encode(twin), id_=id_, checked=False)

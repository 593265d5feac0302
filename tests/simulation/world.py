"""The world before the first seed: a journal with three patients and a client that has taken its round along."""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clinical.shifts import shift_at
from ports.disk import SystemDisk
from sandbox.fhir.journal import Journal
from sandbox.fhir.tables import open_tables
from sandbox.population.home_care import HOME_CARE
from sandbox.seeding import Seeding, _visited
from sandbox.state import StateFolder
from tests.simulation.faulty_journal import FaultyLine, copy_in_memory
from tests.simulation.nurse import Nurse, SeededIds
from tests.simulation.virtual_time import MORNING, VirtualClock, VirtualLoop, run_virtually

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENTS = 3


@contextlib.contextmanager
def quick_place() -> Iterator[Path]:
    """Give a folder in memory where the machine has one: a seed syncs its cache a hundred times."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@dataclass
class World:
    """The template that every seed begins from."""

    folder: Path
    key: bytes
    taken: float

    @classmethod
    def make(cls, folder: Path) -> World:
        """Seed the journal, sign in and take the round, once."""
        loop = VirtualLoop()
        clock, chance = VirtualClock(loop), random.Random(0)
        ids = SeededIds(chance)
        state = StateFolder(folder / "journal", SystemDisk())
        state.disk.make_folder(state.path)
        key = bytes.fromhex(state.key(ids))
        tables = open_tables(state.database)
        seeding = Seeding(Journal(tables, ids), clock, ids)
        seeding.identify()
        seeding._lives(HOME_CARE[:PATIENTS])
        seeding._plan(shift_at(MORNING), [_visited(life) for life in HOME_CARE[:PATIENTS]])
        for table in ("current", "term", "span"):  # a month of measurements is only weight here
            tables.execute(f"DELETE FROM {table} WHERE type = 'Observation'")
        line = FaultyLine(tables, chance, is_plain=False)
        line.serve(state, clock, ids)

        async def first() -> None:
            nurse = Nurse(folder / "client", key, line, clock, chance)
            await nurse.first_day()
            await nurse.day.close()

        run_virtually(loop, first())
        tables.close()
        return cls(folder, key, loop.moment)

    def line(self, clock: VirtualClock, chance: random.Random, *, is_plain: bool) -> FaultyLine:
        """Return a fresh journal like the template's, in memory."""
        line = FaultyLine(copy_in_memory(self.folder / "journal" / "journal.db"), chance, is_plain=is_plain)
        line.serve(StateFolder(self.folder / "journal", SystemDisk()), clock, SeededIds(chance))
        return line

    def client(self, folder: Path) -> Path:
        """Return a fresh copy of the client's folder."""
        return shutil.copytree(self.folder / "client", folder / "life-0")

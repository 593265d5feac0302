"""A working day for tests: a new client on the folders of the test, with a cheap PIN and no keyring."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from offline_cache.keys import KdfParams
from ports.clock import SystemClock
from ports.disk import SystemDisk
from ports.folders import Folders
from ports.ids import SystemIds
from ports.worker import ThreadWorker
from services.embedded import embedded_journal
from services.entrance import Entrance
from services.setup import Setup
from services.views import EntryKind
from services.workday import Workday

if TYPE_CHECKING:
    from pathlib import Path

PIN = "fjell-hytte-7"
NEWS2_TOTALS = "Observation?code=http://snomed.info/sct|1104051000000101"
NEWS2 = {
    "rr": "22",
    "spo2": "93",
    "o2": "n",
    "systolic": "105",
    "diastolic": "60",
    "pulse": "104",
    "acvpu": "A",
    "temp": "38,4",
}


class LeapingClock(SystemClock):
    """The machine's clock, and what a test has let pass besides."""

    def __init__(self) -> None:
        self.leapt = timedelta(0)

    def now(self) -> datetime:
        """Return the wall time."""
        return super().now() + self.leapt

    def monotonic(self) -> float:
        """Return the monotonic time."""
        return super().monotonic() + self.leapt.total_seconds()


async def sit_out(day: Workday) -> None:
    """Let the wait pass that the door tells of after a wrong PIN."""
    clock = day._setup.clock
    assert isinstance(clock, LeapingClock)
    clock.leapt += timedelta(seconds=(await day.door()).wait)


def a_day(tmp_path: Path, *, no_cache: bool = False) -> Workday:
    """Return a new client on the same machine: the folders are those of the test, the keyring is left out."""
    folders = Folders(tmp_path / "data", tmp_path / "state")
    disk = SystemDisk()
    setup = Setup(
        folders,
        LeapingClock(),
        SystemIds(),
        disk,
        ThreadWorker(),
        embedded_journal(folders.sandbox, disk),
        no_cache=no_cache,
        key_cost=KdfParams(memory_kib=1024, passes=1, lanes=1),
    )
    day = Workday(setup)
    day._entrance = Entrance(setup, None)
    return day


async def first_day(tmp_path: Path) -> Workday:
    """Return a client that has signed in, chosen a PIN and taken the round along."""
    day = a_day(tmp_path)
    await day.people()
    await day.sign_in("kari-nordmann")
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    return day


async def sign_news2(day: Workday) -> str:
    """Record and sign a NEWS2 in the first visit; return the entry's id."""
    taken = await day.round()
    assert taken is not None
    visit = taken.visits[0]
    draft = await day.new_draft(EntryKind.NEWS2, visit.patient_id, visit.visit_id)
    draft = await day.save_draft(replace(draft, fields=NEWS2))
    chart = await day.chart(visit.patient_id, visit.visit_id)
    return (await day.sign(draft.entry_id, chart.banner.identity_number[-3:])).entry_id


async def sign_note(day: Workday) -> str:
    """Write and sign a note in the first visit; return the entry's id."""
    taken = await day.round()
    assert taken is not None
    visit = taken.visits[0]
    draft = await day.new_draft(EntryKind.NOTE, visit.patient_id, visit.visit_id)
    draft = await day.save_draft(replace(draft, fields={"text": "Sår stelt. Fint granulasjonsvev."}))
    chart = await day.chart(visit.patient_id, visit.visit_id)
    return (await day.sign(draft.entry_id, chart.banner.identity_number[-3:])).entry_id

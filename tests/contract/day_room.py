"""A nurse's whole client before the embedded journal, in one process: a clock that is moved, and faults at hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from clinical.shifts import shift_at
from offline_cache.keys import KdfParams
from ports.disk import SystemDisk
from ports.folders import Folders
from ports.ids import SystemIds
from ports.worker import ThreadWorker
from sandbox.epic.round_lists import GROUP_ID
from sandbox.fhir import json_text
from sandbox.fhir.journal import Journal
from sandbox.fhir.search_query import parse_search
from sandbox.fhir.tables import open_tables
from sandbox.population.home_care import HOME_CARE
from sandbox.profiles import EPIC, FULL
from sandbox.seeding import Seeding, _visited
from sandbox.state import StateFolder
from services.entrance import Entrance
from services.setup import JournalAddress, Setup
from services.views import EntryKind
from services.workday import Workday
from tests.contract.still_clock import StillClock
from tests.sandbox_in_process import ORIGIN, JournalInProcess
from tests.working_day import NEWS2, PIN

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from services.views import EntryRow

FIELDS = {EntryKind.NEWS2: NEWS2, EntryKind.NOTE: {"text": "Sår stelt. Fint granulasjonsvev."}}


class Counted(httpx.AsyncBaseTransport):
    """Carries every request and remembers it."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.asked: list[tuple[str, str]] = []
        self.sent: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request."""
        self.asked.append((request.method, request.url.path))
        if request.method in ("POST", "PUT") and not request.url.path.endswith("_search"):
            self.sent.append(request)
        return await self._inner.handle_async_request(request)

    async def arrive_late(self, type_: str, *, number: int = -1) -> None:
        """Have a new resource of a type, the last one by default, processed after all, long after its sender gave up."""
        late = [one for one in self.sent if one.url.path == f"/fhir/{type_}"][number]
        again = httpx.Request("POST", late.url, headers=late.headers, content=late.content)
        answer = await self._inner.handle_async_request(again)
        assert answer.status_code in (201, 400), await answer.aread()

    def creates(self, type_: str) -> int:
        """Return how often a resource of a type was sent as a new one."""
        return self.asked.count(("POST", f"/fhir/{type_}"))


class DayRoom:
    """The journal, and one client after the other on the same folders."""

    def __init__(
        self, folder: Path, profile: str = FULL, patient_list: str = "", *, everybody: bool = False
    ) -> None:
        self.clock = StillClock()
        ids = SystemIds()
        self.state = state = StateFolder(folder / "journal", SystemDisk())
        state.disk.make_folder(state.path)
        self._key = bytes.fromhex(state.key(ids))
        tables = open_tables(state.database)
        self.records = Journal(tables, ids)
        seeding = Seeding(self.records, self.clock, ids, profile)
        seeding.identify()
        lives = HOME_CARE if everybody else HOME_CARE[:2]
        seeding._lives(lives)
        seeding._plan(shift_at(self.clock.now()), [_visited(life) for life in lives])
        seeding._list_patients()
        self.journal = JournalInProcess(tables, state, self.clock, ids, token_lifetime=1_000_000)
        self.line = Counted(self.journal)
        self._folder = folder
        self._patient_list = patient_list
        self.refuses_known_vitals = False

    def setup(self) -> Setup:
        """Return what a client on the folders of this room is built from."""
        address = JournalAddress(
            "Øving",
            f"{ORIGIN}/fhir",
            f"{ORIGIN}/auth",
            embedded_key=self._key,
            patient_list=self._patient_list,
            refuses_known_vitals=self.refuses_known_vitals,
        )
        return Setup(
            Folders(self._folder / "data", self._folder / "state"),
            self.clock,
            SystemIds(),
            SystemDisk(),
            ThreadWorker(),
            address,
            key_cost=KdfParams(memory_kib=64, passes=1, lanes=1),
            inner=self.line,
            ballast=4096,
        )

    def client(self) -> Workday:
        """Return a new client on the folders of this room."""
        setup = self.setup()
        day = Workday(setup)
        day._entrance = Entrance(setup, None)
        return day

    async def first_day(self) -> Workday:
        """Return a client that has signed in, chosen a PIN and taken the round along."""
        day = self.client()
        await day.people()
        await day.sign_in("kari-nordmann")
        await day.set_pin(PIN)
        await day.take_round(lambda _: None)
        return day

    async def again(self) -> Workday:
        """Return another client on the cache that the first one left."""
        day = self.client()
        await day.door()
        await day.unlock(PIN)
        return day

    def filed(self, type_: str, patient: str) -> list[dict[str, Any]]:
        """Return what the journal holds of a type about a patient, looked up beside its API."""
        search = parse_search(type_, [("patient", patient), ("_count", "1000")], strict=True)
        return [json_text.parse(version.body) for version in self.records.search(search, None).matches]


class EpicRoom(DayRoom):
    """The same before a journal like a Nordic Epic."""

    def __init__(
        self, folder: Path, patient_list: str = f"Group/{GROUP_ID}", *, everybody: bool = False
    ) -> None:
        super().__init__(folder, EPIC, patient_list, everybody=everybody)


async def sign(day: Workday, kind: EntryKind, **more: str) -> tuple[str, str]:
    """Record and sign in the first visit, and give up the time of regret; return the entry's id and the patient's."""
    taken = await day.round()
    assert taken is not None
    visit = taken.visits[0]
    draft = await day.new_draft(kind, visit.patient_id, visit.visit_id)
    draft = await day.save_draft(replace(draft, fields={**FIELDS[kind], **more}))
    chart = await day.chart(visit.patient_id, visit.visit_id)
    entry = (await day.sign(draft.entry_id, chart.banner.identity_number[-3:])).entry_id
    await day.send_now(entry)
    return entry, visit.patient_id


async def row_of(day: Workday, entry: str) -> EntryRow:
    """Return an entry as the outbox shows it."""
    (row,) = [row for row in await day.outbox() if row.entry_id == entry]
    return row

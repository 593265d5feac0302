"""A nurse's working day on an engine that nobody here wrote: the whole client, with a token instead of a sign-in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from client.auth.grant import Grant, SignedInUser
from offline_cache.keys import CacheKeys
from offline_cache.store import Store
from ports.disk import SystemDisk
from ports.folders import Folders
from ports.ids import SystemIds
from ports.worker import ThreadWorker
from services import sealing
from services.entrance import Entrance
from services.session import Clinician
from services.setup import JournalAddress, Setup
from services.views import CacheKind, EntryKind
from services.workday import Workday
from tests.contract.engines.bench import Bench
from tests.contract.still_clock import StillClock
from tests.working_day import NEWS2

if TYPE_CHECKING:
    from pathlib import Path

    from client.resource import Resource
    from offline_cache.entries import PartRecord

PEOPLE = {"Moen": "29874849837", "Aas": "12875149915", "Dahl": "05883549808"}
"""Family names, and synthetic identity numbers: 80 is added to the month."""


class Ward:
    """Three visits of one nurse in one shift, and her client on a folder that outlives it."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench = bench
        self.clock = StillClock()
        self._folder = folder
        self._keys = CacheKeys.passing(SystemIds())
        self.nurse = ""

    async def lay_in(self) -> None:
        """Write people, visits and earlier measurements through the engine's own API."""
        self.nurse = await self._create({"resourceType": "Practitioner", "name": [{"family": "Nordmann"}]})
        for hour, (family, number) in enumerate(PEOPLE.items(), 1):
            identifier = {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": number}
            patient = await self._create(
                {
                    "resourceType": "Patient",
                    "identifier": [identifier],
                    "name": [{"family": family, "given": ["Ragnhild"]}],
                    "birthDate": "1948-07-29",
                    "gender": "female",
                }
            )
            start = self.clock.now() + timedelta(hours=hour)
            await self._create(
                {
                    "resourceType": "Appointment",
                    "status": "booked",
                    "start": start.isoformat(),
                    "end": (start + timedelta(minutes=20)).isoformat(),
                    "participant": [
                        {"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"},
                        {"actor": {"reference": f"Practitioner/{self.nurse}"}, "status": "accepted"},
                    ],
                }
            )
            self.bench.subject = patient
            for days, pulse in ((2, 70), (1, 72)):
                value = {"value": pulse, "unit": "/min"}
                at = (start - timedelta(days=days)).isoformat()
                await self._create(self.bench.reading(valueQuantity=value, effectiveDateTime=at))

    async def open_day(self, *, first: bool = False) -> Workday:
        """Open the client on its folder: a new cache, or the one that an earlier client left."""
        line = Bench(self.bench.base, tls=self.bench.tls).line
        self.bench.line = line
        issuer = self.bench.base.rpartition("/")[0]
        setup = Setup(
            Folders(self._folder / "data", self._folder / "state"),
            self.clock,
            SystemIds(),
            SystemDisk(),
            ThreadWorker(),
            JournalAddress("fhir-router", self.bench.base, issuer),
            inner=line,
        )
        clinician = Clinician("kari", "Kari Nordmann", f"Practitioner/{self.nurse}", "sykepleier", issuer)
        user = SignedInUser("kari", clinician.name, clinician.fhir_user, "SP", (), issuer)
        grant = Grant("a-token", "", self.clock.now() + timedelta(days=1), frozenset(), user)
        entrance = Entrance(setup, None)
        day = Workday(setup)
        day._entrance = entrance
        store = await setup.worker.run(self._store, first)
        seals = sealing.seals_of(setup, None, "", clinician)
        await day._enter(await entrance._session(clinician, grant, CacheKind.PIN_ONLY, store, None, seals))
        return day

    def _store(self, create: bool) -> Store:  # noqa: FBT001  handed over by position to the worker
        path = self._folder / "cache.db"
        return Store.open(path, self._keys, disk=SystemDisk(), clock=self.clock, create=create)

    async def in_journal(self, part: PartRecord) -> list[Resource]:
        """Return every resource in the journal that bears the part's identifier, asked for beside the client."""
        beside = Bench(self.bench.base, tls=self.bench.tls)
        asked = [("identifier", f"urn:ietf:rfc:3986|urn:uuid:{part.op_id}")]
        try:
            return [one async for page in beside.client.search(part.type, asked) for one in page.resources]
        finally:
            await beside.aclose()

    async def count(self, type_: str) -> int:
        """Return how many resources of a type the journal has."""
        return await self.bench.client.count(type_, [])

    async def _create(self, resource: dict[str, Any]) -> str:
        made = await self.bench.client.create(resource["resourceType"], json.dumps(resource).encode())
        return made.id


FIELDS = {EntryKind.NEWS2: NEWS2, EntryKind.NOTE: {"text": "Sår stelt. Fint granulasjonsvev."}}


async def sign(day: Workday, kind: EntryKind, visit: int) -> str:
    """Record and sign an entry in one of the visits, and give up the time of regret; return the entry's id."""
    taken = await day.round()
    assert taken is not None
    at = taken.visits[visit]
    draft = await day.new_draft(kind, at.patient_id, at.visit_id)
    draft = await day.save_draft(replace(draft, fields=FIELDS[kind]))
    chart = await day.chart(at.patient_id, at.visit_id)
    entry = (await day.sign(draft.entry_id, chart.banner.identity_number[-3:])).entry_id
    await day.send_now(entry)
    return entry


async def parts_of(day: Workday, entry: str) -> list[PartRecord]:
    """Return the parts of an entry as the store has them."""
    session = day._session
    assert session is not None
    return await day._setup.worker.run(session.store.entries.parts, entry)

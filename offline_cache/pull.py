"""Bringing the round and its charts down: every page and its bookkeeping in one commit, completeness never guessed.

A part of a chart is complete only when its last page is in. Only then is what the journal no longer gives swept out; a part
that stopped half-way keeps what it had, is marked incomplete with the reason, and never sweeps (offline-cache.md §1.4).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from client.errors import ErrorKind, JournalError
from offline_cache.chart_parts import CHART_PARTS, ChartPart, Query
from offline_cache.patient_of import patient_of
from offline_cache.scopes import RoundRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from client.journal import JournalClient
    from client.resource import Page, Resource
    from offline_cache.store import Store
    from ports.clock import Clock
    from ports.worker import Worker

PATIENTS_AT_ONCE = 3
"""How many charts come down side by side; the journal is shared with others (norway.md §4.3)."""


_ONE_PATIENT_ONLY = frozenset({ErrorKind.FORBIDDEN, ErrorKind.NOT_FOUND, ErrorKind.GONE})
"""Kinds that say something of one patient; the visit stays on the list and says that the patient did not come."""

_WHOLE_LINE = frozenset({ErrorKind.UNREACHABLE, ErrorKind.UNAUTHORIZED, ErrorKind.NOT_FHIR})
"""Kinds after which nothing more is asked in this pull: each further question would only wait for its own time limit."""


_LEFT_OUT = frozenset({"suppressed", "incomplete", "too-costly", "timeout", "throttled", "4119", "59204"})
"""Issue codes of FHIR, and of Epic, by which a journal says that its answer is not the whole (norway.md §4)."""


@dataclass(slots=True)
class _Line:
    """What is known of the line to the journal within one pull: why it was lost, or nothing."""

    lost: str = ""


class Span(Protocol):
    """A shift: its name, its day and its two instants."""

    @property
    def name(self) -> str:
        """The shift's word: dag, kveld, natt."""
        ...

    @property
    def day(self) -> date:
        """The date on which the shift begins."""
        ...

    @property
    def start(self) -> datetime:
        """The first instant."""
        ...

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        ...


@dataclass(frozen=True, slots=True)
class ChartOutcome:
    """What became of one patient's chart: the parts that did not come down, with the kind of error of each."""

    patient_id: str
    missing: tuple[tuple[str, str], ...]

    @property
    def complete(self) -> bool:
        """Tell whether every part came down to its last page."""
        return not self.missing


class Pull:
    """Takes one clinician's round from the journal into the store."""

    def __init__(self, client: JournalClient, store: Store, worker: Worker, clock: Clock) -> None:
        self._client = client
        self._store = store
        self._worker = worker
        self._clock = clock

    async def take_round(
        self,
        span: Span,
        actor: str,
        listed: Callable[[Sequence[Resource]], None],
        progress: Callable[[int, int, ChartOutcome], None],
    ) -> RoundRecord:
        """Bring the visits of a shift and the charts of their patients.

        Args:
            span: the shift.
            actor: whose visits: a reference such as `Practitioner/1`.
            listed: told the patients once the list itself is in.
            progress: told each patient as it is done: how many are, of how many, and what became of this one.

        Raises:
            JournalError: the list of visits itself did not come; nothing that was cached before is changed.
        """
        query = _visit_query(span, actor)
        visits, patients, is_whole = await self._list(query)
        counted = await self._client.count("Appointment", query)
        record = RoundRecord(
            name=span.name,
            day=span.day,
            start=span.start,
            end=span.end,
            zone="",
            visit_ids=tuple(v.id for v in visits),
            journal_count=counted,
            as_of=self._clock.now(),
            complete=False,
        )
        await self._worker.run(self._keep_list, record, visits, patients)
        listed(patients)
        outcomes = await self._charts([p.id for p in patients], progress)
        lost = {patient_of(v.type, v.body) for v in visits} - {p.id for p in patients}
        whole = all(o.complete for o in outcomes) and is_whole and not lost and counted == len(visits)
        return await self._worker.run(self._close_round, record, whole)

    async def refresh_chart(self, patient_id: str) -> ChartOutcome:
        """Bring one patient's chart again, the Patient itself included."""
        missing: list[tuple[str, str]] = []
        try:
            patient = await self._client.read("Patient", patient_id)
            await self._worker.run(self._keep_patient, patient)
        except JournalError as error:
            missing.append(("patient", str(error.kind)))
        return await self._chart(patient_id, missing, _Line())

    async def _list(self, query: Query) -> tuple[list[Resource], list[Resource], bool]:
        visits: dict[str, Resource] = {}
        patients: dict[str, Resource] = {}
        is_whole = True
        async for page in self._client.search("Appointment", (*query, ("_include", "Appointment:patient"))):
            visits.update((r.id, r) for r in page.resources if r.type == "Appointment")
            patients.update((r.id, r) for r in page.included if r.type == "Patient")
            is_whole = is_whole and not _leaves_out(page)
        wanted = {patient_of(v.type, v.body) for v in visits.values()} - {""}
        for patient_id in sorted(wanted - set(patients)):
            try:
                patients[patient_id] = await self._client.read("Patient", patient_id)
            except JournalError as error:
                if error.kind not in _ONE_PATIENT_ONLY:
                    raise
        return list(visits.values()), [patients[i] for i in sorted(patients) if i in wanted], is_whole

    async def _charts(
        self, patient_ids: Sequence[str], progress: Callable[[int, int, ChartOutcome], None]
    ) -> list[ChartOutcome]:
        gate = asyncio.Semaphore(PATIENTS_AT_ONCE)
        line = _Line()
        done: list[ChartOutcome] = []

        async def one(patient_id: str) -> None:
            async with gate:
                outcome = await self._chart(patient_id, [], line)
            done.append(outcome)
            progress(len(done), len(patient_ids), outcome)

        try:
            async with asyncio.TaskGroup() as group:
                for patient_id in patient_ids:
                    group.create_task(one(patient_id))
        except BaseExceptionGroup as failures:  # the first says it: a full disk is full for every patient
            raise failures.exceptions[0] from None
        return done

    async def _chart(self, patient_id: str, missing: list[tuple[str, str]], line: _Line) -> ChartOutcome:
        for part in CHART_PARTS:
            reason = await self._part(patient_id, part, line)
            if reason:
                missing.append((part.name, reason))
        return ChartOutcome(patient_id, tuple(missing))

    async def _part(self, patient_id: str, part: ChartPart, line: _Line) -> str:
        """Bring one part; return why it is not complete, or nothing. A line that was lost is not tried again and again."""
        if line.lost:
            await self._worker.run(self._mark_missing, patient_id, part, line.lost)
            return line.lost
        try:
            generation = await self._worker.run(self._store.resources.new_generation)
            found = await self._pages(
                patient_id, part, part.first(patient_id, self._clock.now()), generation, 0
            )
            latest = part.instead(patient_id)
            if not found and latest is not None:
                await self._pages(patient_id, part, latest, generation, part.latest_instead)
            await self._worker.run(self._close_part, patient_id, part, generation)
        except JournalError as error:
            reason = str(error.kind)
            if error.kind in _WHOLE_LINE:
                line.lost = reason
            await self._worker.run(self._mark_missing, patient_id, part, reason)
            return reason
        return ""

    async def _pages(
        self, patient_id: str, part: ChartPart, query: Query, generation: int, at_most: int
    ) -> int:
        found, is_whole = 0, True
        size = min(at_most, 100) if at_most else 100
        async for page in self._client.search(part.type, query, page_size=size):
            _refuse_other_patients(page, patient_id, part.type)
            await self._worker.run(self._keep_page, patient_id, page, generation)
            found += len(page.resources)
            is_whole = is_whole and not _leaves_out(page)
            if at_most and found >= at_most:
                break
        if not is_whole:
            raise JournalError(ErrorKind.BROKEN, detail="the journal says that something is left out")
        return found

    def _keep_list(self, record: RoundRecord, visits: list[Resource], patients: list[Resource]) -> None:
        at = self._clock.now()
        with self._store.transaction():
            generation = self._store.resources.new_generation()
            for visit in visits:
                owner = patient_of(visit.type, visit.body)
                self._store.resources.put(visit, patient=owner, fetched_at=at, generation=generation)
            for patient in patients:
                self._store.resources.put(patient, patient=patient.id, fetched_at=at, generation=generation)
            self._store.scopes.put_round(record)

    def _keep_patient(self, patient: Resource) -> None:
        at = self._clock.now()
        with self._store.transaction():
            generation = self._store.resources.new_generation()
            self._store.resources.put(patient, patient=patient.id, fetched_at=at, generation=generation)

    def _keep_page(self, patient_id: str, page: Page, generation: int) -> None:
        at = self._clock.now()
        with self._store.transaction():
            for resource in page.resources:
                self._store.resources.put(resource, patient=patient_id, fetched_at=at, generation=generation)

    def _close_part(self, patient_id: str, part: ChartPart, generation: int) -> None:
        with self._store.transaction():
            self._store.resources.sweep(patient_id, part.type, generation)
            self._store.scopes.put_section(patient_id, part.name, True, self._clock.now(), "")

    def _mark_missing(self, patient_id: str, part: ChartPart, reason: str) -> None:
        with self._store.transaction():
            before = {s.name: s for s in self._store.scopes.sections(patient_id)}.get(part.name)
            as_of = before.as_of if before else None
            self._store.scopes.put_section(patient_id, part.name, False, as_of, reason)
            if reason == ErrorKind.WRONG_RESOURCE:
                self._store.audit.append(
                    "pull-refused", patient=patient_id, detail=f"{part.name}: {reason}", actor=""
                )

    def _close_round(self, record: RoundRecord, whole: bool) -> RoundRecord:  # noqa: FBT001
        closed = RoundRecord(
            name=record.name,
            day=record.day,
            start=record.start,
            end=record.end,
            zone=record.zone,
            visit_ids=record.visit_ids,
            journal_count=record.journal_count,
            as_of=self._clock.now(),
            complete=whole,
        )
        with self._store.transaction():
            self._store.scopes.put_round(closed)
        return closed


def _leaves_out(page: Page) -> bool:
    """Tell whether the journal itself says that the page lacks something."""
    return any(
        told.severity in ("error", "fatal") or _LEFT_OUT & {told.code, *told.codes} for told in page.warnings
    )


def _visit_query(span: Span, actor: str) -> Query:
    return (
        ("actor", actor),
        ("date", f"ge{_instant(span.start)}"),
        ("date", f"lt{_instant(span.end)}"),
    )


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _refuse_other_patients(page: Page, patient_id: str, type_: str) -> None:
    """Refuse a whole page that brings another patient's data, or another type than was asked for (fault H20)."""
    for resource in page.resources:
        if resource.type != type_ or patient_of(resource.type, resource.body) != patient_id:
            raise JournalError(ErrorKind.WRONG_RESOURCE)

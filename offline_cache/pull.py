"""Bringing the round and its charts down: every step and its bookkeeping in one commit, completeness never guessed.

A part of a chart is complete only when its last page is in. Only then is what the journal no longer gives swept out; a part
that stopped half-way keeps what it had, is marked incomplete with the reason, and never sweeps (offline-cache.md §1.4).
How the journal is asked follows from what it says it can do: `pull_plan.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.asking import Asking
from offline_cache.chart_parts import CHART_PARTS
from offline_cache.landing import Landing
from offline_cache.page_size import PageSize
from offline_cache.patient_of import patient_of
from offline_cache.places import RUN
from offline_cache.pull_chart import read_part
from offline_cache.pull_charts import ChartOutcome, read_charts
from offline_cache.pull_list import Listed, list_by_actor, list_by_patients
from offline_cache.pull_moved import explain_moved
from offline_cache.pull_plan import Plan, Profile
from offline_cache.pull_round import close_round, keep_list, purged_meanwhile
from offline_cache.pull_work import Work
from offline_cache.rounds import Span
from offline_cache.server_time import ServerTime
from offline_cache.sync_report import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from client.capability import Capabilities
    from client.journal import JournalClient
    from client.resource import Resource
    from offline_cache.scopes import RoundRecord
    from offline_cache.store import Store
    from ports.clock import Clock
    from ports.worker import Worker

__all__ = ["ChartOutcome", "Pull", "Span"]

GOES_ON_WITHIN = timedelta(minutes=30)
"""An interrupted pull is gone on with for so long; after that what came first is too old to count as read with the rest."""


class Pull:
    """Takes one clinician's round from the journal into the store."""

    def __init__(
        self, client: JournalClient, store: Store, worker: Worker, clock: Clock, *, patient_list: str = ""
    ) -> None:
        self._client = client
        self._store = store
        self._worker = worker
        self._clock = clock
        self._patient_list = patient_list
        self._size = PageSize()
        self._time = ServerTime()
        self.capabilities: Capabilities | None = None
        """What the journal can do, as it was last heard; asked for by the first pull where nobody told."""

    async def take_round(
        self,
        span: Span,
        actor: str,
        listed: Callable[[Sequence[Resource]], None],
        progress: Callable[[int, int, ChartOutcome], None],
        ahead: Sequence[Span] = (),
    ) -> RoundRecord:
        """Bring the visits of a shift and the charts of their patients.

        Args:
            span: the shift.
            actor: whose visits: a reference such as `Practitioner/1`.
            listed: told the patients once the list itself is in.
            progress: told each patient as it is done: how many are, of how many, and what became of this one.
            ahead: the shifts to come that are taken along, one after the other.

        Raises:
            JournalError: the list of visits itself did not come; nothing that was cached before is changed.
        """
        tally = Tally(self._clock, self._client.meter)
        profile = Profile.FULL
        try:
            work = await self._work(tally)
            profile = work.plan.profile
            found = await self._list(work, span, ahead, actor)
        except JournalError as error:
            failed = tally.report({}, profile=profile, delta=False, error=str(error.kind))
            await self._worker.run(self._store.reports.put, failed)
            raise
        record = await self._worker.run(keep_list, work, found, span, actor)
        listed([found.patients[patient] for patient in sorted(found.patients)])
        resumed = await self._worker.run(self._begin_run, span, tally.started)
        outcomes = await read_charts(work, [p for p in found.order if p in found.patients], resumed, progress)
        return await self._worker.run(self._close, work, record, found, outcomes)

    async def refresh_chart(self, patient_id: str) -> ChartOutcome:
        """Bring one patient's chart again from its beginning, the Patient itself included."""
        work = await self._work(Tally(self._clock, self._client.meter))
        missing: list[tuple[str, str]] = []
        try:
            patient = await self._client.read("Patient", patient_id)
            await self._worker.run(work.landing.patient, patient)
        except JournalError as error:
            missing.append(("patient", str(error.kind)))
        for part in CHART_PARTS:
            await read_part(work, patient_id, part)
        return ChartOutcome(patient_id, (*missing, *work.lacking(patient_id)))

    async def _work(self, tally: Tally) -> Work:
        if self.capabilities is None:
            self.capabilities = await self._client.capabilities()
        plan = Plan(self.capabilities, self._patient_list)
        work = Work(
            client=self._client,
            store=self._store,
            worker=self._worker,
            clock=self._clock,
            plan=plan,
            asking=Asking(self._client, self._clock, self._size, self._time, plan.counts),
            landing=Landing(self._store, self._clock, tally),
            tally=tally,
        )
        await self._worker.run(work.recall_demanding)
        return work

    async def _list(self, work: Work, span: Span, ahead: Sequence[Span], actor: str) -> Listed:
        if work.plan.by_actor:
            found = await list_by_actor(work, span, ahead, actor)
        elif work.plan.patient_list:
            found = await list_by_patients(work, span, ahead)
        else:
            raise JournalError(ErrorKind.REFUSED, detail="neither a search by actor nor a list of patients")
        await explain_moved(work, span, found, actor)
        return found

    def _begin_run(self, span: Span, now: datetime) -> datetime | None:
        """Note that a pull is under way; return when it began if it is one that was interrupted."""
        kept = self._store.meta.get(RUN)
        name, _, began = (kept or b"").decode().partition(" ")
        if name == str(span.start.timestamp()):
            since = datetime.fromisoformat(began)
            if timedelta(0) <= now - since <= GOES_ON_WITHIN:
                return since
        self._store.meta.put(RUN, f"{span.start.timestamp()} {now.isoformat()}".encode())
        return None

    def _close(
        self, work: Work, record: RoundRecord, found: Listed, outcomes: Sequence[ChartOutcome]
    ) -> RoundRecord:
        """Say how whole the round is, keep the report and end the run, in one commit."""
        lost = {patient_of(v.type, v.body) for v in found.visits} - set(found.patients)
        with self._store.transaction():
            lost |= purged_meanwhile(work, found)
        whole = all(o.complete for o in outcomes) and found.whole and not lost
        whole = whole and found.counted == len(found.round)
        missing = {o.patient_id: o.missing for o in outcomes}
        missing |= {p: (("patient", "not-here"),) for p in lost if not missing.get(p)}
        report = work.tally.report(
            missing,
            profile=work.plan.profile,
            delta=work.plan.profile is Profile.FULL,
            visits=len(found.round),
            journal_count=found.counted,
            whole=whole,
        )
        with self._store.transaction():
            work.landing.lay_ghosts()
            closed = close_round(work, replace(record, complete=whole), found)
            self._store.reports.put(report)
            if not work.asking.line.lost:  # it came to its end, if not all of it came
                self._store.meta.delete(RUN)
        return closed

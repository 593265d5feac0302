"""Reading: the round, the charts and the outbox as the screens get them. Synchronous: runs on the store's worker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from offline_cache.states import EntryState
from offline_cache.strangers import URN
from services.access import Access, Opened
from services.changed_in_journal import changed_in
from services.chart import build_chart
from services.names import birth_date_of, full_name, name_of
from services.patient_file import PatientFile
from services.strangers import as_patient
from services.sync_rows import news_in, sync_view, told_in
from services.trouble import Trouble, TroubleCode
from services.views import EntryRow
from services.visit_list import build_round
from services.zone import zone_of

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.accesses import AccessRecord
    from offline_cache.entries import EntryRecord, PartRecord
    from offline_cache.resources import StoredResource
    from offline_cache.scopes import RoundRecord
    from offline_cache.store import Store
    from ports.clock import Clock
    from services.access import Reason
    from services.session import Clinician
    from services.views import Chart, NewsRow, RoundView, SyncView

CHART_TYPES = (
    "Patient",
    "AllergyIntolerance",
    "Flag",
    "MedicationRequest",
    "Task",
    "CarePlan",
    "Goal",
    "ServiceRequest",
    "Observation",
    "DocumentReference",
    "Condition",
    "Appointment",
)
"""The resource types a chart is made of."""

_SETTLED = (EntryState.DELIVERED, EntryState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the status line counts."""

    data_as_of: datetime | None
    unsent_visits: int
    unsent_entries: int
    accesses: tuple[AccessRecord, ...] = ()


class Reading:
    """What the cache holds, as views."""

    def __init__(self, store: Store, clock: Clock, clinician: Clinician) -> None:
        self._store = store
        self._clock = clock
        self._clinician = clinician
        self.access = Access(store, clock, clinician)
        self._opened: Opened | None = None
        self._listed: RoundRecord | None = None

    @property
    def opened(self) -> str:
        """The patient who was opened last, the log's row and all; empty before the first."""
        return self._opened.patient_id if self._opened is not None else ""

    def note_unlock(self) -> None:
        """Write down that the cache was opened."""
        with self._store.transaction():
            self._store.audit.append("unlock", actor=self._clinician.fhir_user)

    def show_round(self) -> RoundView | None:
        """Return the round for a screen; the first time that it is shown in a session stands in the log."""
        record = self._store.scopes.round()
        if record is not None and record != self._listed and not self._store.read_only:
            with self._store.transaction():
                count = str(len(record.visit_ids))
                self._store.audit.append("list-shown", detail=count, actor=self._clinician.fhir_user)
            self._listed = record
        return self.round()

    def round(self) -> RoundView | None:
        """Return the round that was taken, or None."""
        record = self._store.scopes.round()
        if record is None:
            return None
        visits = self._visits(record)
        files = {p: self.file(p) for p in sorted({v.patient for v in visits})}
        record = replace(record, zone=record.zone or zone_of(files.values()))
        shown = build_round(record, visits, files, self._store.entries.drafts(), self._clock.now())
        news = self._store.changes.patients()
        rows = tuple(replace(row, news=news.get(row.patient_id, 0)) for row in shown.visits)
        told = tuple(
            row for row in told_in(self._store) if row.patient_id
        )  # what is of no patient is no news of the list
        return replace(shown, visits=rows, told=told)

    def _round_about(self, file: PatientFile) -> RoundView | None:
        """Return the round with what a chart takes of it: the patient's own visits, and the others' names and times."""
        record = self._store.scopes.round()
        if record is None:
            return None
        visits = self._visits(record)
        files = {p: self._named_alone(p) for p in {v.patient for v in visits}} | {file.patient_id: file}
        return build_round(record, visits, files, self._store.entries.drafts(), self._clock.now())

    def _named_alone(self, patient_id: str) -> PatientFile:
        known = self._patient(patient_id)
        return PatientFile(patient_id, [known] if known else [])

    def _visits(self, record: RoundRecord) -> list[StoredResource]:
        found = (self._store.resources.get("Appointment", id_) for id_ in record.visit_ids)
        return [visit for visit in found if visit is not None]

    def promote_ahead(self, start: datetime) -> bool:
        """Make a round that was taken along ahead the round at hand; False when none begins at that instant."""
        record = next((one for one in self._store.scopes.ahead() if one.start == start), None)
        if record is None:
            return False
        with self._store.transaction():
            self._store.scopes.put_round(record)
        return True

    def news(self, patient_id: str) -> tuple[NewsRow, ...]:
        """Return what changed in a chart since it was last looked at."""
        return news_in(self._store, patient_id)

    def news_seen(self, patient_id: str, upto: int) -> None:
        """Take note that the changes up to a sequence number were on the screen."""
        with self._store.transaction():
            self._store.changes.seen(patient_id, upto)

    def last_sync(self) -> SyncView | None:
        """Return how the last sync went, or None before the first."""
        return sync_view(self._store)

    def open_chart(self, patient_id: str, visit_id: str) -> Chart:
        """Open a patient and return the chart; the log's row is committed first, and without it nothing is returned.

        Raises:
            Trouble: NOT_CACHED when this patient was not taken along; NO_REASON, ACCESS_ENDED.
        """
        if self._patient(patient_id) is None:
            raise Trouble(TroubleCode.NOT_CACHED)
        opened = self.access.open(patient_id, visit_id)
        self._opened = opened
        return self.shown(opened)

    def note_address(self, patient_id: str) -> Reason:
        """Write down that a confidential address is looked at, before it is asked for; return why the patient is open.

        Raises:
            Trouble: NO_REASON, ACCESS_ENDED.
        """
        with self._store.transaction():
            reason = self.access.reason_for(patient_id)
            if not self.access.may_fetch(patient_id):
                raise Trouble(TroubleCode.NO_REASON)
            self._store.audit.append(
                "show-address", patient=patient_id, basis=reason.basis, actor=self._clinician.fhir_user
            )
        return reason

    def note_copied(self, patient_id: str, what: str, length: int) -> Reason:
        """Write down that something of the patient in sight is handed on; return why the patient is open.

        Raises:
            Trouble: NO_REASON where another patient, or nobody, is in sight; ACCESS_ENDED.
        """
        opened = self._opened
        if opened is None or opened.patient_id != patient_id:
            raise Trouble(TroubleCode.NO_REASON)
        self.access.require(opened)
        with self._store.transaction():
            self._store.audit.append(
                "copy",
                patient=patient_id,
                basis=opened.reason.basis,
                detail=f"{what} {length}",
                actor=self._clinician.fhir_user,
            )
        return opened.reason

    def chart_again(self, patient_id: str, visit_id: str) -> Chart:
        """Return the chart that is on the screen as it is now; another patient than the last one is opened, log and all."""
        last = self._opened
        if last is None or last.patient_id != patient_id:
            return self.open_chart(patient_id, visit_id)
        return self.shown(replace(last, visit_id=visit_id))

    def shown(self, opened: Opened) -> Chart:
        """Return the chart of a patient who was opened. There is no other way to a chart that is shown.

        Raises:
            Trouble: NO_AUDIT when the log has no row of it, ACCESS_ENDED when its time is up.
        """
        self.access.require(opened)
        return self.unshown(opened.patient_id, opened.visit_id)

    def unshown(self, patient_id: str, visit_id: str = "") -> Chart:
        """Return a chart for the rules of signing alone; it is handed to no screen, and so it stands in no log."""
        file = self.file(patient_id)
        entries = [row for row in self.outbox() if row.patient_id == patient_id]
        chart = build_chart(file, self._round_about(file), visit_id, entries, self._clock.now())
        return replace(chart, news=self.news(patient_id), told=told_in(self._store, patient_id))

    def file(self, patient_id: str) -> PatientFile:
        """Return everything the cache holds of a patient, our own entries on their way included."""
        resources: list[StoredResource] = []
        for type_ in CHART_TYPES:
            resources += self._store.resources.of_patient(patient_id, type_)
        typed = self._patient(patient_id) if patient_id.startswith(URN) else None
        resources += [typed] if typed else []
        entries = [
            (e, self._store.entries.parts(e.entry_id))
            for e in self._store.entries.all()
            if e.patient == patient_id
        ]
        return PatientFile(patient_id, resources, self._store.scopes.sections(patient_id), entries)

    def outbox(self) -> list[EntryRow]:
        """Return the signed entries, in the order of signing."""
        behind = self._store.depends.behind()
        return [self._placed(self.entry(record), behind) for record in self._store.entries.all()]

    @staticmethod
    def _placed(row: EntryRow, behind: set[str]) -> EntryRow:
        """Return the row of a signed entry as held where something else holds it: an entry it refers to, or who it is about."""
        if row.state is not EntryState.SIGNED:
            return row
        why = "stranger" if row.patient_id.startswith(URN) else "behind" if row.entry_id in behind else ""
        return replace(row, state=EntryState.HELD, detail=why) if why else row

    def _patient(self, patient_id: str) -> StoredResource | None:
        """Return the Patient of the cache, or a typed identity in its form."""
        typed = self._store.strangers.get(patient_id) if patient_id.startswith(URN) else None
        return as_patient(typed) if typed else self._store.resources.get("Patient", patient_id)

    def entry(self, record: EntryRecord) -> EntryRow:
        """Return one entry as a row."""
        parts: list[PartRecord] = self._store.entries.parts(record.entry_id)
        patient = self._patient(record.patient)
        sheet = PatientFile(record.patient, [patient] if patient else []).patient
        tree = sheet.tree if sheet else {}
        born = birth_date_of(tree)
        return EntryRow(
            entry_id=record.entry_id,
            kind=record.kind,
            patient_id=record.patient,
            patient_name=full_name(*name_of(tree)),
            birth_year=str(born.year) if born else "",
            visit_id=record.visit,
            title=record.title,
            state=record.state,
            parts_done=sum(1 for p in parts if p.server_id),
            parts_all=len(parts),
            event_at=record.event_at,
            signed_at=record.signed_at,
            send_after=record.send_after,
            delivered_at=record.delivered_at,
            detail=record.detail,
            shown=record.shown,
            journal_ids=tuple(f"{p.type}/{p.server_id}" for p in parts if p.server_id),
            changed=tuple(dict.fromkeys(words for p in parts for words in changed_in(p))),
        )

    def counts(self) -> Counts:
        """Return how old the data is and what is unsent, counted in visits and in entries."""
        waiting = [e for e in self._store.entries.all() if e.state not in _SETTLED]
        record = self._store.scopes.round()
        return Counts(
            data_as_of=record.as_of if record else None,
            unsent_visits=len({(e.patient, e.visit) for e in waiting}),
            unsent_entries=len(waiting),
            accesses=self.access.running(),
        )

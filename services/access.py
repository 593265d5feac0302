"""Why each patient is opened, and the one way to open one: the log's row first, and what it gives is the key to the chart.

On my list, in the journal's care team, typed by me, or emergency access with a reason and an end. Nobody else is opened.
Synchronous: runs on the store's worker.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from offline_cache.accesses import AccessKind, AccessRecord
from offline_cache.instants import from_text
from offline_cache.purges import PurgeReason, PurgeStep
from offline_cache.strangers import URN
from services.access_views import FEWEST_LETTERS, LONGEST, REASONS
from services.log_event import EMERGENCY
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.store import Store
    from ports.clock import Clock
    from services.session import Clinician

_TOLERANCE = timedelta(minutes=10)
"""A clock put back further than this before an access began ends it: nobody can tell how long it has lasted."""


class Ground(StrEnum):
    """On what ground a patient may be opened."""

    LIST = "list"
    TYPED = "typed"  # an identity that this clinician typed
    RELATION = "care-relation"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a patient may be opened now; `basis` is how the log says it, `ends_at` is None for what ends with the list."""

    ground: Ground
    basis: str
    ends_at: datetime | None = None
    words: str = ""  # what the clinician gave as the reason; only where it is told on, never kept here


@dataclass(frozen=True, slots=True)
class Opened:
    """A patient who was opened: the log's row stands under `sequence`. Without such a row nothing is shown."""

    patient_id: str
    visit_id: str
    reason: Reason
    sequence: int


class Access:
    """The grounds of one clinician in one store."""

    def __init__(self, store: Store, clock: Clock, clinician: Clinician) -> None:
        self._store = store
        self._clock = clock
        self._clinician = clinician
        self._in_sight: Opened | None = None

    def now(self) -> datetime:
        """Return the time, which never lies before the last row of the log: that late it was already."""
        now = self._clock.now()
        last = self._store.audit.records(self._store.audit.head.sequence - 1)
        return max(now, from_text(last[-1].at)) if last else now

    def reason_for(self, patient_id: str, visit_id: str = "") -> Reason:
        """Return why this patient may be opened.

        Raises:
            Trouble: ACCESS_ENDED where there was such a reason and its time is up; NO_REASON where there is none.
        """
        if patient_id.startswith(URN):
            return Reason(Ground.TYPED, "typed")
        if on_list := self._on_list(patient_id, visit_id):
            return on_list
        access = self._store.accesses.of(patient_id)
        if access is not None:
            if self._is_over(access):
                raise Trouble(TroubleCode.ACCESS_ENDED)
            return Reason(Ground(access.kind.value), access.basis, access.ends_at)
        if own := self._own_work(patient_id):
            return Reason(Ground.RELATION, f"care-relation:entry/{own}")
        seen = self._in_sight
        if seen is not None and seen.patient_id == patient_id and seen.reason.ends_at is None:
            return seen.reason  # left the list while open: until another is opened, as the purge waits
        raise Trouble(TroubleCode.NO_REASON)

    def may_fetch(self, patient_id: str) -> bool:
        """Tell whether the chart may be fetched on what is known here; to have written about somebody once is not enough."""
        if self._on_list(patient_id) is not None:
            return True
        access = self._store.accesses.of(patient_id)
        return access is not None and not self._is_over(access)

    def open(self, patient_id: str, visit_id: str) -> Opened:
        """Write the log's row and return what the chart is given for.

        Raises:
            Trouble: as `reason_for`.
        """
        with self._store.transaction():
            reason = self.reason_for(patient_id, visit_id)
            self._store.audit.append(
                "open-patient", patient=patient_id, basis=reason.basis, actor=self._clinician.fhir_user
            )
            opened = Opened(patient_id, visit_id, reason, self._store.audit.head.sequence)
        self._in_sight = opened
        return opened

    def require(self, opened: Opened) -> None:
        """Let nothing be shown that was not opened, or whose time is up.

        Raises:
            Trouble: NO_AUDIT when the log has no such row; ACCESS_ENDED.
        """
        rows = self._store.audit.records(opened.sequence - 1, 1)
        row = rows[0] if rows else None
        if row is None or (row.action, row.patient) != ("open-patient", opened.patient_id):
            raise Trouble(TroubleCode.NO_AUDIT)
        self.reason_for(opened.patient_id, opened.visit_id)

    def begin_emergency(self, patient_id: str, code: str, words: str, hours: int) -> AccessRecord:
        """Write down why and until when, before anything of the patient is fetched.

        Raises:
            Trouble: REASON_INCOMPLETE.
        """
        is_said = len("".join(words.split())) >= FEWEST_LETTERS
        if code not in REASONS or not is_said or not 1 <= hours <= LONGEST:
            raise Trouble(TroubleCode.REASON_INCOMPLETE)
        until = self.now() + timedelta(hours=hours)
        return self._begin(AccessKind.EMERGENCY, patient_id, f"{EMERGENCY}{code}", until, words.strip())

    def begin_relation(self, patient_id: str, reference: str, until: datetime) -> AccessRecord:
        """Write down that the journal names this clinician in the patient's care team."""
        basis = f"{AccessKind.RELATION.value}:{reference}"
        return self._begin(AccessKind.RELATION, patient_id, basis, until, "")

    def end(self, patient_id: str) -> None:
        """End an access: its chart must go, unless the patient is on the list by now."""
        access = self._store.accesses.of(patient_id)
        if access is None:
            return
        with self._store.transaction():
            self._store.audit.append(
                f"{_WORD[access.kind]}-end",
                patient=patient_id,
                basis=access.basis,
                actor=self._clinician.fhir_user,
            )
            if self._on_list(patient_id) is not None:
                self._store.accesses.remove(patient_id)
            else:
                self._store.purges.order(patient_id, PurgeReason.ACCESS_ENDED, self._clock.now())

    def end_those_over(self) -> int:
        """End every access whose time is up; return how many ended now."""
        ordered = {
            one.patient
            for one in self._store.purges.all()
            if one.reason is not PurgeReason.OFF_LIST and one.step is not PurgeStep.DELETED
        }
        over = [
            one.patient
            for one in self._store.accesses.all()
            if self._is_over(one) and one.patient not in ordered
        ]
        for patient in over:
            self.end(patient)
        return len(over)

    def running(self) -> tuple[AccessRecord, ...]:
        """Return the accesses that are not over."""
        return tuple(one for one in self._store.accesses.all() if not self._is_over(one))

    def _is_over(self, access: AccessRecord) -> bool:
        return not access.begun_at - _TOLERANCE <= self.now() < access.ends_at

    def _begin(
        self, kind: AccessKind, patient_id: str, basis: str, until: datetime, words: str
    ) -> AccessRecord:
        record = AccessRecord(patient_id, kind, basis, self.now(), until)
        with self._store.transaction():
            self._store.purges.call_off(patient_id)
            self._store.accesses.put(record)
            self._store.audit.append(
                f"{_WORD[kind]}-begin",
                patient=patient_id,
                basis=basis,
                detail=words,
                actor=self._clinician.fhir_user,
            )
        return record

    def _own_work(self, patient_id: str) -> str:
        """Return something of ours about a patient, signed or still being written: it must be possible to finish it."""
        entries = self._store.entries
        signed = (one.entry_id for one in entries.all() if one.patient == patient_id)
        return next(chain(signed, (one.entry_id for one in entries.drafts(patient_id))), "")

    def _on_list(self, patient_id: str, visit_id: str = "") -> Reason | None:
        """Return the visit that puts a patient on the list that was taken: the one asked for, else the first."""
        scopes = self._store.scopes
        records = [one for one in (scopes.round(), *scopes.ahead()) if one is not None]
        listed = [id_ for one in records for id_ in one.visit_ids]
        for id_ in sorted(listed, key=lambda one: one != visit_id):
            visit = self._store.resources.get("Appointment", id_)
            if visit is not None and visit.patient == patient_id:
                return Reason(Ground.LIST, f"Appointment/{id_}")
        return None


_WORD = {AccessKind.EMERGENCY: "emergency", AccessKind.RELATION: "relation"}

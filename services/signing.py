"""Signing, sending at once and taking back, with what each must be told before. Synchronous: runs on the store's worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinical.news2_response import RESPONSES, Risk, risk
from offline_cache.dependencies import has_ring
from offline_cache.errors import WrongState
from offline_cache.states import EntryKind
from services.changed_resource import CHANGED_TYPES, update_part, update_title
from services.changing import base_of
from services.names import full_name
from services.news2_draft import read_news2
from services.part_check import check_parts
from services.recording import (
    FieldProblem,
    correction_title,
    news2_parts,
    news2_title,
    note_parts,
    note_title,
    validate_news2,
    validate_note,
)
from services.trouble import Trouble, TroubleCode
from services.views import SignSummary

if TYPE_CHECKING:
    from offline_cache.entries import NewPart
    from offline_cache.seals import Seals
    from offline_cache.store import Store
    from ports.clock import Clock
    from ports.ids import Ids
    from services.reading import Reading
    from services.session import Clinician
    from services.views import Chart, Draft, EntryRow
    from services.writing import Writing

_CANNOT_WAIT = frozenset({Risk.SINGLE_THREE, Risk.MEDIUM, Risk.HIGH})


class Signing:
    """What turns a draft into something the journal will get."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        clinician: Clinician,
        writing: Writing,
        reading: Reading,
        seals: Seals,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._clinician = clinician
        self._reading = reading
        self._seals = seals
        self.writing = writing

    def summary(self, draft: Draft) -> SignSummary:
        """Return what the signing line names. The digits are asked for where a look-alike is on today's list (UX-06)."""
        chart = self._reading.unshown(draft.patient_id, draft.visit_id)
        parts, title = self._parts(draft, chart)
        born = chart.banner.birth_date
        return SignSummary(
            title=title,
            patient=full_name(chart.banner.family, chart.banner.given),
            birth_year=str(born.year) if born else "",
            clinician=", ".join(part for part in (self._clinician.name, self._clinician.role) if part),
            event_at=draft.event_at,
            parts=len(parts),
            critical=_response(draft),
            retype_digits=needs_digits(chart),
        )

    def sign(self, entry_id: str, retyped: str) -> EntryRow:
        """Sign the draft as it was last saved.

        Raises:
            Trouble: DRAFT_INCOMPLETE, DRAFT_OTHER_PATIENT, DIGITS_DIFFER; the draft stays.
        """
        draft = self.writing.draft(entry_id)
        self._refuse_other_patient(draft)
        chart = self._reading.unshown(draft.patient_id, draft.visit_id)
        parts, title = self._parts(draft, chart)
        check_digits(chart, retyped)
        check_parts(parts, draft.patient_id)
        if has_ring(parts) and self._store.meta.get("journal.transaction") == b"no":
            raise Trouble(
                TroubleCode.CANNOT_CHANGE
            )  # parts that refer to each other, and a journal that takes one at a time
        instead = draft.fields.get("instead", "")
        with self._seals.back_if_undone(self._store, instead), self._store.transaction():
            self._take_back_first(draft)
            self.writing.sign(draft, parts, title)
        record = self._store.entries.get(entry_id)
        if record is None:
            raise Trouble(TroubleCode.DISK_FAULT)
        return self._reading.entry(record)

    def send_now(self, entry_id: str) -> None:
        """Give up the rest of the half minute; nothing happens to what waits for nothing."""
        record = self._store.entries.get(entry_id)
        if record is None:
            return
        try:
            with self._store.transaction():
                self._store.entries.send_now(entry_id, self._clock.now())
                self._store.audit.append(
                    "send-now", patient=record.patient, detail=entry_id, actor=self._clinician.fhir_user
                )
        except WrongState:
            return

    def withdraw(self, entry_id: str) -> None:
        """Take a signed entry back, kept as withdrawn. Its seal goes before the commit: what was taken back is never rescued.

        Raises:
            Trouble: TOO_LATE_TO_WITHDRAW when the journal has it, or may have it.
        """
        record = self._store.entries.get(entry_id)
        try:
            with self._seals.back_if_undone(self._store, entry_id), self._store.transaction():
                self._store.entries.withdraw(entry_id, self._clock.now())
                self._store.audit.append(
                    "withdraw",
                    patient=record.patient if record else "",
                    detail=entry_id,
                    actor=self._clinician.fhir_user,
                )
                self._seals.drop(entry_id)
        except WrongState:
            raise Trouble(TroubleCode.TOO_LATE_TO_WITHDRAW) from None

    def _parts(self, draft: Draft, chart: Chart) -> tuple[list[NewPart], str]:
        """Check a draft against the chart and make its parts.

        Raises:
            Trouble: DRAFT_INCOMPLETE with the fields that stand in the way.
        """
        now = self._clock.now()
        if draft.kind in CHANGED_TYPES:
            base = base_of(self._store, draft)
            return [update_part(draft, base, self._ids, now)], update_title(draft, base)
        corrected = self._op_ids(draft.fields.get("corrects", ""))
        if draft.kind is EntryKind.NEWS2:
            problems = validate_news2(draft.fields, chart)
            _refuse(problems)
            parts = news2_parts(draft, self._clinician, self._ids, now, corrected)
            return parts, correction_title(news2_title(draft), corrected)
        _refuse(validate_note(draft.fields))
        about = self._op_ids(draft.fields.get("about", ""))
        parts = note_parts(draft, self._clinician, self._ids, now, corrected, about)
        return parts, correction_title(note_title(draft), corrected)

    def _op_ids(self, entry_id: str) -> list[str]:
        """Return the ids of the parts of an entry of ours that a draft refers to; none for no entry."""
        return [part.op_id for part in self._store.entries.parts(entry_id)] if entry_id else []

    def _take_back_first(self, draft: Draft) -> None:
        """Withdraw the entry in whose place a draft is signed: it was never sent, or was refused.

        Raises:
            Trouble: TOO_LATE_TO_WITHDRAW when the journal has it by now; then it must be corrected instead.
        """
        instead = draft.fields.get("instead", "")
        if not instead:
            return
        try:
            self._store.entries.withdraw(instead, self._clock.now())
        except WrongState:
            raise Trouble(TroubleCode.TOO_LATE_TO_WITHDRAW) from None
        self._store.audit.append(
            "withdraw", patient=draft.patient_id, detail=instead, actor=self._clinician.fhir_user
        )
        self._seals.drop(instead)

    def _refuse_other_patient(self, draft: Draft) -> None:
        """Refuse a draft whose visit belongs to somebody else than the draft does (UX-07)."""
        visit = self._store.resources.get("Appointment", draft.visit_id) if draft.visit_id else None
        if visit is not None and visit.patient != draft.patient_id:
            raise Trouble(TroubleCode.DRAFT_OTHER_PATIENT)


def _refuse(problems: list[FieldProblem]) -> None:
    if problems:
        raise Trouble(
            TroubleCode.DRAFT_INCOMPLETE,
            count=str(len(problems)),
            missing=",".join(p.field for p in problems),
        )


def check_digits(chart: Chart, retyped: str) -> None:
    """Ask for the last three digits where somebody on today's list looks alike (UX-06).

    Raises:
        Trouble: DIGITS_DIFFER.
    """
    if needs_digits(chart) and retyped != chart.banner.identity_number[-3:]:
        raise Trouble(TroubleCode.DIGITS_DIFFER)


def needs_digits(chart: Chart) -> bool:
    """Tell whether the last three digits are asked for: somebody on today's list looks alike, and there is a number."""
    return bool(chart.banner.look_alikes) and bool(chart.banner.identity_number)


def _response(draft: Draft) -> str:
    """Return what a score that cannot wait asks for; empty for one that can, and for a note."""
    if draft.kind is not EntryKind.NEWS2:
        return ""
    step = risk(read_news2(draft.fields).score)
    return RESPONSES[step].action if step in _CANNOT_WAIT else ""

"""The round as a list: one row per visit, none left out, and the counts compared in the open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinical.lookalike import Named
from services.allergies import allergies_of
from services.look_alike_names import look_alikes_of
from services.names import UNKNOWN_NAME, birth_date_of, name_of
from services.patient_file import PatientFile, sheet_of
from services.readings import last_news2, news2_rows_of
from services.sections import missing_of
from services.tasks import tasks_of
from services.unsent import gravest_unsent
from services.views import RoundView, Shift, VisitRow
from services.visit import access_to, home_of, patient_name_in, reason_for, span_of, status_of
from services.warnings import warnings_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from offline_cache.entry_records import DraftRecord
    from offline_cache.resources import StoredResource
    from offline_cache.scopes import RoundRecord
    from services.patient_file import Sheet


def build_round(
    record: RoundRecord,
    visits: Sequence[StoredResource],
    files: Mapping[str, PatientFile],
    drafts: Sequence[DraftRecord],
    now: datetime,  # noqa: ARG001  part of the agreed call
) -> RoundView:
    """Return the round.

    Args:
        record: what was taken, and how whole it is.
        visits: the Appointments of the round that the cache holds.
        files: what the cache holds of each of their patients.
        drafts: unfinished entries, for the unsent mark.
        now: the present; unused today, asked for so that "late" can be said.
    """
    seen = [(visit.patient, sheet_of(visit)) for visit in visits]
    spans = {sheet.id: span_of(sheet.tree, record) for _, sheet in seen}
    people = [_named(patient, files.get(patient), sheet) for patient, sheet in seen]
    alike = look_alikes_of(
        (named, spans[sheet.id][0])
        for named, (_, sheet) in zip(people, seen, strict=True)
        if named.patient_id
    )
    rows = [
        _row(
            sheet,
            named,
            files.get(named.patient_id) or PatientFile(named.patient_id, ()),
            spans[sheet.id],
            alike,
            drafts,
        )
        for named, (_, sheet) in zip(people, seen, strict=True)
    ]
    rows.sort(key=lambda row: (row.start, row.end, row.visit_id))
    notices = _notices(record, rows)
    return RoundView(
        shift=Shift(record.name, record.day, record.start, record.end),
        zone=record.zone,
        visits=tuple(rows),
        journal_count=record.journal_count,
        as_of=record.as_of,
        complete=record.complete and not notices and all(row.complete for row in rows),
        notices=notices,
    )


def _named(patient_id: str, file: PatientFile | None, visit: Sheet) -> Named:
    """Return who is visited: by the Patient, else by what the visit calls the patient."""
    sheet = file.patient if file is not None else None
    if sheet is None:
        return Named(patient_id, patient_name_in(visit.tree) or UNKNOWN_NAME, "", None)
    return Named(patient_id, *name_of(sheet.tree), birth_date_of(sheet.tree))


def _row(
    visit: Sheet,
    named: Named,
    file: PatientFile,
    span: tuple[datetime, datetime],
    alike: Mapping[str, tuple[str, ...]],
    drafts: Sequence[DraftRecord],
) -> VisitRow:
    tasks = tasks_of(file, visit.id)
    missing = missing_of(file)
    return VisitRow(
        visit_id=visit.id,
        patient_id=named.patient_id,
        start=span[0],
        end=span[1],
        status=status_of(visit),
        family=named.family,
        given=named.given,
        birth_date=named.birth_date,
        address=home_of(file),
        access=access_to(file, visit.tree),
        reason=reason_for(visit),
        warnings=warnings_of(file, allergies_of(file), alike.get(named.patient_id, ())),
        tasks_done=sum(1 for task in tasks if task.done),
        tasks_all=len(tasks),
        news2=last_news2(news2_rows_of(file)),
        unsent=gravest_unsent(file, visit.id, drafts),
        complete=not missing and visit.readable,
        missing=missing,
    )


def _notices(record: RoundRecord, rows: Sequence[VisitRow]) -> tuple[str, ...]:
    """Return what does not add up, in words."""
    found = []
    if record.journal_count is None:
        found.append("Journalen oppga ikke hvor mange besøk det er")
    elif record.journal_count != len(rows):
        found.append(f"Journalen sier {record.journal_count} besøk, listen har {len(rows)}")
    lost = len(set(record.visit_ids) - {row.visit_id for row in rows})
    if lost:
        found.append(f"{lost} besøk på runden ligger ikke på maskinen")
    nobody = sum(1 for row in rows if not row.patient_id)
    if nobody:
        found.append(f"{nobody} besøk uten pasient")
    return tuple(found)

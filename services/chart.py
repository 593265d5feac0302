"""A patient's chart: everything that the patient's screens show, made from what lies in the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinical.news2 import LOWEST_AGE, Scale
from services.address import access_of, address_of
from services.alert_flags import access_flags
from services.allergies import allergies_of
from services.banner import banner_of
from services.critical import critical_of, problems_of
from services.look_alike_names import look_alikes_in
from services.medicines import medicines_of
from services.news2_limits import news2_refusal
from services.notes import notes_of
from services.plan import plan_of
from services.readings import rows_of, series_of
from services.scale_two import scale_two_of
from services.sections import sections_of
from services.tasks import tasks_of
from services.views import Chart

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.patient_file import PatientFile
    from services.views import EntryRow, RoundView, VisitRow


def build_chart(
    file: PatientFile, shown: RoundView | None, visit_id: str, entries: Sequence[EntryRow], now: datetime
) -> Chart:
    """Return the chart of one patient.

    Args:
        file: what the cache holds of the patient, our own entries on their way included.
        shown: the round, for the visit and for who looks alike; None when none was taken.
        visit_id: the visit the chart is opened from; empty for none.
        entries: the patient's entries as rows.
        now: the present, for ages and for decisions that have ended.
    """
    visits = shown.visits if shown is not None else ()
    alike = look_alikes_in(visits, file.patient_id)
    allergies = allergies_of(file)
    decided = scale_two_of(file, now)
    banner = banner_of(file, allergies, alike, now)
    adult = banner.age is None or banner.age >= LOWEST_AGE
    rows = rows_of(file, scale=Scale.TWO if decided else Scale.ONE, adult=adult)
    visit = _visit(visits, file.patient_id, visit_id)
    return Chart(
        banner=banner,
        visit=visit,
        tasks=tasks_of(file, visit.visit_id if visit else visit_id),
        medicines=medicines_of(file),
        series=series_of(rows),
        notes=notes_of(file),
        plan=plan_of(file),
        critical=critical_of(file, allergies),
        problems=problems_of(file),
        sections=sections_of(file),
        scale_two=decided,
        entries=tuple(entries),
        news2_refused=news2_refusal(file, now),
        address=visit.address if visit else address_of(file.patient),
        access=visit.access if visit else access_of(file.patient, {}, *access_flags(file)),
    )


def _visit(visits: Sequence[VisitRow], patient_id: str, visit_id: str) -> VisitRow | None:
    """Return the visit that was asked for; a visit of another patient is never taken for it."""
    own = [visit for visit in visits if visit.patient_id == patient_id]
    if visit_id:
        return next((visit for visit in own if visit.visit_id == visit_id), None)
    return own[0] if own else None

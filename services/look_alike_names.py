"""Whom each patient of the round may be taken for (UX-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinical.lookalike import Named, look_alikes
from services.names import full_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from services.views import VisitRow

from services.fhir_time import OSLO


def look_alikes_of(people: Iterable[tuple[Named, datetime]]) -> dict[str, tuple[str, ...]]:
    """Return the look-alikes of each patient, each with the time of the first visit: `MOEN, Reidun 08:40`."""
    by_id: dict[str, tuple[Named, datetime]] = {}
    for named, start in people:
        by_id.setdefault(named.patient_id, (named, start))
    found = look_alikes(named for named, _ in by_id.values())
    return {patient: tuple(_said(*by_id[other]) for other in others) for patient, others in found.items()}


def look_alikes_in(visits: Iterable[VisitRow], patient_id: str) -> tuple[str, ...]:
    """Return the look-alikes of one patient among the visits of a round."""
    people: Mapping[str, tuple[str, ...]] = look_alikes_of(
        (Named(visit.patient_id, visit.family, visit.given, visit.birth_date), visit.start)
        for visit in visits
        if visit.patient_id
    )
    return people.get(patient_id, ())


def _said(named: Named, start: datetime) -> str:
    return f"{full_name(named.family, named.given)} {start.astimezone(OSLO):%H:%M}"

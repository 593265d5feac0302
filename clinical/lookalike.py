"""Patients of one list who are easily taken for each other (UX-08)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


@dataclass(frozen=True, slots=True)
class Named:
    """As much of a patient as a mix-up needs."""

    patient_id: str
    family: str
    given: str
    birth_date: date | None


def look_alikes(patients: Iterable[Named]) -> dict[str, tuple[str, ...]]:
    """Return for each patient id the ids it may be confused with, in the order of the list.

    Two patients look alike when they share surname and first letter of the given name, or the birth
    date. A patient who is on the list twice is not a look-alike of oneself.
    """
    by_id = {patient.patient_id: patient for patient in patients}
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for patient in by_id.values():
        for key in _keys(patient):
            groups[key].append(patient.patient_id)
    order = {patient_id: place for place, patient_id in enumerate(by_id)}
    found: dict[str, set[str]] = {patient_id: set() for patient_id in by_id}
    for group in groups.values():
        for patient_id in group:
            found[patient_id].update(other for other in group if other != patient_id)
    return {patient_id: tuple(sorted(others, key=order.__getitem__)) for patient_id, others in found.items()}


def _keys(patient: Named) -> list[tuple[object, ...]]:
    """Return what would make another patient look like this one; an unknown part matches nothing."""
    keys: list[tuple[object, ...]] = []
    family, given = patient.family.strip().casefold(), patient.given.strip().casefold()
    if family and given:
        keys.append(("name", family, given[0]))
    if patient.birth_date is not None:
        keys.append(("born", patient.birth_date))
    return keys

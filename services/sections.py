"""The parts of a chart: what each is called on the screen, how fresh it is, and what did not come down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.chart_parts import CHART_PARTS
from services.views import Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offline_cache.scopes import SectionRecord
    from services.patient_file import PatientFile

NAMES: Mapping[str, str] = {
    "patient": "pasient",
    "allergies": "allergier",
    "alerts": "varsler",
    "medicines": "medisiner",
    "tasks": "oppgaver",
    "plan": "tiltaksplan",
    "goals": "mål",
    "orders": "vedtak",
    "vitals": "målinger",
    "notes": "notater",
    "problems": "problemer",
}


def never_fetched(mark: SectionRecord | None) -> bool:
    """Tell whether a part was never whole here."""
    return mark is None or (not mark.complete and mark.as_of is None)


def sections_of(file: PatientFile) -> tuple[Section, ...]:
    """Return every part of the chart by clinical priority, those that never came down among them."""
    expected = [part.name for part in CHART_PARTS]
    others = [name for name in file.sections if name not in expected]
    return tuple(_section(name, file.sections.get(name)) for name in (*expected, *others))


def missing_of(file: PatientFile) -> tuple[str, ...]:
    """Return the names of the parts that are not whole, and the Patient when the cache does not hold it."""
    lost = [section.name for section in sections_of(file) if not section.complete]
    return tuple(lost) if file.patient is not None else (NAMES["patient"], *lost)


def _section(name: str, mark: SectionRecord | None) -> Section:
    shown = NAMES.get(name, name)
    if mark is None:
        return Section(shown, None, complete=False, reason="not-fetched")
    return Section(shown, mark.as_of, complete=mark.complete, reason=mark.reason)

"""What keeps a draft from being signed, field by field, as ids that the screens put into words."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from clinical.typed_number import Unreadable
from clinical.vitals import MEASURES, pressures_disagree
from services.news2_draft import FIELDS, read_news2, reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.views import Chart


class ProblemId(StrEnum):
    """One id per kind of problem."""

    MISSING = "field.missing"
    NOT_A_NUMBER = "field.not-a-number"
    TOO_MANY_DECIMALS = "field.too-many-decimals"
    IMPOSSIBLE = "field.impossible"  # details: low, high, unit
    NEEDS_REASON = "field.needs-reason"  # details: low, high, unit
    NOT_A_CHOICE = "field.not-a-choice"
    PRESSURES_DISAGREE = "news2.pressures-disagree"
    SCALE_NOT_DECIDED = "news2.scale-not-decided"
    NOT_FOR_PATIENT = "news2.not-for-patient"  # details: why


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One problem: the field it belongs to (empty: the whole form), its id, facts for the words."""

    field: str
    problem: ProblemId
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)


_UNREADABLE = {
    Unreadable.EMPTY: ProblemId.MISSING,
    Unreadable.NOT_A_NUMBER: ProblemId.NOT_A_NUMBER,
    Unreadable.TOO_MANY_DECIMALS: ProblemId.TOO_MANY_DECIMALS,
    Unreadable.IMPOSSIBLE: ProblemId.IMPOSSIBLE,
}
_CHOICES: Mapping[str, tuple[str, ...]] = {"o2": ("j", "n"), "acvpu": ("a", "c", "v", "p", "u")}


def validate_news2(fields: Mapping[str, str], chart: Chart) -> list[FieldProblem]:
    """Return all that keeps the draft from being signed, in the order of the form."""
    found = (
        [FieldProblem("", ProblemId.NOT_FOR_PATIENT, {"why": chart.news2_refused})]
        if chart.news2_refused
        else []
    )
    for name in FIELDS:
        found += _choice(fields, name) if name in _CHOICES else _number(fields, name)
    return [*found, *_pressures(fields), *_scale(fields, chart)]


def validate_note(fields: Mapping[str, str]) -> list[FieldProblem]:
    """Return what keeps a note from being signed: a text it must have."""
    return [] if fields.get("text", "").strip() else [FieldProblem("text", ProblemId.MISSING)]


def field_problem(fields: Mapping[str, str], name: str) -> FieldProblem | None:
    """Return the problem of one field, for the form while it is being filled."""
    found = _choice(fields, name) if name in _CHOICES else _number(fields, name)
    return found[0] if found else None


def _number(fields: Mapping[str, str], name: str) -> list[FieldProblem]:
    measure = MEASURES[name]
    parsed = measure.parse(fields.get(name, ""))
    if isinstance(parsed, Unreadable):
        limits = _limits(measure.hard, measure.unit) if parsed is Unreadable.IMPOSSIBLE else {}
        return [FieldProblem(name, _UNREADABLE[parsed], limits)]
    if parsed.implausible and not reason_of(fields, name):
        return [FieldProblem(name, ProblemId.NEEDS_REASON, _limits(measure.soft, measure.unit))]
    return []


def _limits(limits: tuple[int, int], unit: str) -> dict[str, str]:
    return {"low": str(limits[0]), "high": str(limits[1]), "unit": unit}


def _choice(fields: Mapping[str, str], name: str) -> list[FieldProblem]:
    given = fields.get(name, "").strip().lower()
    if not given:
        return [FieldProblem(name, ProblemId.MISSING)]
    return [] if given in _CHOICES[name] else [FieldProblem(name, ProblemId.NOT_A_CHOICE)]


def _pressures(fields: Mapping[str, str]) -> tuple[FieldProblem, ...]:
    numbers = read_news2(fields).numbers
    if "systolic" not in numbers or "diastolic" not in numbers:
        return ()
    if pressures_disagree(numbers["systolic"].value, numbers["diastolic"].value):
        return (FieldProblem("diastolic", ProblemId.PRESSURES_DISAGREE),)
    return ()


def _scale(fields: Mapping[str, str], chart: Chart) -> tuple[FieldProblem, ...]:
    """Refuse scale 2 without a physician's decision in the chart, and a scale that is neither."""
    scale = fields.get("scale", "").strip() or "1"
    if scale not in {"1", "2"}:
        return (FieldProblem("scale", ProblemId.NOT_A_CHOICE),)
    if scale == "2" and chart.scale_two is None:
        return (FieldProblem("scale", ProblemId.SCALE_NOT_DECIDED),)
    return ()

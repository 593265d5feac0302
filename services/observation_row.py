"""One Observation of the chart, or of our own outbox, as a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinical import news2
from clinical.vitals import MEASURES, Measure, measure_of
from services.coded import SNOMED, codings, concept_text, has_code, joined, named_all, note_texts, time_under
from services.journal_tree import Tree, child, children, number, word
from services.news2_scale import scale_of
from services.observation_flag import graver, interpreted, measured, news2_flag
from services.observed_value import AIR, NONE, OXYGEN, Value, acvpu_of, oxygen_of, value_of
from services.quantity import range_text
from services.views import Flag, Reading

if TYPE_CHECKING:
    from decimal import Decimal

    from offline_cache.states import EntryState
    from services.fhir_time import FhirTime

_STATUS = {
    "preliminary": "foreløpig",
    "registered": "foreløpig",
    "amended": "rettet",
    "corrected": "rettet",
    "unknown": "status ukjent",
}
_ABNORMAL = {"A": "unormal", "AA": "kritisk unormal"}
_SUB_SCORES = {code: part for part, code in news2.COMPONENT_SNOMED.items()} | dict.fromkeys(
    news2.SPO2_COMPONENT_SNOMED.values(), "spo2"
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a flag depends on beside the value: the scale, oxygen then, whether an adult's ranges hold."""

    scale: news2.Scale = news2.Scale.ONE
    oxygen: bool | None = None
    adult: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A reading, its place in time, and the scale of a NEWS2 (0: not said)."""

    reading: Reading
    time: FhirTime
    scale: int = 0


def row_of(tree: Tree, around: Surroundings, state: EntryState | None = None) -> Row:
    """Return the row of one Observation."""
    concept = child(tree, "code")
    measure = measure_of(codings(concept))
    when = when_of(tree)
    scale = scale_of(tree) if measure is MEASURES["news2"] else 0
    value, low, flag = _value(tree, measure, around)
    reading = Reading(
        code=measure.code if measure else next((code for _, code in codings(concept) if code), "ukjent"),
        name=measure.name if measure else concept_text(concept) or "Måling uten navn",
        text=value.text or "ikke målt",
        unit=f"skala {scale}" if scale else value.unit,
        at=when.at,
        flag=graver(flag, interpreted(tree), *(interpreted(part) for part in children(tree, "component"))),
        number=_drawn(value.number),
        number_2=_drawn(low),
        state=state,
        author=_provenance(tree, measure, when),
    )
    return Row(reading, when, scale)


def when_of(tree: Tree) -> FhirTime:
    """Return when the Observation was true, else when it was given out."""
    return time_under(
        tree, "effectiveDateTime", "effectiveInstant", "effectivePeriod", "effectiveTiming", "issued"
    )


def _drawn(exact: Decimal | None) -> float | None:
    return None if exact is None else float(exact)


def _value(tree: Tree, measure: Measure | None, around: Surroundings) -> tuple[Value, Decimal | None, Flag]:
    """Return value, second number and our own flag."""
    code = measure.code if measure else ""
    if code == "bp" and not value_of(tree).text:
        return _pressures(tree, around)
    if code == "news2":
        return _score(tree)
    if code == "acvpu" and (level := acvpu_of(tree)):
        return Value(level.value), None, Flag(news2.acvpu_flag(level).value)
    if code == "o2" and (oxygen := oxygen_of(tree)) is not None:
        return Value(OXYGEN if oxygen else AIR), None, Flag.NORMAL
    value = value_of(tree)
    if value == NONE:
        value = _panel(tree)
    return value, None, _flag(measure, value, around)


def _flag(measure: Measure | None, value: Value, around: Surroundings) -> Flag:
    if measure is None or value.number is None or not around.adult:
        return Flag.NORMAL
    return measured(measure, value.number, value.unit, scale=around.scale, oxygen=around.oxygen)


def _pressures(tree: Tree, around: Surroundings) -> tuple[Value, Decimal | None, Flag]:
    """Return both pressures as one value: `128/77`; one that is missing has a dash."""
    found: dict[str, Value] = {}
    for part in children(tree, "component"):
        measure = measure_of(codings(child(part, "code")))
        if measure is not None and measure.code in {"systolic", "diastolic"}:
            found.setdefault(measure.code, value_of(part))
    if not found:
        value = value_of(tree)
        return (value if value != NONE else _panel(tree)), None, Flag.NORMAL
    high, low = found.get("systolic", NONE), found.get("diastolic", NONE)
    flag = graver(_flag(MEASURES["systolic"], high, around), _flag(MEASURES["diastolic"], low, around))
    unit = high.unit or low.unit
    text = f"{high.text or '–'}/{low.text or '–'}"
    if high.text and low.text and high.unit != low.unit:
        text, unit = f"{high.text} {high.unit} / {low.text} {low.unit}", ""
    return Value(text, unit, high.number), low.number, flag


def _score(tree: Tree) -> tuple[Value, Decimal | None, Flag]:
    value = value_of(tree)
    total = value.number
    parts = sub_scores(tree).values()
    flag = Flag.NORMAL if total is None else news2_flag(total, any_three=news2.TOP_PART in parts)
    return Value(value.text, "", total), None, flag


def sub_scores(tree: Tree) -> dict[str, Decimal]:
    """Return the points of a NEWS2 by our short names."""
    found: dict[str, Decimal] = {}
    for part in children(tree, "component"):
        points = number(part, "valueInteger")
        points = number(child(part, "valueQuantity"), "value") if points is None else points
        names = [
            _SUB_SCORES[code]
            for system, code in codings(child(part, "code"))
            if system == SNOMED and code in _SUB_SCORES
        ]
        if points is not None and names:
            found[names[0]] = points
    return found


def _panel(tree: Tree) -> Value:
    """Return what a panel without a value of its own holds, part by part."""
    return Value("; ".join(_component(part) for part in children(tree, "component")) or _members(tree))


def _component(part: Tree) -> str:
    value = value_of(part)
    return joined(concept_text(child(part, "code")) or "del", value.text or "ikke målt", value.unit, sep=" ")


def _members(tree: Tree) -> str:
    members = children(tree, "hasMember")
    shown = named_all(tree, "hasMember")
    return f"{len(members)} målinger" + (f": {shown}" if shown else "") if members else ""


def _provenance(tree: Tree, measure: Measure | None, when: FhirTime) -> str:
    """Return what stands behind a value: an inexact date, who, state, how it was measured, range, notes."""
    status = word(tree, "status")
    unclear = [
        _ABNORMAL[c] for i in children(tree, "interpretation") for _, c in codings(i) if c in _ABNORMAL
    ]
    return joined(
        "" if when.at else when.text,
        named_all(tree, "performer"),
        _STATUS.get(status, ""),
        *unclear,
        concept_text(child(tree, "bodySite")),
        concept_text(child(tree, "method")),
        *(() if measure else (_range(r) for r in children(tree, "referenceRange"))),
        *(
            _component(part)
            for part in children(tree, "component")
            if measure and measure.code == "bp" and _is_extra(part)
        ),
        _points(tree) if measure and measure.code == "news2" else "",
        *note_texts(tree),
    )


def _is_extra(part: Tree) -> bool:
    measure = measure_of(codings(child(part, "code")))
    return measure is None or measure.code not in {"systolic", "diastolic"}


def _range(reference: Tree) -> str:
    text = word(reference, "text") or range_text(reference)
    return joined(f"ref. {text}" if text else "", concept_text(child(reference, "type")), sep=" ")


def _points(tree: Tree) -> str:
    """Return the parts of a score that gave points: `Respirasjon 2, Puls 1`."""
    return ", ".join(f"{MEASURES[part].name} {points}" for part, points in sub_scores(tree).items() if points)


def is_struck(tree: Tree) -> bool:
    """Tell whether the journal has taken the Observation back."""
    return word(tree, "status") in {"entered-in-error", "cancelled"}


def is_oxygen(tree: Tree) -> bool:
    """Tell whether the Observation says air or oxygen."""
    return any(has_code(child(tree, "code"), SNOMED, code) for code in MEASURES["o2"].snomed)


def is_news2(tree: Tree) -> bool:
    """Tell whether the Observation is a NEWS2 score."""
    return measure_of(codings(child(tree, "code"))) is MEASURES["news2"]

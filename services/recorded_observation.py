"""The Observations of a NEWS2: seven measurements, and the score that is derived from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from clinical.news2 import (
    ACVPU_NAMES,
    ACVPU_SNOMED,
    COMPONENT_SNOMED,
    PARTS,
    SPO2_COMPONENT_SNOMED,
    TOTAL_SNOMED,
    Acvpu,
    Scale,
)
from clinical.vitals import LOINC, MEASURES, SNOMED, UCUM
from services.coded import URN
from services.fhir_time import wire
from services.news2_draft import reason_of
from services.news2_scale import scale_component
from services.observed_value import AIR, ON_OXYGEN, OXYGEN, ROOM_AIR
from services.subjects import subject_reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from clinical.vitals import Measure, ParsedValue
    from services.journal_tree import Tree
    from services.news2_draft import News2Draft

CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_ALL_LOINC = frozenset({"spo2"})  # pulse oximetry is asked for by either of its two codes


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who recorded what is signed, of whom, in which visit, when it happened and when it was signed."""

    patient_id: str
    visit_id: str
    author: str  # a reference: Practitioner/…
    author_name: str
    event_at: datetime
    signed_at: datetime


def encoded(body: Tree) -> bytes:
    """Write a resource; decimals are written as they stand, never by way of a float."""
    return _ENCODER.encode(body)


def measured_bodies(
    draft: News2Draft, fields: Mapping[str, str], by: Recorder, op_ids: Sequence[str]
) -> list[Tree]:
    """Return the seven measurements in the order of the form."""
    values: tuple[Tree, ...] = (
        _number("rr", draft, fields),
        _number("spo2", draft, fields),
        {"valueCodeableConcept": _air_or_oxygen(oxygen=draft.oxygen is True)},
        _pressures(draft, fields),
        _number("pulse", draft, fields),
        {"valueCodeableConcept": _consciousness(draft.acvpu or Acvpu.ALERT)},
        _number("temp", draft, fields),
    )
    codes = ("rr", "spo2", "o2", "bp", "pulse", "acvpu", "temp")
    return [_body(MEASURES[c], v, by, op_id) for c, v, op_id in zip(codes, values, op_ids, strict=True)]


def total_body(draft: News2Draft, by: Recorder, op_id: str, from_ids: Sequence[str]) -> Tree:
    """Return the score: total, the points of each part, the scale, and what it was made from."""
    score = draft.score
    points = [{"code": _part_concept(part, score.scale), "valueInteger": score.parts[part]} for part in PARTS]
    body = _frame("survey", _concept(SNOMED, TOTAL_SNOMED, "NEWS2"), by, op_id)
    body["valueQuantity"] = {"value": score.total, "unit": "poeng", "system": UCUM, "code": "{score}"}
    body["derivedFrom"] = [{"reference": f"urn:uuid:{other}"} for other in from_ids]
    body["component"] = [*points, scale_component(score.scale)]
    return body


def _body(measure: Measure, value: Tree, by: Recorder, op_id: str) -> Tree:
    return {**_frame("vital-signs", _measure_concept(measure), by, op_id), **value}


def _frame(category: str, code: Tree, by: Recorder, op_id: str) -> Tree:
    """Return what all our Observations share."""
    return {
        "resourceType": "Observation",
        "identifier": [{"system": URN, "value": f"urn:uuid:{op_id}"}],
        "status": "final",
        "category": [{"coding": [{"system": CATEGORIES, "code": category}]}],
        "code": code,
        "subject": {"reference": subject_reference(by.patient_id)},
        "effectiveDateTime": wire(by.event_at),
        "issued": wire(by.signed_at),
        "performer": [{"reference": by.author, "display": by.author_name}],
    }


def _measure_concept(measure: Measure) -> Tree:
    loinc = measure.loinc if measure.code in _ALL_LOINC else measure.loinc[:1]
    codings = [{"system": LOINC, "code": code} for code in loinc]
    return {
        "coding": codings + [{"system": SNOMED, "code": code} for code in measure.snomed[:1]],
        "text": measure.name,
    }


def _concept(system: str, code: str, text: str) -> Tree:
    return {"coding": [{"system": system, "code": code}], "text": text}


def _part_concept(part: str, scale: Scale) -> Tree:
    code = SPO2_COMPONENT_SNOMED[scale] if part == "spo2" else COMPONENT_SNOMED[part]
    return _concept(SNOMED, code, f"NEWS2-poeng: {MEASURES[part].name}")


def _air_or_oxygen(*, oxygen: bool) -> Tree:
    return _concept(SNOMED, ON_OXYGEN if oxygen else ROOM_AIR, OXYGEN if oxygen else AIR)


def _consciousness(level: Acvpu) -> Tree:
    return _concept(SNOMED, ACVPU_SNOMED[level], f"{level.value}: {ACVPU_NAMES[level]}")


def _number(name: str, draft: News2Draft, fields: Mapping[str, str]) -> Tree:
    return {"valueQuantity": _quantity(MEASURES[name], draft.numbers[name]), **_notes(fields, name)}


def _pressures(draft: News2Draft, fields: Mapping[str, str]) -> Tree:
    parts = [
        {
            "code": _measure_concept(MEASURES[name]),
            "valueQuantity": _quantity(MEASURES[name], draft.numbers[name]),
        }
        for name in ("systolic", "diastolic")
    ]
    return {"component": parts, **_notes(fields, "systolic", "diastolic")}


def _quantity(measure: Measure, parsed: ParsedValue) -> Tree:
    return {"value": parsed.value, "unit": measure.unit, "system": UCUM, "code": measure.ucum}


def _notes(fields: Mapping[str, str], *names: str) -> Tree:
    """Return the reasons that were given for unlikely values."""
    reasons = [(name, reason) for name in names if (reason := reason_of(fields, name))]
    notes = [{"text": f"{MEASURES[name].name}, uvanlig verdi: {reason}"} for name, reason in reasons]
    return {"note": notes} if notes else {}

"""The value of an Observation, or of one of its components, as text, unit and number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinical.news2 import ACVPU_SNOMED, Acvpu
from services.coded import SNOMED, codings, concept_text, joined
from services.fhir_time import parse_time
from services.journal_tree import Tree, child, choice, number, word
from services.quantity import decimal_text, range_text, ratio_text, unit_text, value_text

if TYPE_CHECKING:
    from decimal import Decimal

ROOM_AIR = "722742002"
ON_OXYGEN = "371825009"
AIR, OXYGEN = "luft", "oksygen"


@dataclass(frozen=True, slots=True)
class Value:
    """One value. `number` is exact, and only there for a plain number that may be drawn and compared."""

    text: str
    unit: str = ""
    number: Decimal | None = None


NONE = Value("")


def value_of(tree: Tree) -> Value:
    """Return the value; a value of a kind that has no words here says so, and a missing one says why."""
    key = choice(tree, "value")
    if not key:
        reason = concept_text(child(tree, "dataAbsentReason"))
        return Value(f"ikke målt – {reason}") if reason else NONE
    return _by_kind(tree, key) or Value(f"kan ikke vises: {key}")


def _by_kind(tree: Tree, key: str) -> Value | None:
    inner = child(tree, key)
    if key == "valueQuantity":
        return _quantity(inner)
    if key == "valueInteger":
        whole = number(tree, key)
        return None if whole is None else Value(decimal_text(whole), "", whole)
    if key in {"valueDateTime", "valuePeriod"}:
        period = joined(parse_time(word(inner, "start")).text, parse_time(word(inner, "end")).text, sep=" – ")
        return _said(parse_time(word(tree, key)).text or period)
    makers = {"valueCodeableConcept": concept_text, "valueRange": range_text, "valueRatio": ratio_text}
    return _said(makers[key](inner) if key in makers else word(tree, key))


def _said(text: str) -> Value | None:
    return Value(text) if text else None


def _quantity(quantity: Tree) -> Value | None:
    text = value_text(quantity)
    if not text:
        return None
    plain = None if word(quantity, "comparator") else number(quantity, "value")
    return Value(text, unit_text(quantity), plain)


def acvpu_of(tree: Tree) -> Acvpu | None:
    """Return the level of consciousness, by its SNOMED code or its letter."""
    concept = child(tree, "valueCodeableConcept")
    found = {code for system, code in codings(concept) if system == SNOMED}
    by_code = next((level for level, code in ACVPU_SNOMED.items() if code in found), None)
    letter = word(tree, "valueString") or word(concept, "text")
    return by_code or (Acvpu(letter.upper()) if letter.upper() in set(Acvpu) else None)


def oxygen_of(tree: Tree) -> bool | None:
    """Tell whether the patient was on oxygen; None when the Observation does not say it clearly."""
    concept = child(tree, "valueCodeableConcept")
    found = {code for system, code in codings(concept) if system == SNOMED}
    text = word(concept, "text").casefold()
    if ROOM_AIR in found or text in {AIR, "romluft"}:
        return False
    if ON_OXYGEN in found or text == OXYGEN:
        return True
    said = tree.get("valueBoolean")
    return said if isinstance(said, bool) else None

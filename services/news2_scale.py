"""Which SpO2 scale a recorded NEWS2 was scored with, written and read."""

from __future__ import annotations

from clinical.news2 import SPO2_COMPONENT_SNOMED, Scale
from services.coded import SNOMED, codings
from services.journal_tree import Tree, child, children, number, word

SYSTEM = "http://feltjournal.example/fhir/CodeSystem/news2"
SCALE_CODE = "spo2-scale"


def scale_of(tree: Tree) -> int:
    """Return 1 or 2, by the component that names the scale or by the SpO2 component; 0 when neither says."""
    for part in children(tree, "component"):
        concept = child(part, "code")
        if (SYSTEM, SCALE_CODE) in codings(concept) or _says_scale(concept):
            named = _number(part)
            if named in {1, 2}:
                return named
    found = {
        code
        for part in children(tree, "component")
        for system, code in codings(child(part, "code"))
        if system == SNOMED
    }
    scales = [scale for scale, code in SPO2_COMPONENT_SNOMED.items() if code in found]
    return int(scales[0]) if len(scales) == 1 else 0


def _says_scale(concept: Tree) -> bool:
    text = " ".join(
        (word(concept, "text"), *(word(coding, "code") for coding in children(concept, "coding")))
    ).casefold()
    return "scale" in text or "skala" in text


def _number(part: Tree) -> int:
    """Return the number a component holds, however it is written; 0 for none."""
    whole = number(part, "valueInteger")
    exact = number(child(part, "valueQuantity"), "value") if whole is None else whole
    if exact is not None:
        return int(exact)
    concept = child(part, "valueCodeableConcept")
    text = word(part, "valueString") or word(concept, "text") or word(child(concept, "coding"), "code")
    return next((int(letter) for letter in reversed(text) if letter in "12"), 0)


def scale_component(scale: Scale) -> Tree:
    """Return the component that names the scale."""
    code = {
        "coding": [{"system": SYSTEM, "code": SCALE_CODE, "display": "SpO2-skala"}],
        "text": f"SpO2-skala {int(scale)}",
    }
    return {"code": code, "valueInteger": int(scale)}

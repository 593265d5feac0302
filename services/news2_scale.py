"""Which SpO2 scale a recorded NEWS2 was scored with, written and read."""

from __future__ import annotations

import re

from clinical.news2 import SPO2_COMPONENT_SNOMED, Scale
from services.coded import SNOMED, codings
from services.journal_tree import Tree, child, children, number, word

SYSTEM = "http://feltjournal.example/fhir/CodeSystem/news2"
SCALE_CODE = "spo2-scale"
_NAME = re.compile(r"(?:scale|skala)\s*([12])\b")


def scale_of(tree: Tree) -> int:
    """Return 1 or 2: by our component, by which SpO2 component there is, or by a name; 0 when none says."""
    parts = [(child(part, "code"), part) for part in children(tree, "component")]
    for concept, part in parts:
        named = number(part, "valueInteger")
        if (SYSTEM, SCALE_CODE) in codings(concept) and named in {1, 2}:
            return int(named)
    found = {code for concept, _ in parts for system, code in codings(concept) if system == SNOMED}
    scales = {int(scale) for scale, code in SPO2_COMPONENT_SNOMED.items() if code in found}
    concepts = [child(tree, "code"), *(concept for concept, _ in parts)]
    scales = scales or {scale for scale in map(_named, concepts) if scale}
    return scales.pop() if len(scales) == 1 else 0


def _named(concept: Tree) -> int:
    """Return the scale that a concept's own words name: `SpO2 skala 2`, `oxygen saturation scale 1 score`."""
    displays = (word(coding, "display") for coding in children(concept, "coding"))
    match = _NAME.search(" ".join((word(concept, "text"), *displays)).casefold())
    return int(match[1]) if match else 0


def scale_component(scale: Scale) -> Tree:
    """Return the component that names the scale."""
    code = {
        "coding": [{"system": SYSTEM, "code": SCALE_CODE, "display": "SpO2-skala"}],
        "text": f"SpO2-skala {int(scale)}",
    }
    return {"code": code, "valueInteger": int(scale)}

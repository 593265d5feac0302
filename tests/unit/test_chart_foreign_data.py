"""Resources that nobody here wrote: the HL7 examples, Synthea, and all of them bent out of shape."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chart import build_chart
from services.coded import concept_text
from services.journal_tree import children
from services.patient_file import PatientFile
from services.visit_list import build_round
from tests.chart_material import NOW, P, chart, raw, round_record, stored, whole
from tests.omissions import EXAMPLES, SHARED

if TYPE_CHECKING:
    from offline_cache.resources import StoredResource
    from services.views import Chart

TAKEN = (
    "Patient",
    "AllergyIntolerance",
    "Flag",
    "MedicationRequest",
    "MedicationStatement",
    "Task",
    "CarePlan",
    "Goal",
    "ServiceRequest",
    "Observation",
    "DocumentReference",
    "Condition",
    "Appointment",
)
STRUCK = {
    "entered-in-error",
    "refuted",
    "cancelled",
    "inactive",
    "stopped",
    "completed",
    "draft",
    "ended",
    "not-taken",
}


def seen(row: StoredResource) -> Chart:
    """Send one resource through the round and the chart."""
    file = PatientFile(P, [row], whole())
    visits = [row] if row.type == "Appointment" else []
    shown = build_round(round_record(*(v.id for v in visits)), visits, {P: file}, (), NOW)
    made = build_chart(file, shown, "", (), NOW)
    assert len(shown.visits) == len(visits)
    return made


@cache
def examples() -> tuple[tuple[str, bytes], ...]:
    """Return type and bytes of every example."""
    found = []
    for path in sorted(EXAMPLES.glob("[!.]*.json")):
        body = path.read_bytes()
        found.append((str(json.loads(body).get("resourceType", "")), body))
    return tuple(found)


@pytest.mark.needs("hl7-examples")
def test_every_example_goes_through_every_mapper_that_takes_its_type_and_no_text_is_lost() -> None:
    lost = []
    for type_, body in examples():
        made = repr(seen(raw(type_ or "None", "x", body)))
        tree: dict[str, Any] = json.loads(body)
        statuses = json.dumps(
            [tree.get(k) for k in ("status", "verificationStatus", "clinicalStatus", "lifecycleStatus")]
        )
        if type_ not in TAKEN or any(f'"{struck}"' in statuses for struck in STRUCK):
            continue
        lost += [(tree["id"], said) for said in _must_show(type_, tree) if repr(said)[1:-1] not in made]
    assert lost == []


def _must_show(type_: str, tree: dict[str, Any]) -> list[str]:
    """Return the words of a resource that its reader cannot do without."""
    named = {
        "AllergyIntolerance": ["code"],
        "Condition": ["code"],
        "Flag": ["code"],
        "Goal": ["description"],
        "MedicationRequest": ["medicationCodeableConcept"],
        "MedicationStatement": ["medicationCodeableConcept"],
    }.get(type_, [])
    said = [concept_text(concept) for name in named for concept in children(tree, name)]
    if type_ == "CarePlan":
        said += [
            str(detail.get("description", ""))
            for a in children(tree, "activity")
            for detail in children(a, "detail")
        ]
    if type_ == "MedicationRequest":
        said += [str(dosage.get("text", "")) for dosage in children(tree, "dosageInstruction")]
    if type_ in {"Condition", "AllergyIntolerance", "Goal", "MedicationRequest", "Observation"}:
        said += [str(note["text"]) for note in children(tree, "note")]
    if type_ == "Observation":
        said += [str(tree["valueString"])] if "valueString" in tree else []
        said += [concept_text(value) for value in children(tree, "valueCodeableConcept")]
        said += [
            str(q["value"]).replace(".", ",")
            for q in children(tree, "valueQuantity")
            if "value" in q and "e" not in str(q["value"])
        ]
    return [text.strip() for text in said if text]


@pytest.mark.needs("hl7-examples")
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
def test_no_example_bent_out_of_shape_breaks_a_chart(data: st.DataObject) -> None:
    taken = [body for type_, body in examples() if type_ in TAKEN]
    tree = json.loads(data.draw(st.sampled_from(taken)))
    junk = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
        max_leaves=4,
    )
    for _ in range(data.draw(st.integers(1, 4))):
        _bend(tree, data, junk)
    seen(raw(str(tree.get("resourceType")), "x", json.dumps(tree).encode()))
    for type_ in TAKEN:
        seen(raw(type_, "x", json.dumps(tree).encode()))


def _bend(tree: Any, data: st.DataObject, junk: st.SearchStrategy[Any]) -> None:
    """Put something else in the place of one node, at any depth."""
    node = tree
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or data.draw(st.booleans()):
            node[key] = data.draw(junk)
            return
        node = node[key]


@pytest.mark.needs("shared")
def test_synthea_patients_have_whole_charts() -> None:
    paths = sorted((SHARED / "synthea").glob("*.json"))
    assert len(paths) == 12
    for path in paths:
        resources = [entry["resource"] for entry in json.loads(path.read_bytes())["entry"]]
        patient = next(r for r in resources if r["resourceType"] == "Patient")
        rows = [stored(r) for r in resources if r["resourceType"] in TAKEN]
        made = build_chart(PatientFile(P, rows, whole()), None, "", (), NOW)
        counted = sum(1 for r in resources if r["resourceType"] == "Observation")
        assert sum(len(series.readings) for series in made.series) == counted
        assert made.banner.family == patient["name"][0]["family"]
        assert {series.code for series in made.series} >= {"bp", "weight"}
        assert "ikke målt" not in repr(made.series)
        in_use = [
            r for r in resources if r["resourceType"] == "MedicationRequest" and r["status"] == "active"
        ]
        assert len(made.medicines) == len(in_use)


def test_epic_shaped_resources_need_no_meta() -> None:
    resource = {
        "resourceType": "AllergyIntolerance",
        "id": "e" * 130 + ".A-_",
        "code": {
            "text": "Not on File",
            "coding": [{"system": "http://snomed.info/sct", "code": "1631000175102"}],
        },
    }
    assert chart(resource).banner.allergy == "Ikke registrert"


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[1]", b"{", b'{"a":"\xff"}', b'{"a":' * 3000, b'{"a":1e999999999}', b'{"a":"\\ud800"}'],
)
def test_bytes_that_are_no_resource_are_said(body: bytes) -> None:
    for type_ in TAKEN:
        made = seen(raw(type_, "x", body))
        assert made.banner.patient_id == P
        if (
            type_ in {"AllergyIntolerance", "Condition", "MedicationRequest", "CarePlan", "DocumentReference"}
            and body != b'{"a":1e999999999}'
        ):
            assert f"Kan ikke vises: {type_} x" in repr(made)

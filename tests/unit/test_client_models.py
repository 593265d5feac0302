"""The slim models on resources that nobody here wrote, and on messy ones."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from client.bundle import read_bundle
from client.models.allergy_intolerance import AllergyIntolerance
from client.models.care_plan import CarePlan, Goal
from client.models.condition import Condition
from client.models.datatypes import ResourceModel  # noqa: TC001  named in a list that pytest reads
from client.models.document_reference import DocumentReference
from client.models.flag import Flag
from client.models.medication_request import Medication, MedicationRequest
from client.models.moments import read_day, read_moment
from client.models.observation import Observation
from client.models.patient import Patient, RelatedPerson
from client.models.practitioner import Location, Organization, Practitioner, PractitionerRole
from client.models.service_request import ServiceRequest
from client.models.slim import UnreadableError, decode
from client.models.visit import Appointment, Task

_SHARED = Path(__file__).parents[3] / "shared" / "data"
_EXAMPLES = Path(__file__).parents[2] / ".peers" / "hl7.fhir.r4.examples"
_MODELS: list[type[ResourceModel]] = [
    AllergyIntolerance,
    Appointment,
    CarePlan,
    Condition,
    DocumentReference,
    Flag,
    Goal,
    Location,
    Medication,
    MedicationRequest,
    Observation,
    Organization,
    Patient,
    Practitioner,
    PractitionerRole,
    RelatedPerson,
    ServiceRequest,
    Task,
]


def _scalars(tree: object) -> set[str]:
    """Return every text in a tree."""
    if isinstance(tree, dict):
        return set().union(*(_scalars(one) for one in tree.values()))
    if isinstance(tree, list | tuple):
        return set().union(*(_scalars(one) for one in tree))
    return {tree} if isinstance(tree, str) else set()


@pytest.mark.needs("hl7-examples")
@pytest.mark.parametrize("model", _MODELS, ids=lambda model: model.__name__)
def test_every_example_can_be_read(model: type[ResourceModel]) -> None:
    paths = [one for one in _EXAMPLES.glob(f"{model.__name__}-*.json") if one.stat().st_size < 3_000_000]
    assert paths
    for path in paths:
        raw = json.loads(path.read_bytes())
        if raw.get("resourceType") != model.__name__:
            continue
        read = decode(model, path.read_bytes())
        assert (read.resource_type, read.id) == (raw["resourceType"], raw.get("id")), path.name
        assert _scalars(read.model_dump(exclude={"contained"})) <= _scalars(raw), path.name


@pytest.mark.needs("shared")
def test_every_synthea_resource_can_be_read() -> None:
    models = {one.__name__: one for one in _MODELS}
    seen = 0
    for path in sorted((_SHARED / "synthea").glob("*.json")):
        for entry in read_bundle(path.read_bytes()).entry or ():
            model = models.get(json.loads(bytes(entry.resource))["resourceType"])
            if model is not None:
                assert decode(model, bytes(entry.resource)).id
                seen += 1
    assert seen > 1000


@pytest.mark.parametrize("model", _MODELS, ids=lambda model: model.__name__)
def test_an_empty_resource_and_one_full_of_nulls_can_be_read(model: type[ResourceModel]) -> None:
    assert decode(model, b"{}").id is None
    names = [one.alias or name for name, one in model.model_fields.items()]
    assert decode(model, json.dumps(dict.fromkeys(names)).encode()).extension == ()


def test_decimals_are_exact() -> None:
    read = decode(
        Observation,
        b'{"valueQuantity":{"value":1.50},"component":[{"valueQuantity":{"value":12345678901234567890.10}}]}',
    )
    assert read.value_quantity is not None
    assert str(read.value_quantity.value) == "1.50"
    part = read.component[0].value_quantity
    assert part is not None
    assert part.value == Decimal("12345678901234567890.10")


def test_an_unreadable_resource_tells_the_place_and_not_the_content() -> None:
    with pytest.raises(UnreadableError) as refusal:
        decode(Patient, b'{"name":"Hemmelig Person","birthDate":{"x":"1940"}}')
    assert str(refusal.value) == "Patient: birthDate, name"
    assert refusal.value.__cause__ is None


def test_references_concepts_and_extensions() -> None:
    task = decode(
        Task,
        b'{"for":{"reference":"https://x.example/fhir/Patient/p.1/_history/2"},"focus":{"reference":"#here"},'
        b'"code":{"coding":[{"system":"s","code":"c","display":"d"}]},"extension":[{"url":"u","valueBoolean":true}]}',
    )
    assert task.for_ is not None
    assert task.for_.is_to("Patient", "p.1")
    assert task.focus is not None
    assert task.focus.key == ("", "")
    assert task.code is not None
    assert (task.code.label, task.code.has("c", "s"), task.code.has("c", "other")) == ("d", True, False)
    assert [one.value_boolean for one in task.extensions("u")] == [True]


def test_a_contained_medicine_is_found() -> None:
    request = decode(
        MedicationRequest,
        b'{"contained":[{"resourceType":"Medication","id":"m","code":{"text":"Paracet"}}],"medicationReference":{"reference":"#m"}}',
    )
    assert request.contained_medication is not None
    assert request.contained_medication.code is not None
    assert request.contained_medication.code.label == "Paracet"


def test_nulls_among_given_names_are_left_out() -> None:
    assert decode(Patient, b'{"name":[{"given":["Kari",null]}]}').name[0].given == ("Kari",)


def test_moments_and_days() -> None:
    assert read_moment("2026-11-23T09:00:00+01:00") == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert read_moment("2026-11-23T08:00:00.123456789Z") is not None
    assert [read_moment(one) for one in (None, "2026", "2026-11-23", "2026-11-23T08:00:00", "x")] == [
        None
    ] * 5
    assert read_day("2026-11-23T23:30:00+01:00") == date(2026, 11, 23)
    assert [read_day(one) for one in (None, "", "1940", "1940-05", "1940-13-01")] == [None] * 5

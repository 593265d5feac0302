"""The slim models on resources that nobody here wrote, and on messy ones."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from client.bundle import read_bundle
from client.models.datatypes import ResourceModel  # noqa: TC001  named in a list that pytest reads
from client.models.document_reference import DocumentReference
from client.models.observation import Observation
from client.models.slim import UnreadableError, decode

_SHARED = Path(__file__).parents[3] / "shared" / "data"
_EXAMPLES = Path(__file__).parents[2] / ".peers" / "hl7.fhir.r4.examples"
_MODELS: list[type[ResourceModel]] = [DocumentReference, Observation]


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
        decode(Observation, b'{"note":"Hemmelig Person","issued":{"x":"1940"}}')
    assert str(refusal.value) == "Observation: issued, note"
    assert refusal.value.__cause__ is None


def test_references_concepts_and_extensions() -> None:
    read = decode(
        Observation,
        b'{"subject":{"reference":"https://x.example/fhir/Patient/p.1/_history/2"},"device":{"reference":"#here"},'
        b'"code":{"coding":[{"system":"s","code":"c","display":"d"}]},"extension":[{"url":"u","valueBoolean":true}]}',
    )
    assert read.subject is not None
    assert read.subject.is_to("Patient", "p.1")
    assert read.device is not None
    assert read.device.key == ("", "")
    assert read.code is not None
    assert (read.code.label, read.code.has("c", "s"), read.code.has("c", "other")) == ("d", True, False)
    assert [one.value_boolean for one in read.extensions("u")] == [True]

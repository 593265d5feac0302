"""Resources: kept byte for byte, swept by generation, and without the address where it must not lie."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_cache.address_grade import is_graded, without_address
from offline_cache.patient_of import patient_of, patients_of
from offline_cache.resources import _OF_PATIENT
from tests.store_room import NOON, memory_store, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from offline_cache.store import Store

GRADE = "http://feltjournal.example/fhir/StructureDefinition/adressebeskyttelse"
GRADED = f"""{{ "resourceType" : "Patient", "id":"p1",
  "extension":[{{"url":"{GRADE}","valueCode":"strengt-fortrolig"}}],
  "address" : [ {{"line":["Hemmeligveien 1, }}]\\\\\\""],"city":"Trondheim"}} ],
  "telecom":[{{"system":"phone","value":"99900111"}}],
  "contact":[{{"name":{{"text":"Per"}},"address":{{"city":"Oslo"}},"telecom":[{{"value":"99900222"}}]}}],
  "multipleBirthInteger": 1.10e0, "name":[{{"family":"address"}}] }}""".encode()
HOSTILE = ("Hemmeligveien", "Trondheim", "99900111", "99900222", "Oslo")


@pytest.fixture
def store() -> Iterator[Store]:
    opened = memory_store()
    yield opened
    opened.close()


def put(store: Store, type_: str, id_: str, body: bytes, patient: str = "p1", generation: int = 1) -> bool:
    with store.transaction():
        return store.resources.put(
            resource(type_, id_, body), patient=patient, fetched_at=NOON, generation=generation
        )


def test_what_came_is_what_is_kept(store: Store) -> None:
    """Fault: P11."""
    body = b'{ "resourceType":"Observation","value":1.10,\r\n "x":1e2, "y":"\\u00e5" }'
    assert put(store, "Observation", "o1", body)
    kept = store.resources.get("Observation", "o1")
    assert kept is not None
    assert kept.body == body
    assert (kept.patient, kept.version_id, kept.fetched_at, kept.address_cut) == ("p1", "1", NOON, False)


def test_put_tells_whether_something_changed(store: Store) -> None:
    assert put(store, "Observation", "o1", b"{}")
    assert not put(store, "Observation", "o1", b"{}", generation=2)
    assert put(store, "Observation", "o1", b"{ }", generation=3)
    assert put(store, "Observation", "o1", b"{ }", patient="p2", generation=3)


@pytest.mark.parametrize("type_", ["Observation", "DocumentReference"])
def test_many_put_at_once_are_kept_and_told_as_one_by_one(store: Store, type_: str) -> None:
    def many(*bodies: bytes, generation: int) -> int:
        resources = [resource(type_, f"o{n}", body) for n, body in enumerate(bodies)]
        return store.resources.put_all(resources, patient="p1", fetched_at=NOON, generation=generation)

    assert many(b"{}", b"{}", generation=1) == 2
    assert many(b"{}", b"{ }", b"{}", generation=2) == 2
    assert many(generation=3) == 0
    assert [r.body for r in store.resources.of_patient("p1", type_)] == [b"{}", b"{ }", b"{}"]
    assert store.resources.sweep("p1", type_, 2) == 0  # what did not differ was seen again
    assert store.resources.ids_of_patient("p1", type_) == ["o0", "o1", "o2"]


def test_a_sweep_takes_only_what_older_pulls_saw_of_that_patient_and_type(store: Store) -> None:
    put(store, "Observation", "old", b"{}", generation=1)
    put(store, "Observation", "seen again", b"{}", generation=1)
    put(store, "Observation", "seen again", b"{}", generation=2)
    put(store, "Flag", "old", b"{}", generation=1)
    put(store, "Observation", "another's", b"{}", patient="p2", generation=1)
    assert store.resources.sweep("p1", "Observation", 2) == 1
    assert [r.id for r in store.resources.of_type("Observation")] == ["another's", "seen again"]
    assert [r.id for r in store.resources.of_patient("p1", "Flag")] == ["old"]
    store.resources.remove("Flag", "old")
    assert store.resources.get("Flag", "old") is None


def test_a_chart_is_read_by_its_own_index(store: Store) -> None:
    """The order asked for must not send the planner through every patient's rows."""
    plan = store._engine.run(f"EXPLAIN QUERY PLAN {_OF_PATIENT}", ("p1", "Observation"))
    assert "resource_of_patient" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_generations_only_grow(store: Store) -> None:
    first = store.resources.new_generation()
    put(store, "Observation", "o", b"{}", generation=first)
    store.resources.remove("Observation", "o")
    assert store.resources.new_generation() > first


def test_a_graded_patient_is_kept_without_where_he_is_and_is_marked(store: Store) -> None:
    put(store, "Patient", "p1", GRADED)
    kept = store.resources.get("Patient", "p1")
    assert kept is not None
    assert kept.address_cut
    assert not any(word.encode() in kept.body for word in HOSTILE)
    tree = json.loads(kept.body)
    expected = json.loads(GRADED)
    del (
        expected["address"],
        expected["telecom"],
        expected["contact"][0]["address"],
        expected["contact"][0]["telecom"],
    )
    assert tree == expected
    assert b'"multipleBirthInteger": 1.10e0' in kept.body  # the rest byte for byte
    assert kept.body.startswith(b'{ "resourceType" : "Patient", "id":"p1",\n')


@pytest.mark.parametrize("first", ["Patient", "Location"])
def test_the_home_of_a_graded_patient_is_cut_whatever_came_first(store: Store, first: str) -> None:
    home = b'{"resourceType":"Location","id":"h","address":{"city":"Trondheim"},"position":{"latitude":63.4}}'
    bodies = {"Patient": ("p1", GRADED), "Location": ("h", home)}
    for type_ in sorted(bodies, key=lambda t: t != first):
        put(store, type_, *bodies[type_])
    kept = store.resources.get("Location", "h")
    assert kept is not None
    assert kept.address_cut
    assert json.loads(kept.body) == {"resourceType": "Location", "id": "h"}


@pytest.mark.parametrize(
    ("body", "graded"),
    [
        (b'{"resourceType":"Patient","address":[{"city":"Oslo"}]}', False),
        (json.dumps({"extension": [{"url": GRADE, "valueCode": "fortrolig"}]}).encode(), True),
        (json.dumps({"extension": [{"url": GRADE, "valueCode": "ugradert"}]}).encode(), False),
        (json.dumps({"extension": [{"url": GRADE, "valueCode": "noe nytt"}]}).encode(), True),
        (json.dumps({"extension": [{"url": GRADE, "valueString": "fortrolig"}]}).encode(), True),
        (json.dumps({"extension": [{"url": GRADE}]}).encode(), True),
        (b'{"extension":[{"url":"http://x/no-vft-secret-address","valueBoolean":true}]}', True),
        (b'{"address":[{"extension":[{"url":"http://x/no-vft-secret-address"}]}]}', True),
        (
            json.dumps({"extension": [{"url": GRADE, "valueCode": "strengt-fortrolig"}]})
            .replace("/", "\\/")
            .encode(),
            True,
        ),
        (b'{"address":[{"extension":[{"url":"http://x/no-vft-secret-address","valueBoolean":true}]}]}', True),
        (
            b'{"address":[{"extension":[{"url":"http://x/no-vft-secret-address","valueBoolean":false}]}]}',
            False,
        ),
    ],
)
def test_what_counts_as_graded(body: bytes, *, graded: bool) -> None:
    assert is_graded(body) is graded


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["address", "telecom", "a", 'q"', "position"]) | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def without(node: object) -> object:
    """Say what cutting means, on the parsed tree."""
    if isinstance(node, list):
        return [without(item) for item in node]
    if isinstance(node, dict):
        gone = {"address", "telecom", "position", "valueAddress"}
        return {name: without(value) for name, value in node.items() if name not in gone}
    return node


@given(
    tree=st.dictionaries(st.sampled_from(["address", "name", "telecom"]), JSON),
    indent=st.sampled_from([None, 0, 2]),
)
def test_cutting_the_bytes_is_cutting_the_tree(tree: dict[str, object], indent: int | None) -> None:
    for ascii_only in (True, False):
        raw = json.dumps(tree, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        assert json.loads(without_address(raw)) == without(tree)


@pytest.mark.parametrize(
    ("type_", "body", "patient"),
    [
        ("Patient", {"id": "p1"}, "p1"),
        ("Observation", {"subject": {"reference": "Patient/p1"}}, "p1"),
        ("Observation", {"subject": {"reference": "http://x/fhir/Patient/p1/_history/2"}}, "p1"),
        ("Observation", {"subject": {"reference": "Group/p1"}}, ""),
        ("Observation", {"subject": {"reference": "NotPatient/p1"}}, ""),
        ("Observation", {"subject": {"reference": "#Patient/p1x y"}}, ""),
        ("Observation", {"subject": "Patient/p1"}, ""),
        ("Observation", {"performer": [{"reference": "Patient/p1"}]}, ""),
        ("AllergyIntolerance", {"patient": {"reference": "Patient/a.b-c_d"}}, "a.b-c_d"),
        ("Task", {"for": {"reference": "Patient/p1"}}, "p1"),
        (
            "Appointment",
            {"participant": [{"actor": {"reference": r}} for r in ("Practitioner/k", "Patient/p1")]},
            "p1",
        ),
        (
            "Appointment",
            {"participant": [{"actor": {"reference": r}} for r in ("Patient/p2", "Patient/p1")]},
            "",
        ),
        ("Coverage", {"beneficiary": {"reference": "Patient/p1"}}, "p1"),
        ("Practitioner", {"subject": {"reference": "Patient/p1"}}, ""),
    ],
)
def test_whose_a_resource_is(type_: str, body: dict[str, object], patient: str) -> None:
    assert patient_of(type_, json.dumps(body).encode()) == patient


def test_an_appointment_of_two_names_both() -> None:
    body = {"participant": [{"actor": {"reference": r}} for r in ("Patient/p2", "Patient/p1")]}
    assert patients_of("Appointment", json.dumps(body).encode()) == {"p1", "p2"}

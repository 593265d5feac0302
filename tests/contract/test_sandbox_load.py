"""`--load` and `--plan-round`: FHIR that nobody here wrote goes in, and what cannot is named."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.omissions import EXAMPLES, SHARED
from tests.sandbox_room import REAL_RANGE_NUMBER, SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def room(tmp_path: Path) -> Iterator[SandboxRoom]:
    room = SandboxRoom(tmp_path / "state")
    yield room
    room.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "fhir"
    path.mkdir()
    return path


def put(folder: Path, name: str, content: object) -> None:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / name).write_bytes(text)


def test_names_what_it_refuses_and_loads_the_rest(room: SandboxRoom, folder: Path) -> None:
    put(folder, "god.json", {"resourceType": "Patient", "id": "a", "name": [{"family": "Synth"}]})
    put(folder, "desimal.json", b'{"resourceType":"Basic","id":"d","code":{"text":"x"},"vekt":1.50}')
    put(folder, "brukket.json", b'{"resourceType":')
    put(folder, "liste.json", b"[1]")
    put(folder, "annet.json", {"resourceType": "Pasient"})
    put(folder, "ekte.json", {"resourceType": "Patient", "identifier": [{"value": REAL_RANGE_NUMBER}]})
    put(folder, "historie.json", {"resourceType": "Bundle", "type": "history", "entry": []})
    put(folder, "id.json", {"resourceType": "Patient", "id": "æ ø"})
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "collection"}
    bundle["entry"] = [
        {"resource": {"resourceType": "Observation", "id": "x"}},
        {"resource": {"resourceType": "Group", "id": "g"}},
        {"request": {"method": "GET", "url": "Patient"}},
    ]
    put(folder, "delvis.json", bundle)
    started = room.start("--load", str(folder))
    assert list(started.refused) == [
        "annet.json: ikke en ressurs av FHIR R4 (resourceType mangler eller er ukjent)",
        "brukket.json: ikke gyldig JSON",
        "delvis.json oppføring 0: mangler et påkrevd element (Observation.status)",
        "delvis.json oppføring 2: oppføringen har ingen ressurs",
        "ekte.json: fødselsnummer i området for virkelige personer",
        "historie.json: Bundle av typen 'history' lastes ikke",
        "id.json: id er ikke en gyldig FHIR-id",
        "liste.json: ikke et JSON-objekt",
    ]
    calls = room.fhir()
    assert [p["id"] for p in calls.all_of("Patient")] == ["a"]
    assert b'"vekt":1.50' in calls.get("Basic/d").content
    assert calls.get("Group/g").status_code == 200


def test_ndjson_is_loaded_line_by_line_and_a_bad_line_is_named(room: SandboxRoom, folder: Path) -> None:
    lines: list[object] = [
        {"resourceType": "Patient", "id": "p", "name": [{"family": "Synth"}]},
        b'{"resourceType":',
        {"resourceType": "Patient", "identifier": [{"value": REAL_RANGE_NUMBER}]},
        b"",
        {"resourceType": "Observation", "id": "u-status", "subject": {"reference": "Patient/p"}},
        b'{"resourceType":"Basic","id":"d","code":{"text":"x"},"vekt":1.50}',
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": {"resourceType": "Pasient"}}],
        },
        b"[1]",
    ]
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    put(folder, "under.ndjson", b"\xef\xbb\xbf" + b"\r\n".join(texts))
    put(folder, "z.json", {"resourceType": "Patient", "id": "z"})
    started = room.start("--load", str(folder))
    assert list(started.refused) == [
        "under.ndjson linje 2: ikke gyldig JSON",
        "under.ndjson linje 3: fødselsnummer i området for virkelige personer",
        "under.ndjson linje 5: mangler et påkrevd element (Observation.status)",
        "under.ndjson linje 7 oppføring 0: ikke en ressurs av FHIR R4 (resourceType mangler eller er ukjent)",
        "under.ndjson linje 8: ikke et JSON-objekt",
    ]
    calls = room.fhir()
    assert {one["id"] for one in calls.all_of("Patient")} == {"p", "z"}
    assert b'"vekt":1.50' in calls.get("Basic/d").content
    room.end()
    assert len(room.start("--load", str(folder)).refused) == 5
    assert room.fhir().get("Patient/p").headers["etag"] == 'W/"1"'


def test_folder_of_ndjson_alone_is_enough(room: SandboxRoom, folder: Path) -> None:
    put(folder, "Patient.ndjson", {"resourceType": "Patient", "id": "alene"})
    room.start("--load", str(folder))
    assert room.fhir().count("Patient") == 1


def test_loading_again_changes_nothing_and_another_of_the_same_id_is_refused(
    room: SandboxRoom, folder: Path
) -> None:
    put(folder, "a.json", {"resourceType": "Patient", "id": "a", "active": True})
    room.start("--load", str(folder))
    room.end()
    put(folder, "b.json", {"resourceType": "Patient", "id": "a", "active": False})
    refused = room.start("--load", str(folder)).refused
    assert refused == ("b.json: Patient med samme id er lastet fra før med annet innhold",)
    calls = room.fhir()
    assert calls.get("Patient/a").headers["etag"] == 'W/"1"'
    assert calls.get("Patient/a").json()["active"] is True


def test_references_inside_a_bundle_and_by_condition(room: SandboxRoom, folder: Path) -> None:
    known = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "x"},
             "subject": {"reference": "urn:uuid:aaaa"},
             "performer": [{"reference": "Practitioner?identifier=urn:oid:2.16.578.1.12.4.1.4.4|9999902"},
                           {"reference": "Practitioner?identifier=http://x|1", "display": "Dr. X"}]}  # fmt: skip
    put(folder, "b.json", {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"fullUrl": "urn:uuid:bbbb", "resource": known, "request": {"method": "POST", "url": "Observation"}},
        {"fullUrl": "urn:uuid:aaaa", "resource": {"resourceType": "Patient", "id": "p"},
         "request": {"method": "POST", "url": "Patient"}}]})  # fmt: skip
    room.start("--load", str(folder))
    stored = room.fhir().get("Observation/o").json()
    assert stored["subject"]["reference"] == "Patient/p"
    assert stored["performer"] == [
        {"reference": "Practitioner/olav-lie"},
        {"display": "Dr. X", "type": "Practitioner", "identifier": {"system": "http://x", "value": "1"}},
    ]


@pytest.mark.needs("shared")
def test_twelve_synthea_patients_with_a_round(room: SandboxRoom) -> None:
    started = room.start("--load", str(SHARED / "synthea"), "--plan-round")
    assert started.refused == ()
    calls = room.fhir()
    patients = {p["id"] for p in calls.all_of("Patient")}
    assert len(patients) == 12
    visits = calls.all_of("Appointment?actor=Practitioner/kari-nordmann")
    by_start: dict[str, int] = {}
    for visit in visits:
        who = next(
            p["actor"]["reference"]
            for p in visit["participant"]
            if p["actor"]["reference"].startswith("Patient/")
        )
        assert who.removeprefix("Patient/") in patients
        by_start[visit["start"]] = by_start.get(visit["start"], 0) + 1
    assert len(visits) == 24
    assert calls.count("Task?owner=Practitioner/kari-nordmann") == 72
    text = room.http.get(
        f"{room.base}/Observation?_count=1000", headers={"Authorization": f"Bearer {calls.token}"}
    ).text
    assert "urn:uuid:" not in text
    assert calls.count("Observation") == 1387


@pytest.mark.needs("shared")
def test_synthea_comes_out_as_it_went_in(room: SandboxRoom) -> None:
    path = sorted((SHARED / "synthea").glob("*.json"))[0]
    room.start("--load", str(SHARED / "synthea"))
    calls = room.fhir()
    given = json.loads(path.read_bytes(), parse_float=Decimal)
    for part in given["entry"][:60]:
        resource = part["resource"]
        answer = calls.get(f"{resource['resourceType']}/{resource['id']}").content
        stored = json.loads(answer, parse_float=Decimal)
        stored.pop("meta")
        resource.pop("meta", None)
        assert strip_references(stored) == strip_references(resource)


@pytest.mark.needs("hl7-examples")
def test_examples_of_hl7_go_in(room: SandboxRoom, folder: Path) -> None:
    kinds = (
        "Patient",
        "Observation",
        "Task",
        "CarePlan",
        "Appointment",
        "MedicationRequest",
        "Bundle",
        "Flag",
        "Goal",
    )
    for kind in kinds:
        for path in EXAMPLES.glob(f"{kind}-*.json"):
            if path.stat().st_size < 1_000_000:
                (folder / path.name).symlink_to(path)
    refused = room.start("--load", str(folder)).refused
    reasons = ("annet innhold", "lastes ikke", "ingen ressurs", "gyldig FHIR-id")
    assert [line for line in refused if not any(reason in line for reason in reasons)] == []
    assert room.fhir().get("Observation/decimal").status_code == 200


def strip_references(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: strip_references(v) for k, v in value.items() if k != "reference"}
    if isinstance(value, list):
        return [strip_references(v) for v in value]
    return value

"""The profile `epic` of the embedded journal, asked over real HTTP on loopback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from sandbox.epic.advertised import OFFERED
from sandbox.epic.outcomes import SYSTEM
from sandbox.fhir.search_parameters import parameters
from sandbox.launching import StartFailed
from tests.omissions import SHARED
from tests.sandbox_room import FhirCalls, SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

PLAN = "http://ehelse.no/fhir/CodeSystem/vkp-careplan-category-v090|1"
VITAL = "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxRoom]:
    room = SandboxRoom(tmp_path_factory.mktemp("journal") / "state", ("--profile", "epic"))
    room.start()
    yield room
    room.close()


@pytest.fixture(scope="module")
def calls(room: SandboxRoom) -> FhirCalls:
    return room.fhir()


@pytest.fixture(scope="module")
def patient(calls: FhirCalls) -> str:
    """Return somebody of the round with a plan of treatment and measurements."""
    for member in calls.get("Group/runde-kari-nordmann").json()["member"]:
        id_ = str(member["entity"]["reference"].removeprefix("Patient/"))
        if resources(calls.get(f"CarePlan?patient={id_}&category={PLAN}").json()):
            return id_
    raise AssertionError("nobody has a plan")


def observation(
    patient: str, at: str, *, value: float = 36.5, category: str = "vital-signs"
) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:0b1c"}],
        "category": [
            {"coding": [{"system": VITAL.partition("|")[0], "code": category}]},
        ],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8310-5"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": at,
        "valueQuantity": {"value": value},
    }


def note(patient: str, text: str = "SGVp") -> dict[str, Any]:
    attachment = {"contentType": "text/plain", "data": text}
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "final",
        "type": {"text": "Notat"},
        "subject": {"reference": f"Patient/{patient}"},
        "content": [{"attachment": attachment}, {"attachment": attachment}],
    }


def resources(bundle: dict[str, Any], mode: str = "match") -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"] if entry["search"]["mode"] == mode]


def numbers(outcome: dict[str, Any]) -> list[str]:
    codings = [coding for issue in outcome["issue"] for coding in issue.get("details", {}).get("coding", [])]
    assert all(coding["system"] == SYSTEM for coding in codings)
    return [str(coding["code"]) for coding in codings]


def beside(answer: httpx.Response) -> list[str]:
    """Return the numbers of the one outcome that stands beside the matches."""
    (outcome,) = resources(answer.json(), "outcome")
    return numbers(outcome)


def next_of(bundle: dict[str, Any]) -> str:
    return next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")


def test_statement_offers_little_and_no_versions(room: SandboxRoom) -> None:
    statement = room.http.get(f"{room.base}/metadata").json()
    rest = statement["rest"][0]
    assert "interaction" not in rest
    by_type = {resource["type"]: resource for resource in rest["resource"]}
    codes = {type_: {i["code"] for i in resource["interaction"]} for type_, resource in by_type.items()}
    creating = {type_ for type_, offered in codes.items() if "create" in offered}
    assert creating == {
        "AllergyIntolerance",
        "Communication",
        "DocumentReference",
        "Observation",
        "Patient",
        "QuestionnaireResponse",
    }
    updating = {type_ for type_, offered in codes.items() if "update" in offered}
    assert updating == {"DocumentReference", "Observation", "Task"}
    assert set().union(*codes.values()) == {"read", "search-type", "create", "update"}
    for resource in by_type.values():
        assert "versioning" not in resource
        assert not resource["conditionalCreate"]
        assert not resource["updateCreate"]
        names = {parameter["name"] for parameter in resource.get("searchParam", [])}
        assert names.isdisjoint({"_lastUpdated", "actor", "owner", "_deleted"})
    get_fhir_model_class("CapabilityStatement").model_validate(statement)


@pytest.mark.needs("shared")
def test_nothing_is_offered_that_a_nordic_epic_does_not() -> None:
    text = (SHARED / "epic" / "CapabilityStatement-nordic-epic-2022.json").read_text()
    theirs = {resource["type"]: resource for resource in json.loads(text)["rest"][0]["resource"]}
    for type_, offered in OFFERED.items():
        assert set(offered.interactions) <= {i["code"] for i in theirs[type_]["interaction"]}, type_
        named = {parameter["name"] for parameter in theirs[type_].get("searchParam", [])}
        assert set(offered.parameters) <= named | {"patient", "subject"}, type_


def test_every_parameter_that_is_offered_has_an_index() -> None:
    for type_, offered in OFFERED.items():
        assert set(offered.parameters) <= set(parameters(type_)), type_


def test_read_has_neither_version_nor_time(calls: FhirCalls, patient: str) -> None:
    answer = calls.get(f"Patient/{patient}", If_None_Match='W/"1"')
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json+fhir")
    assert {"etag", "last-modified"}.isdisjoint(answer.headers)
    assert "meta" not in answer.json()
    assert calls.get(f"Patient/{patient}/_history").status_code == 404
    assert calls.get(f"Patient/{patient}/_history/1").status_code == 404
    assert calls.get("Patient/_history").status_code == 404


def test_ids_are_long_and_of_more_letters_than_fhir_has(calls: FhirCalls, patient: str) -> None:
    found = resources(calls.get(f"Observation?patient={patient}&category={VITAL}").json())
    assert {len(one["id"]) for one in found} == {130}
    assert all("meta" not in one for one in found)
    text = "".join(one["id"] for one in found)
    assert {".", "-", "_"} <= set(text)
    assert calls.get(f"Observation/{found[0]['id']}").json() == found[0]


def test_total_is_the_size_of_the_page_and_next_is_opaque(calls: FhirCalls, patient: str) -> None:
    query = f"Observation?patient={patient}&category={VITAL}"
    every = [one["id"] for one in resources(calls.get(f"{query}&_count=1000").json())]
    bundle = calls.get(f"{query}&_count=7").json()
    seen = [one["id"] for one in resources(bundle)]
    assert bundle["total"] == 7
    while following := next_of(bundle):
        assert following.partition("?")[2].startswith("sessionID=")
        assert patient not in following
        bundle = calls.get(following.removeprefix(f"{calls.room.base}/")).json()
        assert bundle["total"] == len(resources(bundle)) <= 7
        seen += [one["id"] for one in resources(bundle)]
    assert seen == every
    assert len(every) > 14


def test_pages_that_are_filtered_late_may_be_empty_and_go_on(calls: FhirCalls, patient: str) -> None:
    query = f"Observation?patient={patient}&category={VITAL}"
    newest = max(one["effectiveDateTime"] for one in resources(calls.get(f"{query}&_count=1000").json()))
    page = calls.get(f"{query}&date=ge{newest[:10]}&_count=2").json()
    sizes: list[int] = []
    found: list[dict[str, Any]] = []
    while True:
        found += resources(page)
        sizes.append(page["total"])
        if not (following := next_of(page)):
            break
        page = calls.get(following.removeprefix(f"{calls.room.base}/")).json()
    assert 0 in sizes[:-1]
    assert found
    assert all(one["effectiveDateTime"][:10] == newest[:10] for one in found)


@pytest.mark.parametrize(
    ("query", "status", "number"),
    [
        ("Observation?patient={}", 400, "59108"),
        ("CarePlan?patient={}", 400, "59108"),
        (f"Observation?category={VITAL}", 400, "59108"),
        ("Appointment?actor=Practitioner/kari-nordmann", 400, "59108"),
        ("Task?owner=Practitioner/kari-nordmann", 400, "59108"),
        ("Patient?gender=female", 400, "59108"),
        ("Patient?birthdate=igår", 400, "59102"),
        ("Patient?sessionID=finnes-ikke", 400, "59102"),
    ],
)
def test_what_must_be_named_in_a_search(
    calls: FhirCalls, patient: str, query: str, status: int, number: str
) -> None:
    answer = calls.get(query.format(patient))
    assert answer.status_code == status
    assert numbers(answer.json()) == [number]


def test_outcome_stands_beside_every_result(calls: FhirCalls, patient: str) -> None:
    assert beside(calls.get("Patient?family=Finnesikke")) == ["4101"]
    assert beside(calls.get(f"Condition?patient={patient}")) == []


def test_unknown_parameters_are_passed_over_and_named(calls: FhirCalls, patient: str) -> None:
    plain = calls.get(f"Condition?patient={patient}").json()
    answer = calls.get(f"Condition?patient={patient}&_lastUpdated=gt2100", Prefer="handling=strict").json()
    assert resources(answer) == resources(plain) != []
    assert "_lastUpdated" not in answer["link"][0]["url"]
    (outcome,) = resources(answer, "outcome")
    assert "_lastUpdated" in outcome["issue"][0]["diagnostics"]


def test_create_answers_with_a_relative_place_and_nothing_else(calls: FhirCalls, patient: str) -> None:
    body = observation(patient, "2026-11-20T08:00:00+01:00")
    answer = calls.send("POST", "Observation", body)
    assert (answer.status_code, answer.content) == (201, b"")
    assert "etag" not in answer.headers
    location = answer.headers["location"]
    assert location.startswith("Observation/")
    stored = calls.get(location).json()
    assert {"identifier", "meta"}.isdisjoint(stored)
    assert stored["valueQuantity"]["value"] == 36.5
    whole = calls.send(
        "POST",
        "Observation",
        body | {"effectiveDateTime": "2026-11-20T08:01:00+01:00"},
        Prefer="return=representation",
    )
    assert whole.json()["id"] == whole.headers["location"].removeprefix("Observation/")


def test_vital_sign_sent_twice_is_refused_and_everything_else_filed_twice(
    calls: FhirCalls, patient: str
) -> None:
    reading = observation(patient, "2026-11-21T08:00:00+01:00")
    assert calls.send("POST", "Observation", reading).status_code == 201
    again = calls.send(
        "POST", "Observation", reading, If_None_Exist="identifier=urn:ietf:rfc:3986|urn:uuid:0b1c"
    )
    assert again.status_code == 400
    assert numbers(again.json()) == ["59189"]
    assert again.json()["issue"][0]["details"]["text"] == "Reading already exists"
    utc = calls.send("POST", "Observation", reading | {"effectiveDateTime": "2026-11-21T07:00:00Z"})
    assert utc.status_code == 400
    other = {**reading, "subject": {"reference": f"Patient/{_other(calls, patient)}"}}
    assert calls.send("POST", "Observation", other).status_code == 201
    for body in (note(patient), observation(patient, "2026-11-21T09:00:00+01:00", category="survey")):
        first, second = (calls.send("POST", body["resourceType"], body) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.headers["location"] != second.headers["location"]


def _other(calls: FhirCalls, patient: str) -> str:
    members = calls.get("Group/runde-kari-nordmann").json()["member"]
    ids = [str(member["entity"]["reference"]).removeprefix("Patient/") for member in members]
    return next(id_ for id_ in ids if id_ != patient)


def test_note_keeps_its_first_attachment_alone(calls: FhirCalls, patient: str) -> None:
    answer = calls.send("POST", "DocumentReference", note(patient), Prefer="return=representation")
    assert len(answer.json()["content"]) == 1


def test_note_of_a_measurement_above_254_is_refused(calls: FhirCalls, patient: str) -> None:
    body = observation(patient, "2026-11-21T10:00:00+01:00")
    assert calls.send("POST", "Observation", body | {"note": [{"text": "x" * 255}]}).status_code == 400
    assert calls.send("POST", "Observation", body | {"note": [{"text": "x" * 254}]}).status_code == 201


def test_update_asks_for_no_version_and_writes_over(calls: FhirCalls, patient: str) -> None:
    location = calls.send("POST", "Observation", observation(patient, "2026-11-22T08:00:00+01:00")).headers[
        "location"
    ]
    stored = calls.get(location).json()
    for value in (37.1, 38.2):
        stored["valueQuantity"]["value"] = value
        answer = calls.send("PUT", location, stored, If_Match='W/"1"')
        assert (answer.status_code, answer.content) == (200, b"")
    assert calls.get(location).json()["valueQuantity"]["value"] == 38.2
    assert calls.send("PUT", "Observation/finnes-ikke", stored | {"id": "finnes-ikke"}).status_code == 404


def test_what_the_app_has_not_been_given_is_refused_without_words(calls: FhirCalls, patient: str) -> None:
    problem = {"resourceType": "Condition", "subject": {"reference": f"Patient/{patient}"}}
    for method, path in (("POST", "Condition"), ("PUT", "Condition/x"), ("POST", "MedicationAdministration")):
        answer = calls.send(method, path, problem)
        assert (answer.status_code, answer.content) == (403, b"")
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert calls.get("Provenance").status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "Observation/x", 405),
        ("PATCH", "Observation/x", 405),
        ("POST", "", 404),
        ("GET", "Account", 404),
    ],
)
def test_what_there_is_none_of(calls: FhirCalls, method: str, path: str, status: int) -> None:
    answer = calls.send(method, path, {"resourceType": "Bundle", "type": "transaction"})
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_round_of_the_nurse_is_told_by_a_group_and_a_list(calls: FhirCalls) -> None:
    group = calls.get("Group/runde-kari-nordmann").json()
    listed = calls.get("List/liste-kari-nordmann").json()
    members = [member["entity"]["reference"] for member in group["member"]]
    assert members == [entry["item"]["reference"] for entry in listed["entry"]]
    assert len(members) == group["quantity"] == len(set(members)) >= 8
    for member in members:
        visits = resources(calls.get(f"Appointment?patient={member}").json())
        assert any(
            participant["actor"]["reference"] == "Practitioner/kari-nordmann"
            for visit in visits
            for participant in visit["participant"]
        )
        (encounter,) = resources(calls.get(f"Encounter?patient={member}").json())
        assert encounter["status"] == "in-progress"
    assert resources(calls.get("Group?_id=runde-kari-nordmann").json()) == [group]


def test_references_of_the_chart_lead_somewhere(calls: FhirCalls, patient: str) -> None:
    (plan, *_) = resources(calls.get(f"CarePlan?patient={patient}&category={PLAN}").json())
    assert calls.get(plan["goal"][0]["reference"]).status_code == 200
    assert plan["subject"]["reference"] == f"Patient/{patient}"
    tasks = resources(calls.get(f"Task?patient={patient}").json())
    assert tasks
    assert all(calls.get(task["focus"]["reference"]).status_code == 200 for task in tasks)


def test_state_of_one_profile_is_refused_by_the_other(tmp_path: Path) -> None:
    room = SandboxRoom(tmp_path / "state")
    room.start("--profile", "epic")
    room.end()
    for options in ((), ("--profile", "full")):
        with pytest.raises(StartFailed) as refused:
            room.start(*options)
        assert "er laget med --profile epic og kan ikke kjøres som full" in str(refused.value)
    room.start("--profile", "epic")
    room.close()


def test_full_state_is_refused_by_epic_and_stays_as_it_is(tmp_path: Path) -> None:
    room = SandboxRoom(tmp_path / "state")
    room.start()
    room.end()
    with pytest.raises(StartFailed) as refused:
        room.start("--profile", "epic")
    assert "laget med --profile full" in str(refused.value)
    room.start()
    assert room.fhir().get("Patient?_count=1").headers["content-type"].startswith("application/fhir+json")
    room.close()


def test_round_over_loaded_people(tmp_path: Path) -> None:
    folder = tmp_path / "fhir"
    folder.mkdir()
    (folder / "p.json").write_text(json.dumps({"resourceType": "Patient", "id": "p-1"}))
    room = SandboxRoom(tmp_path / "state", ("--profile", "epic"))
    room.start("--load", str(folder), "--plan-round")
    calls = room.fhir()
    assert [m["entity"]["reference"] for m in calls.get("Group/runde-kari-nordmann").json()["member"]] == [
        "Patient/p-1"
    ]
    (visit, *_) = resources(calls.get("Appointment?patient=p-1").json())
    tasks = resources(calls.get("Task?patient=Patient/p-1").json())
    assert f"Appointment/{visit['id']}" in {task["focus"]["reference"] for task in tasks}
    room.close()

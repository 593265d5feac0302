"""The FHIR side of the embedded journal, asked over real HTTP on loopback."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.sandbox_room import REAL_RANGE_NUMBER, FhirCalls, SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxRoom]:
    room = SandboxRoom(tmp_path_factory.mktemp("journal") / "state")
    room.start()
    yield room
    room.close()


@pytest.fixture(scope="module")
def calls(room: SandboxRoom) -> FhirCalls:
    return room.fhir()


@pytest.fixture(scope="module")
def patient(calls: FhirCalls) -> str:
    return str(calls.get("Patient?family=Moen&given=Ragnhild").json()["entry"][0]["resource"]["id"])


def observation(patient: str, tag: str, value: str = "36.50") -> bytes:
    """Return an Observation as text, with a decimal whose zeros matter and a field nobody knows."""
    identifier = json.dumps([{"system": "urn:ietf:rfc:3986", "value": tag}])
    code = json.dumps({"coding": [{"system": "http://loinc.org", "code": "8310-5"}]})
    return (
        f'{{"resourceType":"Observation","status":"final","identifier":{identifier},"code":{code},'
        f'"subject":{{"reference":"Patient/{patient}"}},"effectiveDateTime":"2026-11-23T08:20:00+01:00",'
        f'"valueQuantity":{{"value":{value}}},"ukjentFelt":{{"b":1,"a":[1.0,2.00]}}}}'
    ).encode()


def entry(resource: dict[str, Any], method: str = "POST", url: str = "", **more: str) -> dict[str, Any]:
    request = {"method": method, "url": url or resource["resourceType"]}
    full = more.pop("fullUrl", "")
    found = {"resource": resource, "request": request | more}
    return found | {"fullUrl": full} if full else found


def transaction(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def outcome_of(answer: Any) -> dict[str, Any]:
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    return dict(body["issue"][0])


def test_metadata_needs_no_sign_in_and_names_what_is_done(room: SandboxRoom) -> None:
    statement = room.http.get(f"{room.base}/metadata").json()
    rest = statement["rest"][0]
    by_type = {resource["type"]: resource for resource in rest["resource"]}
    assert statement["fhirVersion"] == "4.0.1"
    assert by_type["Observation"]["conditionalCreate"] is True
    assert by_type["Observation"]["versioning"] == "versioned-update"
    assert {"name": "actor", "type": "reference"} in by_type["Appointment"]["searchParam"]
    assert rest["interaction"] == [{"code": "transaction"}, {"code": "batch"}]


def test_read_carries_etag_time_date_and_request_id(calls: FhirCalls, patient: str) -> None:
    answer = calls.get(f"Patient/{patient}", X_Request_Id="min-foresporsel-7")
    assert answer.status_code == 200
    assert answer.headers["etag"] == 'W/"1"'
    assert answer.headers["x-request-id"] == "min-foresporsel-7"
    assert parsedate_to_datetime(answer.headers["date"]).tzinfo is not None
    assert parsedate_to_datetime(answer.headers["last-modified"]) <= parsedate_to_datetime(
        answer.headers["date"]
    )
    assert answer.json()["meta"]["versionId"] == "1"
    assert calls.get(f"Patient/{patient}", If_None_Match='W/"1"').status_code == 304


def test_every_value_but_id_and_meta_keeps_its_text(calls: FhirCalls, patient: str) -> None:
    body = observation(patient, "urn:uuid:tekst", "36.50")
    created = calls.send("POST", "Observation", text=body)
    assert created.status_code == 201
    assert created.headers["location"].endswith("/_history/1")
    read = calls.get(f"Observation/{created.json()['id']}")
    assert b'"value":36.50' in read.content
    assert b'"ukjentFelt":{"b":1,"a":[1.0,2.00]}' in read.content


def test_update_makes_versions_and_refuses_a_stale_one(calls: FhirCalls, patient: str) -> None:
    created = calls.send("POST", "Observation", text=observation(patient, "urn:uuid:endres")).json()
    created["status"] = "amended"
    path = f"Observation/{created['id']}"
    updated = calls.send("PUT", path, created, If_Match='W/"1"')
    assert (updated.status_code, updated.headers["etag"]) == (200, 'W/"2"')
    stale = calls.send("PUT", path, created, If_Match='W/"1"')
    assert stale.status_code == 412
    assert outcome_of(stale)["code"] == "conflict"
    assert calls.send("PUT", path, created).status_code == 428
    history = calls.get(f"{path}/_history").json()
    assert [e["resource"]["meta"]["versionId"] for e in history["entry"]] == ["2", "1"]
    assert calls.get(f"{path}/_history/1").json()["status"] == "final"


def test_conditional_create_with_none_one_and_two_matches(calls: FhirCalls, patient: str) -> None:
    criteria = "identifier=urn:ietf:rfc:3986|urn:uuid:betinget"
    body = observation(patient, "urn:uuid:betinget")
    first = calls.send("POST", "Observation", text=body, If_None_Exist=criteria)
    again = calls.send("POST", "Observation", text=body, If_None_Exist=criteria)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert calls.send("POST", "Observation", text=body).status_code == 201
    several = calls.send("POST", "Observation", text=body, If_None_Exist=criteria)
    assert several.status_code == 412
    assert outcome_of(several)["code"] == "multiple-matches"
    assert calls.count("Observation?identifier=urn:ietf:rfc:3986|urn:uuid:betinget") == 2


def test_transaction_resolves_references_and_answers_each_entry(calls: FhirCalls, patient: str) -> None:
    one = json.loads(observation(patient, "urn:uuid:del-1"))
    two = json.loads(observation(patient, "urn:uuid:del-2"))
    two["hasMember"] = [{"reference": "urn:uuid:0b1c"}]
    bundle = transaction(
        entry(two, fullUrl="urn:uuid:2222"),
        entry(one, fullUrl="urn:uuid:0b1c", ifNoneExist="identifier=urn:ietf:rfc:3986|urn:uuid:del-1"),
    )
    first = calls.send("POST", "", bundle)
    assert first.status_code == 200
    told = [part["response"] for part in first.json()["entry"]]
    assert [part["status"] for part in told] == ["201 Created", "201 Created"]
    assert all(part["etag"] == 'W/"1"' and part["location"].endswith("/_history/1") for part in told)
    stored = calls.get(told[0]["location"].split("/_history")[0]).json()
    assert stored["hasMember"][0]["reference"] == told[1]["location"].split("/_history")[0]
    again = calls.send("POST", "", transaction(bundle["entry"][1]))
    assert again.json()["entry"][0]["response"]["status"] == "200 OK"
    assert calls.count("Observation?identifier=urn:ietf:rfc:3986|urn:uuid:del-1") == 1


def test_transaction_is_stored_whole_or_not_at_all(calls: FhirCalls, patient: str) -> None:
    good = json.loads(observation(patient, "urn:uuid:alt-eller-intet"))
    stale = json.loads(observation(patient, "urn:uuid:gammel"))
    stale_id = calls.send("POST", "Observation", stale).json()["id"]
    change = entry(stale | {"id": stale_id}, "PUT", f"Observation/{stale_id}", ifMatch='W/"7"')
    answer = calls.send("POST", "", transaction(entry(good), change))
    assert answer.status_code == 412
    assert outcome_of(answer)["expression"] == ["Bundle.entry[1]"]
    assert calls.count("Observation?identifier=urn:uuid:alt-eller-intet") == 0


def test_transaction_refuses_a_reference_that_nothing_resolves(calls: FhirCalls, patient: str) -> None:
    lost = json.loads(observation(patient, "urn:uuid:tapt")) | {"subject": {"reference": "urn:uuid:ingen"}}
    assert calls.send("POST", "", transaction(entry(lost))).status_code == 422


def test_transaction_resolves_a_conditional_reference(calls: FhirCalls, patient: str) -> None:
    resource = json.loads(observation(patient, "urn:uuid:betinget-ref"))
    resource["performer"] = [{"reference": "Practitioner?identifier=urn:oid:2.16.578.1.12.4.1.4.4|9999901"}]
    answer = calls.send("POST", "", transaction(entry(resource)), Prefer="return=representation")
    assert answer.json()["entry"][0]["resource"]["performer"][0]["reference"] == "Practitioner/kari-nordmann"


def test_round_is_found_with_its_patients_and_counted(calls: FhirCalls) -> None:
    query = "Appointment?actor=Practitioner/kari-nordmann&_sort=date&_count=3"
    bundle = calls.get(f"{query}&_include=Appointment:patient").json()
    visits = calls.all_of(query)
    assert len(visits) == calls.count("Appointment?actor=Practitioner/kari-nordmann") == bundle["total"] >= 8
    assert [visit["start"] for visit in visits] == sorted(visit["start"] for visit in visits)
    included = {e["resource"]["id"] for e in bundle["entry"] if e["search"]["mode"] == "include"}
    wanted = {p["actor"]["reference"] for v in visits[:3] for p in v["participant"]}
    assert {f"Patient/{id_}" for id_ in included} <= wanted
    assert included


def test_pages_hold_everything_once(calls: FhirCalls) -> None:
    found = [o["id"] for o in calls.all_of("Observation?_count=37&_sort=-date")]
    assert len(found) == len(set(found)) == calls.count("Observation")


def test_next_link_names_no_value_of_the_search(calls: FhirCalls) -> None:
    bundle = calls.get("Patient?gender=female&_count=1").json()
    following = next(link["url"] for link in bundle["link"] if link["relation"] == "next")
    assert "female" not in following
    assert calls.get("Patient?_page=finnes-ikke").status_code == 410


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Patient?family=moen", 2),
        ("Patient?family=MOEN&given:exact=reidun", 1),
        ("Patient?birthdate=1948", 1),
        ("Patient?birthdate=lt1930", 1),
        ("Patient?gender:not=female", 6),
        ("AllergyIntolerance?code=http://snomed.info/sct|716186003", 3),
        ("Patient?_id=finnes-ikke", 0),
        ("Practitioner?identifier=urn:oid:2.16.578.1.12.4.1.4.4|9999902", 1),
        ("Patient?_lastUpdated=gt2100-01-01", 0),
        ("Patient?_lastUpdated=ge2020-01-01&_lastUpdated=lt2100", 11),
        ("ServiceRequest?code=http://snomed.info/sct|1104321000000108&status=active", 1),
        ("CarePlan?category=http://ehelse.no/fhir/CodeSystem/vkp-careplan-category-v090|1", 8),
        ("Patient?general-practitioner:missing=true", 0),
    ],
)
def test_searches_find_what_they_say(calls: FhirCalls, query: str, expected: int) -> None:
    assert calls.count(query) == expected


def test_search_by_post_keeps_the_number_out_of_every_address(calls: FhirCalls) -> None:
    form = "identifier=urn:oid:2.16.578.1.12.4.1.4.1%7C29874849837"
    answer = calls.send(
        "POST", "Patient/_search", text=form.encode(), Content_Type="application/x-www-form-urlencoded"
    )
    bundle = answer.json()
    assert bundle["total"] == 1
    assert not any("29874849837" in link["url"] for link in bundle["link"])


def test_unknown_parameter_is_an_error_when_strict_and_named_otherwise(calls: FhirCalls) -> None:
    strict = calls.get("Patient?skostorrelse=42", Prefer="handling=strict")
    assert strict.status_code == 400
    assert outcome_of(strict)["code"] == "not-supported"
    lenient = calls.get("Patient?skostorrelse=42&gender=male").json()
    assert "skostorrelse" not in lenient["link"][0]["url"]
    told = [e for e in lenient["entry"] if e["search"]["mode"] == "outcome"]
    assert "skostorrelse" in told[0]["resource"]["issue"][0]["diagnostics"]


def test_changes_since_a_moment_are_found(calls: FhirCalls, patient: str) -> None:
    created = calls.send("POST", "Observation", text=observation(patient, "urn:uuid:ny")).json()
    stamp = created["meta"]["lastUpdated"]
    found = calls.all_of(f"Observation?patient={patient}&_lastUpdated=ge{stamp}&_sort=_lastUpdated")
    assert created["id"] in [o["id"] for o in found]
    assert calls.count(f"Observation?patient={patient}&_lastUpdated=lt{stamp}&_id={created['id']}") == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "Patient/finnes-ikke", 404),
        ("GET", "Pasient", 404),
        ("GET", "Patient/a/b/c/d", 404),
        ("DELETE", "Patient", 405),
        ("PATCH", "Patient", 405),
        ("PUT", "", 405),
        ("GET", "Patient?birthdate=igår", 400),
        ("GET", "Patient?_count=mange", 400),
        ("GET", "Patient?_sort=family", 400),
        ("GET", "Patient?_include=Patient:alt", 400),
    ],
)
def test_errors_are_operation_outcomes(calls: FhirCalls, method: str, path: str, status: int) -> None:
    answer = calls.send(method, path)
    assert answer.status_code == status
    assert outcome_of(answer)["severity"] == "error"
    assert answer.headers["content-type"].startswith("application/fhir+json")
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"resourceType":"Observation"}', 422),
        (b'{"resourceType":"Patient"}', 400),
        (
            b'{"resourceType":"Observation","status":"final","code":{},"subject":{"reference":"Patient/ingen"}}',
            422,
        ),
        (b'{"resourceType":"Observation","status":"final","code":{"text":"\\ud800"}}', 400),
    ],
)
def test_bodies_that_are_refused(calls: FhirCalls, text: bytes, status: int) -> None:
    answer = calls.send("POST", "Observation", text=text)
    assert answer.status_code == status
    assert outcome_of(answer)


def test_body_and_answer_must_be_json(calls: FhirCalls, patient: str) -> None:
    body = observation(patient, "urn:uuid:type")
    assert calls.send("POST", "Observation", text=body, Content_Type="text/plain").status_code == 415
    assert calls.get(f"Patient/{patient}", Accept="application/fhir+xml").status_code == 406


def test_number_of_a_real_person_is_refused_and_not_repeated(calls: FhirCalls) -> None:
    number = REAL_RANGE_NUMBER
    body = {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": number}],
    }
    answer = calls.send("POST", "Patient", body)
    assert answer.status_code == 422
    assert number not in answer.text


def test_prefer_minimal_answers_with_the_head_alone(calls: FhirCalls, patient: str) -> None:
    body = observation(patient, "urn:uuid:minimal")
    answer = calls.send("POST", "Observation", text=body, Prefer="return=minimal")
    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["etag"] == 'W/"1"'


def test_narrow_scopes_reach_no_further(room: SandboxRoom, patient: str) -> None:
    narrow = room.fhir(scope="openid user/Patient.rs user/Observation.s")
    assert narrow.get(f"Patient/{patient}").status_code == 200
    assert narrow.get("Observation?_count=1").status_code == 200
    for answer in (
        narrow.get("Flag"),
        narrow.send("POST", "Observation", text=observation(patient, "urn:uuid:smal")),
        narrow.send("POST", "", transaction(entry(json.loads(observation(patient, "urn:uuid:smal"))))),
    ):
        assert answer.status_code == 403
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_request_without_a_good_token_is_told_to_sign_in(room: SandboxRoom) -> None:
    for headers in ({}, {"Authorization": "Bearer feil"}):
        answer = room.http.get(f"{room.base}/Patient", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert outcome_of(answer)


def test_answers_are_valid_fhir(room: SandboxRoom, calls: FhirCalls, patient: str) -> None:
    bundle = transaction(entry(json.loads(observation(patient, "urn:uuid:gyldig"))))
    changed = calls.send("POST", "", bundle)
    answers = [
        room.http.get(f"{room.base}/metadata"),
        calls.get("Patient?_count=1&ukjent=1"),
        calls.get("Patient?_summary=count"),
        calls.get(f"Patient/{patient}/_history"),
        calls.get("Patient/finnes-ikke"),
        changed,
    ]
    for answer in answers:
        body = answer.json()
        for found in body.get("entry", []):  # what the test itself made up is not FHIR
            found.get("resource", {}).pop("ukjentFelt", None)
        get_fhir_model_class(body["resourceType"]).model_validate(body)


def test_same_criteria_twice_in_one_transaction_are_refused(calls: FhirCalls, patient: str) -> None:
    twin = entry(
        json.loads(observation(patient, "urn:uuid:tvilling")),
        ifNoneExist="identifier=urn:ietf:rfc:3986|urn:uuid:tvilling",
    )
    answer = calls.send("POST", "", transaction(twin, twin))
    assert (answer.status_code, outcome_of(answer)["code"]) == (400, "duplicate")


def test_log_holds_method_type_and_status_alone(room: SandboxRoom, calls: FhirCalls, patient: str) -> None:
    calls.get("Patient?family=Moen")
    calls.get(f"Patient/{patient}")
    log = room.state.log.read_text()
    assert "GET Patient 200" in log
    assert patient not in log
    assert "Moen" not in log


def test_state_is_for_its_owner_alone(room: SandboxRoom) -> None:
    for path in room.folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name

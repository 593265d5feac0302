"""Deletes, the history of a type, tombstones, batches and conditional reads of the embedded journal, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.sandbox_room import FhirCalls, SandboxRoom

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


def basic(text: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Basic", "code": {"text": text}, **more}


def made(calls: FhirCalls, text: str = "x") -> dict[str, Any]:
    return dict(calls.send("POST", "Basic", basic(text)).json())


def pages(calls: FhirCalls, path: str) -> Iterator[dict[str, Any]]:
    url = path
    while url:
        page = calls.get(url).json()
        yield page
        following = [link["url"] for link in page["link"] if link["relation"] == "next"]
        url = following[0].removeprefix(f"{calls.room.base}/") if following else ""


def test_delete_then_gone_and_delete_again(calls: FhirCalls) -> None:
    path = f"Basic/{made(calls)['id']}"
    first = calls.send("DELETE", path)
    assert (first.status_code, first.content, first.headers["etag"]) == (204, b"", 'W/"2"')
    read = calls.get(path)
    assert (read.status_code, read.headers["etag"]) == (410, 'W/"2"')
    assert read.json()["issue"][0]["code"] == "deleted"
    assert calls.send("DELETE", path).status_code == 204
    told = calls.send("DELETE", path, Prefer="return=OperationOutcome")
    assert (told.status_code, told.json()["resourceType"]) == (200, "OperationOutcome")
    assert calls.send("DELETE", "Basic/aldri-vaert").status_code == 204
    assert calls.get("Basic/aldri-vaert").status_code == 404
    history = calls.get(f"{path}/_history").json()
    assert [entry["request"]["method"] for entry in history["entry"]] == ["DELETE", "POST"]
    assert "resource" not in history["entry"][0]
    assert calls.get(f"{path}/_history/2").status_code == 410
    assert calls.get(f"{path}/_history/1").status_code == 200


def test_delete_of_a_version_that_has_been_changed_is_refused(calls: FhirCalls) -> None:
    created = made(calls)
    path = f"Basic/{created['id']}"
    calls.send("PUT", path, created, If_Match='W/"1"')
    assert calls.send("DELETE", path, If_Match='W/"1"').status_code == 412
    assert calls.get(path).status_code == 200
    assert calls.send("DELETE", path, If_Match='W/"2"').status_code == 204


def test_change_of_what_is_deleted_is_stale_and_it_can_be_put_back(calls: FhirCalls) -> None:
    created = made(calls)
    path = f"Basic/{created['id']}"
    calls.send("DELETE", path)
    assert calls.send("PUT", path, created, If_Match='W/"1"').status_code == 412
    assert calls.send("PUT", path, created).status_code == 428
    back = calls.send("PUT", path, created, If_Match='W/"2"')
    assert (back.status_code, back.headers["etag"]) == (200, 'W/"3"')
    assert calls.get(path).status_code == 200
    assert created["id"] not in [one["id"] for one in calls.all_of("Basic?_deleted=true")]


def test_deleted_is_found_by_no_search_and_no_condition(calls: FhirCalls) -> None:
    tag = [{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:slettes"}]
    query = "identifier=urn:ietf:rfc:3986|urn:uuid:slettes"
    first = calls.send("POST", "Basic", basic("a", identifier=tag), If_None_Exist=query)
    calls.send("DELETE", f"Basic/{first.json()['id']}")
    assert calls.count(f"Basic?{query}") == 0
    again = calls.send("POST", "Basic", basic("a", identifier=tag), If_None_Exist=query)
    assert again.status_code == 201
    assert again.json()["id"] != first.json()["id"]


def test_tombstones_since_a_moment(calls: FhirCalls) -> None:
    before = made(calls)
    calls.send("DELETE", f"Basic/{before['id']}")
    victims = [made(calls) for _ in range(3)]
    for one in victims:
        calls.send("DELETE", f"Basic/{one['id']}")
    stamp = victims[0]["meta"]["lastUpdated"]
    found = calls.all_of(f"Basic?_deleted=true&_lastUpdated=ge{stamp}&_sort=_lastUpdated&_count=2")
    wanted = {one["id"] for one in victims}
    assert [one["id"] for one in found if one["id"] in wanted] == [one["id"] for one in victims]
    assert all(
        set(one) == {"resourceType", "id", "meta"} and set(one["meta"]) == {"lastUpdated"} for one in found
    )
    assert calls.get("Basic?_deleted=true&identifier=x").status_code == 400
    assert calls.count("Basic?_deleted=true") >= 4


def test_history_of_a_type_holds_every_version_once_over_its_pages(calls: FhirCalls) -> None:
    created = [made(calls, str(number)) for number in range(5)]
    since = created[0]["meta"]["lastUpdated"]
    first = calls.send("PUT", f"Basic/{created[0]['id']}", created[0], If_Match='W/"1"').json()
    calls.send("DELETE", f"Basic/{created[1]['id']}")
    found: list[dict[str, Any]] = []
    for page in pages(calls, f"Basic/_history?_since={quote(since)}&_count=3"):
        assert page["type"] == "history"
        assert len(page["entry"]) <= 3
        assert page["total"] >= 7
        get_fhir_model_class("Bundle").model_validate(page)
        found += page["entry"]
    about = {one["id"] for one in created}
    told = [
        (entry["request"]["method"], entry["fullUrl"].rpartition("/")[2], entry["response"]["etag"])
        for entry in found
        if entry["fullUrl"].rpartition("/")[2] in about
    ]
    assert len(told) == len(set(told)) == 7
    assert told[0] == ("DELETE", created[1]["id"], 'W/"2"')
    assert told[1] == ("PUT", first["id"], 'W/"2"')
    stamps = [entry["response"]["lastModified"] for entry in found]
    assert stamps == sorted(stamps, reverse=True)
    assert min(stamps) >= since


def test_history_since_later_is_empty_and_words_are_checked(calls: FhirCalls) -> None:
    empty = calls.get("Basic/_history?_since=2100-01-01T00:00:00Z").json()
    assert (empty["total"], empty.get("entry")) == (0, None)
    for query in ("_since=igår", "_count=mange", "_page=finnes-ikke"):
        assert calls.get(f"Basic/_history?{query}").status_code in {400, 410}
    assert calls.get("Basic/_history?_at=2026", Prefer="handling=strict").status_code == 400


def test_batch_answers_each_entry_for_itself(calls: FhirCalls) -> None:
    standing = made(calls)
    gone = made(calls)
    entries = [
        {"request": {"method": "POST", "url": "Basic"}, "resource": basic("ny")},
        {
            "request": {"method": "PUT", "url": f"Basic/{standing['id']}", "ifMatch": 'W/"9"'},
            "resource": standing,
        },
        {"request": {"method": "DELETE", "url": f"Basic/{gone['id']}"}},
        {"request": {"method": "GET", "url": f"Basic/{standing['id']}"}},
        {"request": {"method": "GET", "url": "Basic?_summary=count"}},
        {"request": {"method": "POST", "url": "Observation"}, "resource": {"resourceType": "Observation"}},
        {"request": {"method": "GET", "url": "Pasient/x"}},
        {"request": {"method": "GET", "url": f"Basic/{standing['id']}", "ifNoneMatch": 'W/"1"'}},
        "hva",
    ]
    answer = calls.send("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": entries})
    bundle = answer.json()
    assert (answer.status_code, bundle["type"]) == (200, "batch-response")
    statuses = [entry["response"]["status"][:3] for entry in bundle["entry"]]
    assert statuses == ["201", "412", "204", "200", "200", "422", "400", "304", "400"]
    assert bundle["entry"][0]["response"]["etag"] == 'W/"1"'
    assert bundle["entry"][0]["response"]["location"].endswith("/_history/1")
    assert bundle["entry"][1]["response"]["outcome"]["issue"][0]["code"] == "conflict"
    assert bundle["entry"][3]["resource"] == standing
    assert bundle["entry"][4]["resource"]["type"] == "searchset"
    assert calls.get(f"Basic/{gone['id']}").status_code == 410
    get_fhir_model_class("Bundle").model_validate(bundle)


def test_batch_reaches_no_further_than_the_sign_in(room: SandboxRoom, calls: FhirCalls) -> None:
    narrow = room.fhir(scope="openid user/Basic.cr")
    standing = made(calls)
    entries = [
        {"request": {"method": "POST", "url": "Basic"}, "resource": basic("ny")},
        {"request": {"method": "DELETE", "url": f"Basic/{standing['id']}"}},
        {"request": {"method": "GET", "url": "Patient"}},
    ]
    bundle = narrow.send("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": entries}).json()
    assert [entry["response"]["status"][:3] for entry in bundle["entry"]] == ["201", "403", "403"]
    assert narrow.send("DELETE", f"Basic/{standing['id']}").status_code == 403
    assert narrow.get("Basic/_history").status_code == 403
    assert calls.get(f"Basic/{standing['id']}").status_code == 200


def test_search_that_finds_the_same_is_not_told_again(calls: FhirCalls) -> None:
    flag = calls.send("POST", "Basic", basic("tag")).json()
    query = f"Basic?_id={flag['id']}"
    first = calls.get(query)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    again = calls.get(query, If_None_Match=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["date"]
    calls.send("PUT", f"Basic/{flag['id']}", flag, If_Match='W/"1"')
    changed = calls.get(query, If_None_Match=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    calls.send("DELETE", f"Basic/{flag['id']}")
    assert calls.get(query, If_None_Match=changed.headers["etag"]).status_code == 200


def test_search_over_several_pages_has_no_tag(calls: FhirCalls) -> None:
    made(calls)
    made(calls)
    assert "etag" not in calls.get("Basic?_count=1").headers


def test_deletes_survive_a_restart_of_the_journal(room: SandboxRoom, calls: FhirCalls) -> None:
    visit = calls.get("Appointment?_count=1").json()["entry"][0]["resource"]["id"]
    calls.send("DELETE", f"Appointment/{visit}")
    room.end()
    room.start()
    assert calls.get(f"Appointment/{visit}").status_code == 410
    assert visit in [one["id"] for one in calls.all_of("Appointment?_deleted=true")]


def test_statement_says_all_of_it(room: SandboxRoom) -> None:
    rest = room.http.get(f"{room.base}/metadata").json()["rest"][0]
    basic_type = next(resource for resource in rest["resource"] if resource["type"] == "Basic")
    codes = {interaction["code"] for interaction in basic_type["interaction"]}
    assert {"delete", "history-type", "history-instance", "vread"} <= codes
    assert "_deleted" in {parameter["name"] for parameter in basic_type["searchParam"]}
    assert basic_type["conditionalRead"] == "not-match"
    assert {interaction["code"] for interaction in rest["interaction"]} == {"transaction", "batch"}

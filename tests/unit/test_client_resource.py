"""Exact slices, headers of messy resources, pages and answers to writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from client.answer import Answer
from client.bundle import read_bundle, read_etag, read_location, read_page
from client.capability import read_capabilities
from client.errors import ErrorKind, JournalError
from client.resource import is_id, read_resource
from client.written import read_parts, read_written

_NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
_SHARED = Path(__file__).parents[3] / "shared" / "data"
_EXAMPLES = Path(__file__).parents[2] / ".peers" / "hl7.fhir.r4.examples"


def _answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"content-type": "application/fhir+json", **named}, body, None, _NOW)


def test_the_slice_is_exactly_what_came() -> None:
    odd = b'{ "resourceType":"Observation",\n\t"id" : "a.b-c_D","x":[1.50, 1e2,"\\u00e6"],"meta":{"versionId":"7"} }'
    page = b'{"resourceType":"Bundle","entry":[ {"resource":  ' + odd + b' ,"search":{"mode":"match"}}]}'
    one = read_page(read_bundle(page), "Observation", None).resources[0]
    assert (one.type, one.id, one.version_id, one.last_updated) == ("Observation", "a.b-c_D", "7", "")
    assert one.body == odd
    assert b"1.50" in one.body


@pytest.mark.parametrize("meta", ["null", "[]", '"x"', '{"versionId":3}', "{}"])
def test_a_header_without_usable_meta_is_accepted(meta: str) -> None:
    one = read_resource(f'{{"resourceType":"Patient","id":"x","meta":{meta}}}'.encode())
    assert (one.version_id, one.last_updated) == ("", "")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", ErrorKind.NOT_FHIR),
        (b"[]", ErrorKind.NOT_FHIR),
        (b'{"resourceType":7}', ErrorKind.NOT_FHIR),
        (b'{"resourceType":"Patient/../x","id":"1"}', ErrorKind.NOT_FHIR),
        (b'{"resourceType":"Patient","id":".."}', ErrorKind.BROKEN),
        (b'{"resourceType":"Patient","id":"a/b"}', ErrorKind.BROKEN),
    ],
)
def test_what_is_no_resource_is_refused(body: bytes, kind: ErrorKind) -> None:
    with pytest.raises(JournalError) as refusal:
        read_resource(body)
    assert refusal.value.kind is kind


@pytest.mark.parametrize("id_", ["", ".", "..", "a/b", "a b", "a\n", "a%2f", "æ", "x" * 257])
def test_ids_that_are_none(id_: str) -> None:
    assert not is_id(id_)


def test_a_page_separates_matches_included_and_warnings() -> None:
    entries = [
        {"resource": {"resourceType": "Appointment", "id": "1"}, "search": {"mode": "match"}},
        {"resource": {"resourceType": "Patient", "id": "p"}, "search": {"mode": "include"}},
        {"resource": {"resourceType": "Location", "id": "l"}},
        {"resource": {"resourceType": "Appointment", "id": "2"}},
        {
            "resource": {
                "resourceType": "OperationOutcome",
                "issue": [
                    {
                        "severity": "warning",
                        "code": "x",
                        "details": {"coding": [{"code": "4119"}], "text": "Se!"},
                    }
                ],
            },
            "search": {"mode": "outcome"},
        },
        {"response": {"status": "204"}},
    ]
    body = json.dumps(
        {"resourceType": "Bundle", "total": 50, "entry": entries, "link": [{"relation": "next", "url": "?p"}]}
    )
    page = read_page(read_bundle(body.encode()), "Appointment", _NOW)
    assert [one.id for one in page.resources] == ["1", "2"]
    assert [one.id for one in page.included] == ["p", "l"]
    assert [(one.codes, one.text) for one in page.warnings] == [(("4119",), "Se!")]
    assert (page.total, page.is_last, page.server_time) == (50, False, _NOW)


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (
            {"resource": {"resourceType": "Patient", "id": "1"}, "search": {"mode": "match"}},
            ErrorKind.WRONG_RESOURCE,
        ),
        ({"resource": {"resourceType": "Task"}, "search": {"mode": "match"}}, ErrorKind.BROKEN),
    ],
)
def test_a_match_of_another_type_or_without_id_is_refused(entry: dict[str, object], kind: ErrorKind) -> None:
    body = json.dumps({"resourceType": "Bundle", "entry": [entry]}).encode()
    with pytest.raises(JournalError) as refusal:
        read_page(read_bundle(body), "Task", None)
    assert refusal.value.kind is kind


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://j.example/fhir/Observation/12/_history/3", ("Observation", "12", "3")),
        ("Observation/e.-_9", ("Observation", "e.-_9", "")),
        ("/fhir/Observation/12/", ("Observation", "12", "")),
        ("https://j.example/Observation", ("", "", "")),
        ("Observation/a%20b", ("", "", "")),
        ("https://[::1/Observation/12", ("", "", "")),
        ("", ("", "", "")),
    ],
)
def test_locations(location: str, expected: tuple[str, str, str]) -> None:
    assert read_location(location) == expected


def test_etags() -> None:
    assert [read_etag(one) for one in ('W/"a-b"', '"7"', "7", "", 'W/"')] == ["a-b", "7", "", "", ""]


def test_a_write_is_acknowledged_by_location_or_by_its_copy() -> None:
    relative = read_written(_answer(201, location="Observation/5"), "Observation")
    assert (relative.id, relative.version_id, relative.created, relative.body) == ("5", "", True, None)
    copy = b'{"resourceType":"Observation","id":"5","meta":{"versionId":"2"}}'
    again = read_written(_answer(200, copy), "Observation")
    assert (again.id, again.version_id, again.created, again.body) == ("5", "2", False, copy)


def test_an_update_may_be_acknowledged_without_a_word() -> None:
    """204, no body, no Location: what was updated is known by the address. Fault: H16."""
    told = read_written(_answer(204), "Task", "t1")
    assert (told.id, told.version_id, told.created, told.body) == ("t1", "", False, None)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (_answer(201), ErrorKind.BROKEN),
        (_answer(204), ErrorKind.BROKEN),
        (
            _answer(201, b'{"resourceType":"Patient","id":"5"}', location="Observation/5"),
            ErrorKind.WRONG_RESOURCE,
        ),
        (
            _answer(201, b'{"resourceType":"Observation","id":"6"}', location="Observation/5"),
            ErrorKind.WRONG_RESOURCE,
        ),
        (_answer(201, b'{"resourceType":"Obs', location="Observation/5"), ErrorKind.BROKEN),
        (_answer(200, b"<html>", content_type="text/html"), ErrorKind.NOT_FHIR),
    ],
)
def test_an_acknowledgement_of_nothing_leaves_the_write_open(answer: Answer, kind: ErrorKind) -> None:
    """Fault: H15, H16, H14."""
    with pytest.raises(JournalError) as refusal:
        read_written(answer, "Observation")
    assert (refusal.value.kind, refusal.value.may_be_applied) == (kind, True)


def test_each_part_of_a_transaction_has_its_own_answer() -> None:
    entries = [
        {"response": {"status": "201 Created", "location": "Observation/1/_history/1", "etag": 'W/"1"'}},
        {
            "response": {"status": "200"},
            "resource": {"resourceType": "Task", "id": "t", "meta": {"versionId": "9"}},
        },
        {
            "response": {
                "status": "412",
                "outcome": {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "stale"}]},
            }
        },
        {},
    ]
    body = json.dumps({"resourceType": "Bundle", "type": "transaction-response", "entry": entries}).encode()
    parts = read_parts(_answer(200, body), 4)
    assert [(one.status, one.type, one.id, one.version_id) for one in parts] == [
        (201, "Observation", "1", "1"),
        (200, "Task", "t", "9"),
        (412, "", "", ""),
        (0, "", "", ""),
    ]
    assert parts[2].outcome[0].text == "stale"
    with pytest.raises(JournalError) as refusal:
        read_parts(_answer(200, body), 3)
    assert refusal.value.may_be_applied


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("9" * 40, 86_400.0),
        ("Mon, 23 Nov 2026 08:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2020 08:00:30 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(text: str, expected: float | None) -> None:
    assert _answer(429, retry_after=text).retry_after == expected


@pytest.mark.needs("shared")
def test_a_nordic_epic_offers_little() -> None:
    epic = read_capabilities((_SHARED / "epic" / "CapabilityStatement-nordic-epic-2022.json").read_bytes())
    assert epic.can("Observation", "create")
    assert epic.can("Task", "update")
    assert not epic.can("CarePlan", "update")
    assert not epic.can("Observation", "history-instance")
    assert epic.has_search("Observation", "category")
    assert not any(epic.has_search(one, "_lastUpdated") for one in epic.types)
    assert not any(epic.conditional_create(one) or epic.conditional_update(one) for one in epic.types)
    assert not epic.transaction


@pytest.mark.needs("hl7-examples")
def test_every_bundle_of_the_examples_is_sliced_without_losing_a_byte() -> None:
    seen = 0
    for path in sorted(_EXAMPLES.glob("Bundle-*.json")):
        body = path.read_bytes()
        if len(body) > 3_000_000:
            continue
        whole = [one["resource"] for one in json.loads(body).get("entry", ()) if "resource" in one]
        bundle = read_bundle(body)
        slices = [bytes(one.resource) for one in bundle.entry or () if bytes(one.resource) != b"null"]
        assert [json.loads(one) for one in slices] == whole
        assert all(one in body for one in slices)
        seen += len(slices)
    assert seen > 500

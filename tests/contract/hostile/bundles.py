"""Bundles of another form, with other content than was asked for, or too much of it."""

from __future__ import annotations

import json

from tests.contract.hostile.case import SECRET, Case, body


def _bundle(*entries: object, **more: object) -> bytes:
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries, **more}).encode()


def _match(
    id_: str = "1", type_: str = "Observation", mode: object = "match", **more: object
) -> dict[str, object]:
    return {"resource": {"resourceType": type_, "id": id_, **more}, "search": {"mode": mode}}


def _gone(url: str, method: str = "DELETE") -> bytes:
    return _bundle({"request": {"method": method, "url": url}, "response": {"status": "204"}}, type="history")


_ISSUE = {"severity": "error", "diagnostics": SECRET * 500}
_SEARCHED = {
    "an entry that is a number": (_bundle(7), "not-fhir"),
    "entries that are an object": (json.dumps({"resourceType": "Bundle", "entry": {}}).encode(), "not-fhir"),
    "an entry that is null": (_bundle(None), "not-fhir"),
    "a resource that is a string": (_bundle({"resource": SECRET}), "not-fhir"),
    "a resource that is a list": (_bundle({"resource": []}), "not-fhir"),
    "a resource of no type": (_bundle({"resource": {"id": "1"}}), "not-fhir"),
    "no Bundle": (b'{"resourceType":"List","entry":[]}', "not-fhir"),
    "a single resource in place of a Bundle": (b'{"resourceType":"Observation","id":"1"}', "not-fhir"),
    "a Bundle within the Bundle": (_bundle(_match(type_="Bundle")), "wrong-resource"),
    "a match of another type": (_bundle(_match(type_="Patient")), "wrong-resource"),
    "a good match and one of another type": (_bundle(_match(), _match("2", "Task")), "wrong-resource"),
    "a match without an id": (_bundle({"resource": {"resourceType": "Observation"}}), "broken"),
    "a mode that is a number": (_bundle(_match(mode=1)), "not-fhir"),
    "a mode that nobody knows": (_bundle(_match(mode=SECRET)), "gives 1"),
    "a total that is a text": (_bundle(_match(), total="1"), "not-fhir"),
    "a total of 40 digits": (_bundle(_match(), total=10**40), "gives 1"),
    "a total below nothing": (_bundle(_match(), total=-5), "gives 1"),
    "links that are an object": (_bundle(_match(), link={}), "not-fhir"),
    "the same match twice": (_bundle(_match(), _match()), "gives 1 1"),
    "a full address elsewhere": (
        _bundle(_match() | {"fullUrl": "http://evil.example/Observation/1"}),
        "gives 1",
    ),
    "a request in a search": (
        _bundle(_match() | {"request": {"method": "DELETE", "url": "Patient/p1"}}),
        "gives 1",
    ),
    "a resource said to be an outcome": (_bundle(_match(mode="outcome")), "gives "),
    "an outcome said to be a match": (
        _bundle(
            {"resource": {"resourceType": "OperationOutcome", "issue": [_ISSUE]}, "search": {"mode": "match"}}
        ),
        "gives ",
    ),
    "an outcome of another shape": (
        _bundle({"resource": {"resourceType": "OperationOutcome", "issue": {"x": [1]}}}),
        "gives ",
    ),
}
_COUNTED = {
    "no total": (_bundle(), "broken"),
    "a total below nothing, counted": (_bundle(total=-1), "broken"),
    "a total in quotes": (_bundle(total="4"), "not-fhir"),
    "a total that is true": (_bundle(total=True), "not-fhir"),
    "a total of four and a half": (_bundle(total=4.5), "not-fhir"),
    "a total that no store can hold": (_bundle(total=2**70), "broken"),
}
_DELETED = {
    "a deletion of nothing": (_gone(""), "broken"),
    "a deletion of another type": (_gone("Patient/p1"), "broken"),
    "a deletion with steps": (_gone("Observation/.."), "broken"),
    "a deletion with an encoded slash": (_gone("Observation/1%2f2"), "broken"),
    "a deletion at a bracket left open": (_gone("http://[::1/Observation/1"), "broken"),
    "a deletion in other letters": (_gone("Observation/1", "delete"), "gives "),
}
_VERSIONS = {
    "a version of another patient": (_bundle(_match("p2", "Patient")), "wrong-resource"),
    "a version of another type": (_bundle(_match("p1", "Person")), "wrong-resource"),
}
_STATEMENTS = {
    "no capability statement": (b'{"resourceType":"Patient","id":"p1"}', "not-fhir"),
    "a rest that is an object": (b'{"resourceType":"CapabilityStatement","rest":{}}', "not-fhir"),
    "a type that is an object": (
        b'{"resourceType":"CapabilityStatement","rest":[{"resource":[{"type":{}}]}]}',
        "not-fhir",
    ),
    "a statement of 100,000 types": (
        json.dumps(
            {
                "resourceType": "CapabilityStatement",
                "rest": [{"resource": [{"type": f"T{n}"} for n in range(100_000)]}],
            }
        ).encode(),
        "gives 100000",
    ),
    "a statement that leads elsewhere": (
        b'{"resourceType":"CapabilityStatement","implementation":{"url":"http://evil.example"},"rest":[]}',
        "gives 0",
    ),
}

CASES = [
    *(Case(f"search: {name}", "search", body(content), ends) for name, (content, ends) in _SEARCHED.items()),
    *(Case(f"count: {name}", "count", body(content), ends) for name, (content, ends) in _COUNTED.items()),
    *(
        Case(f"history: {name}", "deletions", body(content), ends)
        for name, (content, ends) in _DELETED.items()
    ),
    *(
        Case(f"versions: {name}", "history", body(content), ends)
        for name, (content, ends) in _VERSIONS.items()
    ),
    *(
        Case(f"metadata: {name}", "capabilities", body(content), ends)
        for name, (content, ends) in _STATEMENTS.items()
    ),
    Case("a tombstone with content", "tombstones", body(_bundle(_match(status="final"))), "gives "),
    Case("a tombstone of another type", "tombstones", body(_bundle(_match(type_="Patient"))), "gives "),
]

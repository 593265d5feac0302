"""Answers to writes that acknowledge something else, or nothing: the entry stays open, and is never called delivered."""

from __future__ import annotations

import json

from tests.contract.hostile.case import SECRET, Case, headed

_COPY = b'{"resourceType":"Observation","id":"5"}'
_OTHER_ID = b'{"resourceType":"Observation","id":"6"}'
_PATIENT = b'{"resourceType":"Patient","id":"5"}'
_OUTCOME = json.dumps({"resourceType": "OperationOutcome", "issue": [{"diagnostics": SECRET}]}).encode()
_TO_A_CREATE: dict[str, tuple[int, bytes, list[str], str]] = {
    "no word of what was made": (201, b"", [], "broken open"),
    "accepted, for later": (202, b"", [], "broken open"),
    "no content": (204, b"", [], "broken open"),
    "part of the content": (206, _COPY[:-3], ["Location: Observation/5"], "broken open"),
    "a location of another type": (201, b"", ["Location: {base}/Patient/5"], "broken open"),
    "a location with steps": (201, b"", ["Location: {base}/Observation/.."], "broken open"),
    "a location that steps on": (201, b"", ["Location: Observation/5/../../Patient/1"], "broken open"),
    "a location with an encoded slash": (201, b"", ["Location: Observation/5%2f6"], "broken open"),
    "a location at a bracket left open": (201, b"", ["Location: http://[::1/Observation/5"], "broken open"),
    "a location with a letter that turns into a slash": (
        201,
        b"",
        ["Location: http://a\u2100.example/Observation/5"],
        "broken open",
    ),
    "a location of 60,000 characters": (201, b"", ["Location: Observation/" + "x" * 60_000], "broken open"),
    "a location elsewhere": (201, b"", ["Location: {evil}/fhir/Observation/5"], "gives 5"),
    "a copy of another type": (201, _PATIENT, ["Location: Observation/5"], "wrong-resource open"),
    "a copy of another id": (201, _OTHER_ID, ["Location: Observation/5"], "wrong-resource open"),
    "a cut copy": (201, _COPY[:-3], ["Location: Observation/5"], "broken open"),
    "a copy with an id twice": (201, _COPY[:-1] + b',"id":"6"}', [], "broken open"),
    "a copy with steps as its id": (201, _COPY.replace(b'"5"', b'"../5"'), [], "broken open"),
    "a page in place of a copy": (200, b"<html>" + SECRET.encode(), [], "broken open"),
    "an outcome alone": (200, _OUTCOME, [], "broken open"),
    "a Bundle in place of a copy": (200, b'{"resourceType":"Bundle","id":"5"}', [], "wrong-resource open"),
    "a version tag that is none": (201, b"", ["Location: Observation/5", 'ETag: W/"3'], "gives 5"),
    "a version tag with more behind it": (201, b"", ["Location: Observation/5", 'ETag: "1", "2"'], "gives 5"),
    "two locations": (201, b"", ["Location: Observation/5", "Location: Observation/6"], "broken open"),
}
_TO_AN_UPDATE: dict[str, tuple[int, bytes, list[str], str]] = {
    "a location of another patient": (200, b"", ["Location: Patient/p2"], "wrong-resource open"),
    "a copy of another patient": (200, b'{"resourceType":"Patient","id":"p2"}', [], "wrong-resource open"),
    "a copy of another kind": (200, b'{"resourceType":"Person","id":"p1"}', [], "wrong-resource open"),
    "an update made elsewhere": (201, b"", ["Location: {evil}/fhir/Patient/p2"], "wrong-resource open"),
}


def _parts(*entries: object) -> bytes:
    return json.dumps({"resourceType": "Bundle", "type": "transaction-response", "entry": entries}).encode()


_MADE = {"response": {"status": "201 Created", "location": "Observation/1/_history/1"}}
_TO_A_TRANSACTION = {
    "an answer for one of two parts": (_parts(_MADE), "broken open"),
    "an answer for three of two parts": (_parts(_MADE, _MADE, _MADE), "broken open"),
    "no answers": (_parts(), "broken open"),
    "parts that are null": (_parts(None, None), "not-fhir open"),
    "no Bundle for the parts": (_OUTCOME, "not-fhir open"),
    "a part's status in words": (_parts(_MADE, {"response": {"status": "fine"}}), "gives 201:1 0:"),
    "a part's status that is a number": (_parts(_MADE, {"response": {"status": 201}}), "not-fhir open"),
    "a part without a location": (_parts(_MADE, {"response": {"status": "201"}}), "gives 201:1 201:"),
    "a part's location with steps": (
        _parts(_MADE, {"response": {"status": "201", "location": "Observation/.."}}),
        "gives 201:1 201:",
    ),
    "a part's location at a bracket left open": (
        _parts(_MADE, {"response": {"status": "201", "location": "//[/Observation/2"}}),
        "gives 201:1 201:",
    ),
    "a part's copy that is no resource": (
        _parts(_MADE, {"response": {"status": "201"}, "resource": [1]}),
        "gives 201:1 201:",
    ),
    "a part's status past 999": (_parts(_MADE, {"response": {"status": "2010"}}), "gives 201:1 201:"),
}

CASES = [
    *(
        Case(f"create: {name}", "create", headed(status, content, *headers), ends)
        for name, (status, content, headers, ends) in _TO_A_CREATE.items()
    ),
    *(
        Case(f"update: {name}", "update", headed(status, content, *headers), ends)
        for name, (status, content, headers, ends) in _TO_AN_UPDATE.items()
    ),
    *(
        Case(f"transaction: {name}", "transaction", headed(200, content), ends)
        for name, (content, ends) in _TO_A_TRANSACTION.items()
    ),
]

"""Answers that point elsewhere by a header: redirects, proxies, challenges, other ways to the same journal."""

from __future__ import annotations

import json

from tests.contract.hostile.bodies import PATIENT
from tests.contract.hostile.case import SECRET, Case, headed

_OUTCOME = json.dumps(
    {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "diagnostics": f"{SECRET} \x1b]0;x\x07"}],
    }
).encode()
_AWAY = "Location: {evil}/fhir/Patient/p1"
_NEAR = {
    "a redirect without an address": (302, []),
    "a redirect to itself": (302, ["Location: {base}/Patient/p1"]),
    "several to choose from": (300, []),
    "not modified, unasked": (304, []),
    "an unused status": (306, []),
}
_AT_ONCE = {
    "a refresh to another server": ["Refresh: 0; url={evil}/fhir/Patient/p1"],
    "another way to the journal": ['Alt-Svc: h2="{evil}"; ma=99999'],
    "a content said to lie elsewhere": ["Content-Location: {evil}/fhir/Patient/p1", _AWAY],
    "links to load before": ["Link: <{evil}/x>; rel=preload", "Link: <{evil}/y>; rel=next"],
    "a cookie for every host": ["Set-Cookie: a=b; Domain=.0.0.1; Path=/"],
    "a place to report to": ['Reporting-Endpoints: x="{evil}/r"', 'NEL: {"report_to":"x"}'],
}
_REFUSALS = {
    "a challenge of Basic": (401, ["WWW-Authenticate: Basic realm=x"], "unauthorized"),
    "a challenge of Negotiate": (401, ["WWW-Authenticate: Negotiate"], "unauthorized"),
    "a challenge that names another issuer": (
        401,
        ['WWW-Authenticate: Bearer as_uri="{evil}"'],
        "unauthorized",
    ),
    "a proxy that wants a password": (407, ["Proxy-Authenticate: Basic realm=x"], "refused"),
    "a network that wants a sign-in": (511, ["Location: {evil}/login"], "server-fault"),
    "a wait of 40 digits": (429, ["Retry-After: " + "9" * 40], "too-many"),
    "a wait below nothing": (429, ["Retry-After: -1"], "too-many"),
    "a wait until the last year": (503, ["Retry-After: Fri, 31 Dec 9999 23:59:59 -2359"], "server-fault"),
    "a wait until no time": (503, ["Retry-After: Thu, 99 Foo 2026 99:99:99 GMT"], "server-fault"),
    "a status that nobody knows": (499, [], "refused"),
    "a status of 599": (599, [], "server-fault"),
}

CASES = [
    *(
        Case(
            f"a redirect of {status} to another server", "read", headed(status, PATIENT, _AWAY), "off-origin"
        )
        for status in (300, 301, 302, 303, 305, 307, 308)
    ),
    *(
        Case(f"a write redirected by {status}", "create", headed(status, b"", _AWAY), "off-origin open")
        for status in (301, 302, 303, 307, 308)
    ),
    *(
        Case(name, "read", headed(status, b"", *headers), "not-fhir")
        for name, (status, headers) in _NEAR.items()
    ),
    *(Case(name, "read", headed(200, PATIENT, *headers), "gives p1") for name, headers in _AT_ONCE.items()),
    *(
        Case(name, "read", headed(status, _OUTCOME, *headers), kind)
        for name, (status, headers, kind) in _REFUSALS.items()
    ),
    Case("a search redirected", "search", headed(307, b"", _AWAY), "off-origin"),
    Case("a search in the body redirected", "search in body", headed(308, b"", _AWAY), "off-origin"),
    Case(
        "a redirect to a bracket that is left open",
        "read",
        headed(302, b"", "Location: http://[::1/x"),
        "off-origin",
    ),
    Case(
        "a clock at the last second of all",
        "read",
        headed(200, PATIENT, "Date: Fri, 31 Dec 9999 23:59:59 -2359"),
        "gives p1",
    ),
    Case("a clock of no time", "read", headed(200, PATIENT, "Date: " + "9" * 5000), "gives p1"),
    Case("a refusal 150 lists deep", "read", headed(422, b"[" * 150 + b"]" * 150), "refused"),
    Case("a refusal 9,999 lists deep", "read", headed(422, b"[" * 9999 + b"]" * 9999), "refused"),
    Case(
        "a refusal with a name twice",
        "read",
        headed(422, b'{"resourceType":"OperationOutcome","issue":[],"issue":[]}'),
        "refused",
    ),
    Case("a refusal that is a page", "read", headed(400, b"<html>" + SECRET.encode()), "refused"),
]

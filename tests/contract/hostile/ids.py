"""Ids that are steps in a path, or no ids: refused wherever a journal puts them."""

from __future__ import annotations

import json

from tests.contract.hostile.case import Case, body

_IDS = {
    "a step up": "..",
    "a step to itself": ".",
    "a slash": "a/b",
    "a way out of the base": "../../admin",
    "an encoded slash": "a%2fb",
    "encoded steps": "%2e%2e",
    "a backslash": "a\\b",
    "a query": "1?_format=xml",
    "a fragment": "1#x",
    "a blank": "a b",
    "a line feed at the end": "1\n",
    "a line break and a header": "1\r\nX-Evil: 1",
    "a NUL": "1\x00",
    "a right-to-left mark": "1\u202e",
    "letters of another width": "\uff50\uff11",
    "a letter past ASCII": "ø1",
    "an address": "http://evil.example/Observation/1",
    "257 characters": "x" * 257,
    "a command to the shell": "$(reboot)",
    "a statement in SQL": "1'--",
}


def _page(id_: str, mode: str = "match") -> bytes:
    resource = {"resourceType": "Observation" if mode == "match" else "Patient", "id": id_}
    return json.dumps(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": resource, "search": {"mode": mode}}],
        }
    ).encode()


CASES = [
    *(Case(f"an id in a page: {name}", "search", body(_page(id_)), "broken") for name, id_ in _IDS.items()),
    Case("an included id with steps", "search", body(_page("../x", "include")), "broken"),
    Case("an id with steps, read alone", "read", body(b'{"resourceType":"Patient","id":"../p1"}'), "broken"),
    Case("an id of 256 characters", "search", body(_page("x" * 256)), f"gives {'x' * 256}"),
    Case("an id of Epic's kind", "search", body(_page("eAbC.12-3_x")), "gives eAbC.12-3_x"),
]

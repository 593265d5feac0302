"""Links to a next page that lead away, or nowhere, or round in a ring."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.contract.hostile.case import SECRET, Case, Moment
from tests.contract.scripted_server import Reply, reply

if TYPE_CHECKING:
    from collections.abc import Callable

_LOST = {
    "another server": "{evil}/fhir?p=2",
    "another server without a scheme": "//{evil_host}/fhir?p=2",
    "another server behind ours as a user": "http://{host}@{evil_host}/fhir?p=2",
    "another server behind ours and a password": "http://{host}:80@{evil_host}/fhir?p=2",
    "another server with our name before it": "http://{host}.evil.example/fhir?p=2",
    "another server after a backslash": "http://{evil_host}\\@{host}{path}?p=2",
    "two backslashes": "\\\\{evil_host}\\fhir",
    "a slash and a backslash": "/\\{evil_host}/fhir",
    "a tab in the scheme": "ht\ttp://{evil_host}/fhir",
    "a line feed in the host": "http://{host}\n.evil.example/fhir",
    "blanks before the address": "  {evil}/fhir",
    "this machine by another name": "http://localhost.evil.example:{evil_port}/fhir",
    "this machine by a number": "http://2130706433:{evil_port}/fhir",
    "this machine in octal": "http://0177.0.0.1:{evil_port}/fhir",
    "this machine in short": "http://127.1:{evil_port}/fhir",
    "this machine over IPv6": "http://[::ffff:127.0.0.1]:{evil_port}/fhir",
    "a dot behind the host": "http://127.0.0.1.:{evil_port}/fhir",
    "another port of ours": "http://127.0.0.1:{evil_port}/fhir?p=2",
    "a port that is none": "http://127.0.0.1:x/fhir",
    "a port past the last": "http://127.0.0.1:99999/fhir",
    "a bracket that is left open": "http://[::1/fhir",
    "a letter that turns into a slash": "http://a\u2100.example/fhir",
    "digits of another width": "http://１２７.0.0.1/fhir",
    "a file": "file:///etc/passwd",
    "a script": "javascript:alert(1)",
    "data": "data:application/fhir+json,%7B%7D",
    "a socket": "ws://{evil_host}/fhir",
    "ftp": "ftp://{evil_host}/fhir",
    "a path beside the base": "{address}/other?p=2",
    "a path that begins like the base": "{base}x?p=2",
    "steps out of the base": "{base}/../admin",
    "steps out and back in": "{base}/../../{path}/admin/../../../x",
    "encoded steps": "{base}/%2e%2e/%2E%2E/admin",
    "steps encoded twice": "{base}/%252e%252e/admin",
    "backslashes as steps": "{base}\\..\\admin",
    "encoded backslashes as steps": "{base}/%5c..%5cadmin",
    "a header behind a line break": "{base}?p=2\r\nX-Evil: 1",
    "a NUL": "{base}?p=2\x00",
    "an encoded NUL in the path": "{base}/%00",
    "a blank": "{base}?p= 2",
    "100,000 characters": "{base}?p=" + "a" * 100_000,
}
_HELD = {
    "a link with our host in capitals": "HTTP://{host}{path}?p=2",
    "a link with the port twice": "http://{host}:443{path}?p=2",
    "a link of a query alone": "?p=2",
    "a link of a type and a query": "Observation?p=2",
    "a link with a part behind it": "{base}?p=2#/evil.example",
    "a link with another address in its query": "{base}?p={evil}/fhir",
}


def _filled(link: str, moment: Moment) -> str:
    places = moment.places
    values = {
        "address": places.address,
        "base": places.base,
        "path": places.path,
        "host": places.host,
        "evil": places.evil,
        "evil_host": places.evil_host,
        "evil_port": places.evil_host.rpartition(":")[2],
    }
    for name, value in values.items():
        link = link.replace(f"{{{name}}}", value)
    return link


def _page(id_: str, *links: object) -> Reply:
    entry = {"resource": {"resourceType": "Observation", "id": id_}, "search": {"mode": "match"}}
    told = [{"relation": "next", "url": one} for one in links]
    return reply(200, json.dumps({"resourceType": "Bundle", "entry": [entry], "link": told}).encode())


def _once(link: str) -> Callable[[Moment], Reply]:
    """Serve a first page with the link, and behind it a last one."""
    return lambda moment: _page("1", _filled(link, moment)) if moment.number == 0 else _page("2")


def _ring(size: int) -> Callable[[Moment], Reply]:
    return lambda moment: _page(
        str(moment.number), _filled(f"{{base}}?p={(moment.number + 1) % size}", moment)
    )


CASES = [
    *(Case(f"a next page at {name}", "search", _once(link), "off-origin") for name, link in _LOST.items()),
    *(
        Case(f"a deletion's next page at {name}", "deletions", _once(link), "off-origin")
        for name, link in list(_LOST.items())[:3]
    ),
    *(
        Case(f"a history's next page at {name}", "history", _once(link), "off-origin")
        for name, link in list(_LOST.items())[:3]
    ),
    *(Case(name, "search", _once(link), "gives 1 2", requests=2) for name, link in _HELD.items()),
    Case("a page that is its own next", "search", _ring(1), "broken", requests=2),
    Case("pages in a ring of three", "search", _ring(3), "broken", requests=4),
    Case("a link that is a number", "search", lambda _m: _page("1", 7), "not-fhir"),
    Case("a link that is a list", "search", lambda _m: _page("1", [SECRET]), "not-fhir"),
    Case("an empty link", "search", lambda _m: _page("1", ""), "gives 1"),
]

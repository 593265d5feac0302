"""A journal for measuring against: a real HTTP server in a process of its own that answers what a pull asks, and little more.

It keeps its resources in memory, so that its own cost hides nothing. Three questions are its own: `$touch?count=n` writes n
resources anew; `$asked` returns, for each answer given since the last time, an address where the very same bytes can be had
once more; those begin with `$again`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import socket
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import uvicorn

from benchmarks.ward import Made, chart_resource, ward

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]

PARAMS = ("_lastUpdated", "_id", "_deleted", "patient", "actor", "date", "status", "category")
PAGED_BY = "_page"


class Journal:
    """The resources, and the answers."""

    def __init__(self, made: list[Made]) -> None:
        self._by_type: dict[str, dict[str, Made]] = defaultdict(dict)
        for one in made:
            self._by_type[one.type][one.id] = one
        self._chance = random.Random(7)

    def answer(self, path: str, query: str) -> tuple[int, bytes]:
        """Return status and body for a path below the base."""
        steps = path.strip("/").split("/")
        if steps == ["metadata"]:
            return 200, json.dumps(self._statement()).encode()
        if len(steps) == 2:
            found = self._by_type[steps[0]].get(steps[1])
            return (200, found.body) if found else (404, b'{"resourceType":"OperationOutcome"}')
        return 200, self._search(steps[0], parse_qsl(query))

    def touch(self, count: int) -> None:
        """Write so many resources of the charts anew, evenly over all of them, with a stamp of now."""
        chart = [
            m
            for t, all_ in self._by_type.items()
            if t not in ("Patient", "Appointment")
            for m in all_.values()
        ]
        for one in chart[:: max(1, len(chart) // count)][:count]:
            new = chart_resource(
                one.type, one.id, one.patient, datetime.now(UTC), self._chance, one.version + 1
            )
            self._by_type[one.type][one.id] = new

    def _search(self, type_: str, query: list[tuple[str, str]]) -> bytes:
        names = dict(query)
        if names.get("_deleted"):
            return _bundle([], [], 0, "")
        found = [one for one in self._by_type[type_].values() if all(_matches(one, *pair) for pair in query)]
        if names.get("_summary") == "count":
            return _bundle([], [], len(found), "")
        size, page = int(names.get("_count", "100")), int(names.get(PAGED_BY, "0"))
        some = found[page * size : (page + 1) * size]
        if "_elements" in names:
            some = [replace(one, body=_elements(one, names["_elements"])) for one in some]
        included = [self._by_type["Patient"][one.patient] for one in some] if "_include" in names else []
        following = ""
        if (page + 1) * size < len(found):
            rest = [pair for pair in query if pair[0] != PAGED_BY]
            following = f"{type_}?{urlencode([*rest, (PAGED_BY, str(page + 1))])}"
        return _bundle(some, included, len(found), following)

    def _statement(self) -> dict[str, Any]:
        params = [{"name": name} for name in PARAMS]
        types = [
            {
                "type": type_,
                "interaction": [{"code": "read"}, {"code": "search-type"}],
                "searchParam": params,
                "searchInclude": ["Appointment:patient"],
                "versioning": "versioned",
            }
            for type_ in self._by_type
        ]
        return {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "kind": "instance",
            "fhirVersion": "4.0.1",
            "software": {"name": "Måling", "version": "1"},
            "rest": [{"mode": "server", "resource": types}],
        }


def _elements(one: Made, names: str) -> bytes:
    """Return a resource with these members alone, and those that every one has."""
    wanted = {*names.split(","), "resourceType", "id", "meta"}
    return json.dumps({k: v for k, v in json.loads(one.body).items() if k in wanted}).encode()


def _matches(one: Made, name: str, value: str) -> bool:
    if name == "patient":
        return one.patient in value.split(",")
    if name == "_id":
        return one.id in value.split(",")
    if name == "_lastUpdated":
        return one.stamp >= value[2:]
    if name == "date":
        return one.date >= value[2:] if value.startswith("ge") else one.date < value[2:]
    return True


BASE = ""


def _bundle(matches: list[Made], included: list[Made], total: int, following: str) -> bytes:
    entries = [
        b'{"fullUrl":"%s/%s","resource":%s,"search":{"mode":"%s"}}'
        % (BASE.encode(), f"{one.type}/{one.id}".encode(), one.body, mode)
        for some, mode in ((matches, b"match"), (included, b"include"))
        for one in some
    ]
    links = [{"relation": "next", "url": f"{BASE}/{following}"}] if following else []
    head = {"resourceType": "Bundle", "type": "searchset", "total": total, "link": links}
    tail = b',"entry":[%s]}' % b",".join(entries) if entries else b"}"
    return json.dumps(head).encode()[:-1] + tail


class App:
    """The journal as an ASGI application; packed answers are kept, so that asking twice costs it nothing."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._packed: dict[tuple[str, bool], tuple[int, bytes]] = {}
        self._given: list[tuple[bytes, bool]] = []
        self._asked: list[str] = []

    async def __call__(
        self,
        scope: Message,
        _receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path, query = scope["path"].removeprefix("/fhir"), scope["query_string"].decode()
        gzipped = any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])
        status, body, gzipped = self._answer(path, query, gzipped=gzipped)
        headers = [
            (b"content-type", b"application/fhir+json"),
            (b"date", format_datetime(datetime.now(UTC), usegmt=True).encode()),
            (b"content-length", str(len(body)).encode()),
            *([(b"content-encoding", b"gzip")] if gzipped else []),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, path: str, query: str, *, gzipped: bool) -> tuple[int, bytes, bool]:
        """Return status, body, and whether the body is packed."""
        if path.startswith("/$again/"):
            return 200, *self._given[int(path.rpartition("/")[2])]
        if path.startswith("/$"):
            return 200, json.dumps(self._own(path, query)).encode(), False
        key = f"{path}?{query}" if query else path, gzipped
        if key not in self._packed:
            status, body = self._journal.answer(path, query)
            self._packed[key] = status, gzip.compress(body, 6) if gzipped else body
        status, body = self._packed[key]
        self._asked.append(f"/$again/{len(self._given)}")
        self._given.append((body, gzipped))
        return status, body, gzipped

    def _own(self, path: str, query: str) -> list[str]:
        if path == "/$touch":
            self._journal.touch(int(dict(parse_qsl(query))["count"]))
            self._packed.clear()
        asked, self._asked = self._asked, []
        return asked


def main() -> None:
    """Serve a ward of the size asked for on a free port of the loopback; the port is the one line that is printed."""
    global BASE  # noqa: PLW0603  one server to a process
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=30)
    parser.add_argument("--each", type=int, default=400)
    options = parser.parse_args()
    app = App(Journal(ward(options.patients, options.each, now=datetime.now(UTC))))
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a head and its body are 40 ms apart
    BASE = f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
    print(BASE, flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])


if __name__ == "__main__":
    main()

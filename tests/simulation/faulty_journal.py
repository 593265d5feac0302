"""The embedded journal in the same process, behind a line that loses, breaks and delays by the dice."""

from __future__ import annotations

import asyncio
import gzip
import sqlite3
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from client.wire import httpx
from sandbox.app import Parts, build
from sandbox.fhir.journal import Journal
from sandbox.fhir.tables import open_tables

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.state import StateFolder

ORIGIN = "http://127.0.0.1:4711"

# What may happen to a request in a storm. "late" is lost for the client and carried out all the same, later.
FAULTS = (
    "refused",
    "lost-before",
    "lost-after",
    "late",
    "late",
    "500-before",
    "502-after",
    "503-after",
    "503-after",
    "429",
    "html",
    "cut",
    "slow",
)
REFUSALS = ("422", "404-page")
_BEFORE = {"500-before": 500, "429": 429, "422": 422, "404-page": 404}
_AFTER = {"502-after": 502, "503-after": 503}


@dataclass(frozen=True)
class _Answer:
    """An answer as it came, before anything happens to it."""

    status: int
    headers: httpx.Headers
    body: bytes

    def response(self) -> httpx.Response:
        return httpx.Response(self.status, headers=self.headers, stream=httpx.ByteStream(self.body))


class FaultyLine(httpx.AsyncBaseTransport):
    """The one way to the journal; `is_up` and `storm` are turned by the schedule."""

    def __init__(self, tables: sqlite3.Connection, chance: random.Random, *, is_plain: bool) -> None:
        self.tables = tables
        self.is_up = True
        self.storm = 0.0
        self.refusals = 0
        self._chance = chance
        self._is_plain = is_plain
        self._may_refuse = chance.random() < 0.25
        self._app: httpx.ASGITransport | None = None
        self._statement: _Answer | None = None
        self._late: set[asyncio.Task[None]] = set()

    def serve(self, state: StateFolder, clock: Clock, ids: Ids) -> None:
        """Put a journal behind the line, on the tables that stay."""
        parts = Parts(state, Journal(self.tables, ids), ORIGIN, clock, ids, token_lifetime=900)
        self._app = httpx.ASGITransport(build(parts), raise_app_exceptions=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, or let something happen to it."""
        await asyncio.sleep(self._chance.choice((0.001, 0.02, 0.3)))
        if not self.is_up:
            raise httpx.ConnectError("down", request=request)
        fault = self._draw(is_write=request.method == "POST" and "_search" not in request.url.path)
        if fault == "refused":
            raise httpx.ConnectError("refused", request=request)
        if fault == "late":
            self._send_late(request)
        if fault in {"lost-before", "late"}:
            raise httpx.ReadError("lost", request=request)
        if fault == "slow":
            await asyncio.sleep(self._chance.uniform(1, 30))
        if fault in _BEFORE:
            self.refusals += request.method == "POST" and fault in REFUSALS
            return _page(_BEFORE[fault])
        answer = await self._apply(request)
        if fault == "lost-after" or not self.is_up:
            raise httpx.ReadError("lost", request=request)
        if fault == "html":
            return _page(200)
        if fault == "cut":
            answer = replace(answer, body=answer.body[: len(answer.body) // 2])
        return _page(_AFTER[fault]) if fault in _AFTER else answer.response()

    def _draw(self, *, is_write: bool) -> str:
        """Return what happens to a request: writes are where it hurts."""
        odds = self.storm if is_write else self.storm / 4
        if self._chance.random() >= odds:
            return ""
        return self._chance.choice(FAULTS + REFUSALS if self._may_refuse else FAULTS)

    async def _apply(self, request: httpx.Request) -> _Answer:
        assert self._app is not None
        if self._is_plain and request.headers.get("If-None-Exist"):
            del request.headers["If-None-Exist"]
        about = request.method == "GET" and request.url.path.endswith("/metadata")
        if about and self._statement is not None:
            return self._statement
        response = await self._app.handle_async_request(request)
        body = b"".join([chunk async for chunk in response.aiter_raw()])
        answer = _Answer(response.status_code, response.headers, body)
        if about:
            self._statement = answer = _plain(response.headers, answer) if self._is_plain else answer
        return answer

    def _send_late(self, request: httpx.Request) -> None:
        async def later() -> None:
            await asyncio.sleep(self._chance.uniform(0.5, 20))
            await self._apply(request)

        task = asyncio.get_running_loop().create_task(later())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def settle(self) -> None:
        """Wait for what is carried out late."""
        while self._late:
            await asyncio.wait(set(self._late))

    async def aclose(self) -> None:
        """Stay open: the line outlives its client."""


def _page(status: int) -> httpx.Response:
    return httpx.Response(status, headers={"content-type": "text/html"}, content=b"<html>no journal</html>")


def _plain(headers: httpx.Headers, answer: _Answer) -> _Answer:
    """Return the statement of a journal that has neither transactions nor conditional creates."""
    body = gzip.decompress(answer.body) if headers.get("content-encoding") == "gzip" else answer.body
    tree: dict[str, Any] = msgspec.json.decode(body)
    rest = tree["rest"][0]
    rest.pop("interaction", None)
    for one in rest["resource"]:
        one["conditionalCreate"] = False
    kind = httpx.Headers({"content-type": "application/fhir+json"})
    return _Answer(answer.status, kind, msgspec.json.encode(tree))


def copy_in_memory(template: Path) -> sqlite3.Connection:
    """Return the template's tables in memory."""
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    source = open_tables(template)
    source.backup(memory)
    source.close()
    return memory


def parts_in_journal(tables: sqlite3.Connection, op_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return type, id and content of every resource that carries a part's identifier."""
    rows = tables.execute(
        """SELECT DISTINCT c.type, c.id, v.body FROM term t JOIN current c USING (type, id)
           JOIN version v USING (type, id, version) WHERE t.name = 'identifier' AND t.value = ?""",
        (f"urn:uuid:{op_id}",),
    ).fetchall()
    return [(str(t), str(i), msgspec.json.decode(b)) for t, i, b in rows]


def count_of_written(tables: sqlite3.Connection) -> int:
    """Return how many resources there are of the types that a nurse writes."""
    statement = "SELECT count(*) FROM current WHERE type IN ('Observation', 'DocumentReference')"
    return int(tables.execute(statement).fetchone()[0])

"""The journal in the same process, and the lines to it: each laptop's own loses, breaks and delays by the dice."""

from __future__ import annotations

import asyncio
import gzip
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

from client.wire import httpx
from offline_cache.chart_parts import CHART_PARTS
from sandbox.app import Parts, build
from sandbox.profiles import EPIC
from tests.simulation.watched_journal import Behind, Lagging, Sender, WatchedJournal, op_id_of, sender

if TYPE_CHECKING:
    import random
    import sqlite3
    from collections.abc import Callable

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
    "twice",
    "one-fails",
    "500-before",
    "502-after",
    "503-after",
    "503-asks",
    "429",
    "429-asks",
    "401",
    "html",
    "cut",
    "slow",
)
REFUSALS = ("422", "404-page")
_BEFORE = {
    "500-before": 500,
    "429": 429,
    "429-asks": 429,
    "503-asks": 503,
    "401": 401,
    "422": 422,
    "404-page": 404,
}
_AFTER = {"502-after": 502, "503-after": 503}
_ASKED = frozenset({"Patient", "Appointment", "Group", "List", *(part.type for part in CHART_PARTS)})


@dataclass(frozen=True)
class _Answer:
    """An answer as it came, before anything happens to it."""

    status: int
    headers: httpx.Headers
    body: bytes

    def response(self) -> httpx.Response:
        return httpx.Response(self.status, headers=self.headers, stream=httpx.ByteStream(self.body))


class Server:
    """One journal for all laptops, on tables that stay. A plain one has neither transactions nor conditional creates."""

    def __init__(
        self,
        tables: sqlite3.Connection,
        state: StateFolder,
        clock: Clock,
        ids: Ids,
        chance: random.Random,
        *,
        is_plain: bool = False,
    ) -> None:
        self.journal = WatchedJournal(tables, ids, clock)
        self.hooks = Lagging(chance, clock)
        parts = Parts(state, self.journal, ORIGIN, clock, ids, 900, self.hooks)
        self.behind = Behind(parts, clock)
        self.is_epic = parts.profile == EPIC
        self.is_plain = is_plain
        self.is_up = True
        self.page_limit = 0
        self._app = httpx.ASGITransport(build(parts), raise_app_exceptions=False)
        self._statement: _Answer | None = None

    async def apply(self, request: httpx.Request, laptop: int, *, is_late: bool = False) -> _Answer:
        """Carry out one request."""
        if self.is_plain and request.headers.get("If-None-Exist"):
            del request.headers["If-None-Exist"]
        about = request.method == "GET" and request.url.path.endswith("/metadata")
        if about and self._statement is not None:
            return self._statement
        content = await request.aread()
        if self._is_too_much(request, content):
            return _Answer(413, httpx.Headers({"content-type": "text/html"}), b"too much")
        word = sender.set(Sender(laptop, _op_id(request, content), is_late))
        try:
            response = await self._app.handle_async_request(request)
        finally:
            sender.reset(word)
        body = b"".join([chunk async for chunk in response.aiter_raw()])
        answer = _Answer(response.status_code, response.headers, body)
        if about:
            self._statement = answer = _statement(response.headers, answer, is_plain=self.is_plain)
        return answer

    def _is_too_much(self, request: httpx.Request, content: bytes) -> bool:
        """Tell whether a search asks for longer pages than this journal gives just now."""
        if not self.page_limit or not request.url.path.startswith("/fhir/"):
            return False
        form = content if request.url.path.endswith("/_search") else b""
        if request.method != "GET" and not form:
            return False
        asked = dict(parse_qsl(f"{request.url.query.decode()}&{form.decode()}"))
        return "_count" in asked and int(asked["_count"]) > self.page_limit


class FaultyLine(httpx.AsyncBaseTransport):
    """One laptop's way to the journal; `is_up` and `storm` are turned by the schedule."""

    def __init__(self, server: Server, chance: random.Random, laptop: int = 0) -> None:
        self.server = server
        self.laptop = laptop
        self.is_up = True
        self.storm = 0.0
        self.loses_the_next = False
        """Whether the next write is lost on its way."""
        self.refusals = 0
        self.watch: Callable[[], None] = lambda: None
        """Called before a write leaves."""
        self.seen: dict[tuple[str, str], tuple[int, bytes]] = {}
        """What this laptop last read of each resource: number and body of the version."""
        self.sent_in_doubt: Counter[str] = Counter()
        """How often a note that may have arrived left again, by the id of its part; not what is known to have been refused."""
        self._doubtful: set[str] = set()
        self._chance = chance
        self._may_refuse = chance.random() < 0.25
        self._late: set[asyncio.Task[None]] = set()

    @property
    def tables(self) -> sqlite3.Connection:
        """The tables of the journal."""
        return self.server.journal.tables

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, or let something happen to it."""
        await asyncio.sleep(self._chance.choice((0.001, 0.02, 0.3)))
        if not self._is_open:
            raise httpx.ConnectError("down", request=request)
        is_write = _is_write(request)
        if not is_write:
            return await self._carry(request, self._draw(is_write=False))
        self.watch()
        note = await _note_of(request)
        again = int(note in self._doubtful)
        try:
            answer = await self._carry(request, self._draw(is_write=True))
        except httpx.ConnectError:
            raise
        except BaseException as error:
            self.sent_in_doubt[note] += again
            if isinstance(error, httpx.ReadError):
                self._doubtful |= {note} - {""}
            raise
        if not 400 <= answer.status_code < 500:
            self.sent_in_doubt[note] += again
        return answer

    async def _carry(self, request: httpx.Request, fault: str) -> httpx.Response:
        await self._on_the_way_out(fault, request)
        if fault in _BEFORE:
            self.refusals += _is_write(request) and fault in REFUSALS
            return self._page(_BEFORE[fault], asks=fault.endswith("-asks"))
        if fault == "one-fails" and b'"transaction"' in await request.aread():
            return (await self._apply_but_the_last(request)).response()
        answer = await self._apply(request)
        return self._on_the_way_back(fault, request, answer)

    async def _on_the_way_out(self, fault: str, request: httpx.Request) -> None:
        if fault == "refused":
            raise httpx.ConnectError("refused", request=request)
        if fault == "late":
            self._send_late(request)
        if fault in {"lost-before", "late"}:
            raise httpx.ReadError("lost", request=request)
        if fault == "slow":
            await asyncio.sleep(self._chance.uniform(1, 30))
        files_both = _is_write(request) and (self.server.is_plain or self.server.is_epic)
        if fault == "twice" and not files_both:
            await self._apply(request)

    def _on_the_way_back(self, fault: str, request: httpx.Request, answer: _Answer) -> httpx.Response:
        if fault == "lost-after" or not self._is_open:
            raise httpx.ReadError("lost", request=request)
        if fault == "html":
            return self._page(200)
        if fault == "cut":
            answer = replace(answer, body=answer.body[: len(answer.body) // 2])
        return self._page(_AFTER[fault]) if fault in _AFTER else answer.response()

    @property
    def _is_open(self) -> bool:
        return self.is_up and self.server.is_up

    def _draw(self, *, is_write: bool) -> str:
        """Return what happens to a request: writes are where it hurts."""
        if is_write and self.loses_the_next:
            self.loses_the_next = False
            return "lost-before"
        odds = self.storm if is_write else self.storm / 4
        if self._chance.random() >= odds:
            return ""
        return self._chance.choice(FAULTS + REFUSALS if self._may_refuse else FAULTS)

    async def _apply(self, request: httpx.Request, *, is_late: bool = False) -> _Answer:
        answer = await self.server.apply(request, self.laptop, is_late=is_late)
        path = request.url.path.split("/")
        if request.method == "GET" and answer.status == 200 and len(path) == 4 and path[1] == "fhir":
            now = self.server.journal.read(path[2], path[3])
            if now is not None:
                self.seen[path[2], path[3]] = (now.number, now.body)
        return answer

    async def _apply_but_the_last(self, request: httpx.Request) -> _Answer:
        """Carry out all of a transaction but its last part, as a journal that does not roll back would."""
        tree = msgspec.json.decode(await request.aread())
        tree["entry"].pop()
        headers = {k: v for k, v in request.headers.items() if k.lower() != "content-length"}
        rest = httpx.Request(request.method, request.url, headers=headers, content=msgspec.json.encode(tree))
        answer = await self._apply(rest)
        if answer.status != 200:
            return answer
        zipped = answer.headers.get("content-encoding") == "gzip"
        told = msgspec.json.decode(gzip.decompress(answer.body) if zipped else answer.body)
        told["entry"].append({"response": {"status": "500 Internal Server Error"}})
        kind = httpx.Headers({"content-type": "application/fhir+json"})
        return _Answer(200, kind, msgspec.json.encode(told))

    def _send_late(self, request: httpx.Request) -> None:
        async def later() -> None:
            is_very = self._chance.random() < 0.2
            await asyncio.sleep(self._chance.uniform(100, 400) if is_very else self._chance.uniform(0.5, 20))
            await self._apply(request, is_late=True)

        task = asyncio.get_running_loop().create_task(later())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def settle(self) -> None:
        """Wait for what is carried out late."""
        while self._late:
            await asyncio.wait(set(self._late))

    async def aclose(self) -> None:
        """Stay open: the line outlives its client."""

    def _page(self, status: int, *, asks: bool = False) -> httpx.Response:
        headers = {"content-type": "text/html"}
        if asks:
            headers["Retry-After"] = str(self._chance.choice((1, 5, 45, 900)))
        return httpx.Response(status, headers=headers, content=b"<html>no journal</html>")


def _is_write(request: httpx.Request) -> bool:
    return request.method == "PUT" or (request.method == "POST" and "_search" not in request.url.path)


async def _note_of(request: httpx.Request) -> str:
    """Return the id of the part when the request files one note by itself."""
    if not request.url.path.endswith("/DocumentReference"):
        return ""
    return _op_id(request, await request.aread())


def _op_id(request: httpx.Request, content: bytes) -> str:
    """Return the id of the one part that a request creates: a journal may drop it from what it files."""
    if request.method != "POST" or "_search" in request.url.path or b"urn:uuid:" not in content:
        return ""
    tree = msgspec.json.decode(content)
    return "" if tree.get("resourceType") == "Bundle" else op_id_of(tree)


def _statement(headers: httpx.Headers, answer: _Answer, *, is_plain: bool) -> _Answer:
    """Return what a journal says it can do with the types that are asked for; a plain one has less to offer."""
    body = gzip.decompress(answer.body) if headers.get("content-encoding") == "gzip" else answer.body
    tree: dict[str, Any] = msgspec.json.decode(body)
    rest = tree["rest"][0]
    rest["resource"] = [
        one for one in rest["resource"] if one["type"] in _ASKED
    ]  # the rest is only weight here
    if is_plain:
        rest.pop("interaction", None)
        for one in rest["resource"]:
            one["conditionalCreate"] = False
    kind = httpx.Headers({"content-type": "application/fhir+json"})
    return _Answer(answer.status, kind, msgspec.json.encode(tree))

"""The embedded journal with faults: `python -m tests.sandbox_faults serve …` and an HTTP control under /_faults.

`POST /_faults` with a JSON object adds a rule; `DELETE` forgets all rules; `GET` tells what has fired. Every call
carries the key of the state in the header `X-Faults-Key`. A rule has a `kind`, and may say which requests it meets
(`method`, `path` as a prefix or, with `is_whole`, as a whole, `query` as a part of the query string, `skip` of the
first ones) and how many `times` (default 1; 0 is for ever).
`POST /_faults/release` lets go of everything that `hold-commit` holds; `GET /_faults/fired?count=N` answers when N
rules have fired. `POST /_faults/conduct` turns switches of `sandbox.conduct.Conduct`. `POST /_faults/acts/NAME` does
what `tests.sandbox_acts.Acts` does under that name, with the object as its arguments. In one process with a test the
same is at hand through `tests.sandbox_in_process`.

Kinds: `status` (with `status`, `retry_after` and the `text` of its OperationOutcome), `delay` (`seconds`), `drop` (no
answer at all), `drop-before-commit`,
`drop-after-commit`, `kill-before-commit`, `kill-after-commit`, `cut-body` (the connection ends in mid-body), `html`
(a login page with status 200), `truncated-json`, `wrong-patient` (`patient` is answered as `other`), `hold-commit`
(the stamp is given, the commit waits for the release), `limit-page` (413 when more than `limit` a page are asked for),
`limit-body` (413 when the body is longer than `limit`), `deliver-twice` (a proxy delivers the request twice and passes
on the second answer), `entries` (the Bundle of the answer has them `reversed`, one `fewer` or one `more`: `change`),
`strip-headers` (a proxy passes on none of `headers`, else no validators; it stands in front of the other rules).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import signal
import sys
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import HTMLResponse, JSONResponse, Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.command import run
from sandbox.conduct import Conduct
from sandbox.fhir.refusal import outcome
from sandbox.serving import Wiring
from tests.sandbox_acts import Acts, turn
from tests.sandbox_answers import again, answered, whole_body, with_other_entries, without_headers

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ports.clock import Clock
    from sandbox.app import Parts

_LOGIN_PAGE = "<!doctype html><html><title>Logg inn</title><body>Du er logget ut. <a href='/'>Logg inn</a></body></html>"
_ORDINARY_PAGE = 50
_current: ContextVar[Rule | None] = ContextVar("current_rule", default=None)
_connections: dict[tuple[str, int], asyncio.Transport] = {}


class Dropped(Exception):
    """The connection was cut on purpose; there is nobody to answer."""


@dataclass(slots=True)
class Rule:
    """One fault and the requests it meets."""

    kind: str
    method: str = ""
    path: str = ""
    is_whole: bool = False
    skip: int = 0
    times: int = 1
    status: int = 500
    retry_after: str = ""
    seconds: float = 0.0
    patient: str = ""
    other: str = ""
    text: str = "A fault that a test asked for."
    query: str = ""
    limit: int = 0
    change: str = ""
    headers: list[str] = field(default_factory=list)
    is_dropped: bool = False
    spent: int = 0
    client: tuple[str, int] = ("", 0)

    def meets(self, scope: Scope, body: bytes = b"") -> bool:
        """Tell whether the rule is for this request, and count it."""
        if not (self._is_about(scope) and self._is_above(scope, body)):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times and self.spent >= self.times:
            return False
        self.spent += 1
        return True

    def _is_about(self, scope: Scope) -> bool:
        path = str(scope["path"])
        return (
            self.method in {"", scope["method"]}
            and path.startswith(self.path or "/fhir")
            and (not self.is_whole or path.rstrip("/") == self.path)
            and self.query.encode() in scope["query_string"]
        )

    def _is_above(self, scope: Scope, body: bytes) -> bool:
        """Tell whether a request is larger than a rule that limits lets through; any other rule limits nothing."""
        if self.kind == "limit-body":
            return len(body) > self.limit
        if self.kind != "limit-page":
            return True
        form = body if scope["path"].endswith("/_search") else b""
        asked = dict(parse_qsl((scope["query_string"] + b"&" + form).decode()))
        is_search = scope["method"] == "GET" or bool(form)
        return is_search and int(asked.get("_count", _ORDINARY_PAGE)) > self.limit


@dataclass(slots=True)
class FaultBook:
    """The rules, what has fired, and the gate of held commits."""

    rules: list[Rule] = field(default_factory=list)
    fired: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def note(self, kind: str) -> None:
        """Remember that a rule has fired and tell those who wait for it."""
        self.fired.append(kind)
        async with self.news:
            self.news.notify_all()

    def release(self) -> None:
        """Let go of the commits that are held."""
        self.gate.set()
        self.gate = asyncio.Event()

    async def until_fired(self, count: int) -> None:
        """Wait until so many rules have fired."""
        async with self.news:
            await self.news.wait_for(lambda: len(self.fired) >= count)


class FaultHooks:
    """Reaches into the write path of the journal."""

    def __init__(self, book: FaultBook) -> None:
        self._book = book
        self.conduct = Conduct()

    def stamp_clock(self, clock: Clock) -> datetime:
        """Return the time now; what makes it early is the commit that waits."""
        return clock.now()

    async def before_commit(self, kind: str) -> None:
        """Hold, drop or die before anything is stored."""
        rule = _current.get()
        if rule is None:
            return
        if rule.kind == "hold-commit":
            await self._book.note(rule.kind)
            await self._book.gate.wait()
        await self._end(rule, "before")

    async def after_commit(self, kind: str) -> None:
        """Drop or die when everything is stored and nothing answered."""
        rule = _current.get()
        if rule is not None:
            await self._end(rule, "after")

    async def _end(self, rule: Rule, when: str) -> None:
        is_remote = rule.client in _connections
        if rule.kind == f"kill-{when}-commit" and is_remote:
            os.kill(os.getpid(), signal.SIGKILL)
        if rule.kind in {f"drop-{when}-commit", f"kill-{when}-commit"}:
            rule.is_dropped = True
            await self._book.note(rule.kind)
            if is_remote:
                _connections[rule.client].abort()
            raise Dropped


class RememberingProtocol(H11Protocol):
    """Keeps hold of the connections, so that one can be cut without an answer."""

    _address: tuple[str, int] = ("", 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # narrower in uvicorn too
        """Remember the connection by the address of the client."""
        self._address = tuple(transport.get_extra_info("peername"))
        _connections[self._address] = transport
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        _connections.pop(self._address, None)
        super().connection_lost(exc)


class FaultMiddleware:
    """Stands in front of the journal and spoils what the rules say."""

    def __init__(self, app: ASGIApp, parts: Parts, book: FaultBook) -> None:
        self._app = app
        self._acts = Acts(parts)
        self._conduct = parts.hooks.conduct
        self._key = parts.state.key(parts.ids)
        self._clock = parts.clock
        self._book = book

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a control request, or carry a request through its fault."""
        if scope["type"] == "http" and scope["path"].startswith("/_faults"):
            await (await self._control(scope, receive))(scope, receive, send)
            return
        if scope["type"] != "http" or not self._book.rules:
            await self._app(scope, receive, send)
            return
        # the whole request first: the client has sent everything when it is let down
        body = await whole_body(receive)
        app = self._app
        for proxy in [rule for rule in self._book.rules if rule.kind == "strip-headers"]:
            if proxy.meets(scope, body):
                await self._book.note(proxy.kind)
                app = without_headers(app, proxy.headers)
        others = (rule for rule in self._book.rules if rule.kind != "strip-headers")
        rule = next((rule for rule in others if rule.meets(scope, body)), None)
        if rule is None:
            await app(scope, again(body, receive), send)
            return
        met = replace(rule, client=tuple(scope["client"]))
        word = _current.set(met)
        try:
            await self._spoil(met, app, body, (scope, receive, send))
        finally:
            _current.reset(word)

    async def _spoil(self, rule: Rule, app: ASGIApp, body: bytes, wire: tuple[Scope, Receive, Send]) -> None:
        scope, receive, send = wire
        if "commit" not in rule.kind:
            await self._book.note(rule.kind)
        match rule.kind:
            case "status" | "limit-page" | "limit-body":
                await _status_answer(rule)(scope, receive, send)
            case "html":
                await HTMLResponse(_LOGIN_PAGE)(scope, receive, send)
            case "drop":
                _cut(rule.client)
            case "cut-body" | "truncated-json" | "wrong-patient" | "entries":
                await _changed(rule, app, scope, again(body, receive), send)
            case "deliver-twice":
                await answered(app, scope, again(body, receive))
                await app(scope, again(body, receive), send)
            case "delay":
                await self._clock.sleep(rule.seconds)
                await app(scope, again(body, receive), send)
            case _:
                await self._until_commit(rule, app, (scope, again(body, receive), send))

    @staticmethod
    async def _until_commit(rule: Rule, app: ASGIApp, wire: tuple[Scope, Receive, Send]) -> None:
        """Let the hooks hold or drop; who is dropped hears nothing, not even of a fault."""
        scope, receive, send = wire

        async def unless_dropped(message: Message) -> None:
            if not rule.is_dropped:
                await send(message)

        await app(scope, receive, unless_dropped)
        if rule.is_dropped and rule.client not in _connections:
            raise Dropped

    async def _control(self, scope: Scope, receive: Receive) -> Response:
        from starlette.requests import Request

        request = Request(scope, receive)
        if not hmac.compare_digest(request.headers.get("x-faults-key", ""), self._key):
            return JSONResponse({"error": "wrong key"}, status_code=403)
        match request.method, request.url.path:
            case "POST", "/_faults":
                self._book.rules.append(Rule(**json.loads(await request.body())))
            case "DELETE", "/_faults":
                self._book.rules.clear()
                self._book.fired.clear()
            case "POST", "/_faults/release":
                self._book.release()
            case "POST", "/_faults/conduct":
                turn(self._conduct, json.loads(await request.body()))
            case "POST", path if path.startswith("/_faults/acts/"):
                getattr(self._acts, path.rpartition("/")[2])(**json.loads(await request.body() or b"{}"))
            case "GET", "/_faults/fired":
                await self._book.until_fired(int(request.query_params["count"]))
            case "GET", "/_faults":
                pass
            case _:
                return JSONResponse({"error": "no such control"}, status_code=404)
        return JSONResponse({"fired": self._book.fired})


def _cut(client: tuple[str, int]) -> None:
    """End a connection without an answer; within one process there is none, and the caller is told so."""
    connection = _connections.get(client)
    if connection is None:
        raise Dropped
    connection.abort()


def _status_answer(rule: Rule) -> Response:
    headers = {"Retry-After": rule.retry_after} if rule.retry_after else {}
    told: dict[str, Any] = outcome("transient", rule.text)
    status = 413 if rule.kind.startswith("limit-") else rule.status
    return JSONResponse(told, status_code=status, headers=headers, media_type="application/fhir+json")


async def _changed(rule: Rule, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the journal answer, then send on something else than it said."""
    kept = await answered(app, scope, receive)
    body = kept.body
    match rule.kind:
        case "cut-body":
            await send(kept.start)
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            if rule.client not in _connections:
                raise Dropped
            return
        case "truncated-json":
            body = body[: len(body) // 2]
        case "wrong-patient":
            body = body.replace(rule.patient.encode(), rule.other.encode())
        case "entries":
            body = with_other_entries(body, rule.change)
    await kept.send(send, body)


def main(argv: list[str]) -> int:
    """Run the command of the journal with the faults wired in."""
    book = FaultBook()
    wiring = Wiring(
        hooks=FaultHooks(book),
        wrap=lambda app, parts: FaultMiddleware(app, parts, book),
        protocol=RememberingProtocol,
    )
    return run(argv, prog="python -m tests.sandbox_faults", wiring=wiring)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

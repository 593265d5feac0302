"""The embedded journal with faults: `python -m tests.sandbox_faults serve …` and an HTTP control under /_faults.

`POST /_faults` with a JSON object adds a rule; `DELETE` forgets all rules; `GET` tells what has fired. Every call
carries the key of the state in the header `X-Faults-Key`. A rule has a `kind`, and may say which requests it meets
(`method`, `path` as a prefix or, with `is_whole`, as a whole, `skip` of the first ones) and how many `times` (default
1; 0 is for ever).
`POST /_faults/release` lets go of everything that `hold-commit` holds; `GET /_faults/fired?count=N` answers when N
rules have fired.

Kinds: `status` (with `status`, `retry_after` and the `text` of its OperationOutcome), `delay` (`seconds`), `drop` (no
answer at all), `drop-before-commit`,
`drop-after-commit`, `kill-before-commit`, `kill-after-commit`, `cut-body` (the connection ends in mid-body), `html`
(a login page with status 200), `truncated-json`, `wrong-patient` (`patient` is answered as `other`), `hold-commit`
(the stamp is given, the commit waits for the release).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import signal
import sys
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.command import run
from sandbox.conduct import Conduct
from sandbox.fhir.refusal import outcome
from sandbox.serving import Wiring

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ports.clock import Clock
    from sandbox.app import Parts

_LOGIN_PAGE = "<!doctype html><html><title>Logg inn</title><body>Du er logget ut. <a href='/'>Logg inn</a></body></html>"
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
    spent: int = 0
    client: tuple[str, int] = ("", 0)

    def meets(self, scope: Scope) -> bool:
        """Tell whether the rule is for this request, and count it."""
        if self.method and scope["method"] != self.method:
            return False
        path = str(scope["path"])
        if not path.startswith(self.path or "/fhir") or (self.is_whole and path.rstrip("/") != self.path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times and self.spent >= self.times:
            return False
        self.spent += 1
        return True


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
        if rule.kind == f"kill-{when}-commit":
            os.kill(os.getpid(), signal.SIGKILL)
        if rule.kind == f"drop-{when}-commit":
            await self._book.note(rule.kind)
            _cut(rule.client)
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
        self._key = parts.state.key(parts.ids)
        self._clock = parts.clock
        self._book = book

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a control request, or carry a request through its fault."""
        if scope["type"] == "http" and scope["path"].startswith("/_faults"):
            await (await self._control(scope, receive))(scope, receive, send)
            return
        rule = (
            next((rule for rule in self._book.rules if rule.meets(scope)), None)
            if scope["type"] == "http"
            else None
        )
        if rule is None:
            await self._app(scope, receive, send)
            return
        rule.client = tuple(scope["client"])
        word = _current.set(rule)
        try:
            await self._spoil(rule, scope, receive, send)
        finally:
            _current.reset(word)

    async def _spoil(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        if "commit" not in rule.kind:
            await self._book.note(rule.kind)
        match rule.kind:
            case "status":
                await _read_all(receive)
                await _status_answer(rule)(scope, receive, send)
            case "html":
                await _read_all(receive)
                await HTMLResponse(_LOGIN_PAGE)(scope, receive, send)
            case "drop":
                await _read_all(receive)
                _cut(rule.client)
            case "cut-body" | "truncated-json" | "wrong-patient":
                await _changed(rule, self._app, scope, receive, send)
            case _:
                if rule.kind == "delay":
                    await self._clock.sleep(rule.seconds)
                await self._app(scope, receive, send)

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
                self._book.gate.set()
                self._book.gate = asyncio.Event()
            case "GET", "/_faults/fired":
                await self._book.until_fired(int(request.query_params["count"]))
            case "GET", "/_faults":
                pass
            case _:
                return JSONResponse({"error": "no such control"}, status_code=404)
        return JSONResponse({"fired": self._book.fired})


def _cut(client: tuple[str, int]) -> None:
    connection = _connections.get(client)
    if connection is not None:
        connection.abort()


def _status_answer(rule: Rule) -> Response:
    headers = {"Retry-After": rule.retry_after} if rule.retry_after else {}
    told: dict[str, Any] = outcome("transient", rule.text)
    return JSONResponse(told, status_code=rule.status, headers=headers, media_type="application/fhir+json")


async def _read_all(receive: Receive) -> None:
    """Take the whole request, so that the client has sent everything when it is let down."""
    while (await receive()).get("more_body"):
        pass


async def _changed(rule: Rule, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the journal answer, then send on something else than it said."""
    plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    start: Message = {}
    body = b""

    async def keep(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start":
            start = message
        else:
            body += message.get("body", b"")

    await app({**scope, "headers": plain}, receive, keep)
    if rule.kind == "cut-body":
        await send(start)
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        return
    body = (
        body[: len(body) // 2]
        if rule.kind == "truncated-json"
        else body.replace(rule.patient.encode(), rule.other.encode())
    )
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


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

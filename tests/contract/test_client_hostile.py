"""JournalClient against a real server on loopback that answers badly, or with intent."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import TYPE_CHECKING

import pytest

from client.errors import ErrorKind, JournalError
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.scripted_journal import (
    NEW,
    OUTCOME,
    PATIENT,
    FixedToken,
    bundle,
    failure_of,
    found_ids,
    match,
    open_client,
)
from tests.contract.scripted_server import Drip, Got, Reply, Reset, ScriptedServer, reply, tokens_seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as one:
        yield one


@pytest.fixture
async def evil() -> AsyncIterator[ScriptedServer]:
    """A listener on another origin; nothing may ever come here."""
    async with ScriptedServer(answer=lambda _: reply(200, PATIENT)) as one:
        yield one


_STATUSES = [
    (400, ErrorKind.REFUSED, False),
    (401, ErrorKind.UNAUTHORIZED, False),
    (403, ErrorKind.FORBIDDEN, False),
    (404, ErrorKind.NOT_FOUND, False),
    (409, ErrorKind.CONFLICT, False),
    (410, ErrorKind.GONE, False),
    (412, ErrorKind.CONFLICT, False),
    (418, ErrorKind.REFUSED, False),
    (422, ErrorKind.REFUSED, False),
    (428, ErrorKind.REFUSED, False),
    (429, ErrorKind.TOO_MANY, False),
    (500, ErrorKind.SERVER_FAULT, True),
    (503, ErrorKind.SERVER_FAULT, True),
    (302, ErrorKind.NOT_FHIR, True),
]


@pytest.mark.parametrize(("status", "kind", "open_"), _STATUSES)
async def test_each_status_has_its_kind(
    server: ScriptedServer, status: int, kind: ErrorKind, *, open_: bool
) -> None:
    """Fault: H1-H13, H1-H4, H6, H7, H10-H13, D13."""
    server.answer = lambda _: reply(status, OUTCOME, "Retry-After: 7")
    client = open_client(server)
    read = await failure_of(client.read("Patient", "p1"))
    assert (read.kind, read.status, read.outcome_text, read.retry_after) == (kind, status, "Ikke slik.", 7.0)
    assert not read.may_be_applied
    written = await failure_of(client.create("Observation", NEW))
    assert (written.kind, written.may_be_applied) == (kind, open_)
    assert "Ikke slik" not in str(written)


_BODIES = {
    "a page with status 200": (b"<html>Logg inn</html>", "text/html", ErrorKind.NOT_FHIR),
    "a page that calls itself JSON": (b"<!doctype html>", "application/json", ErrorKind.BROKEN),
    "text": (b"OK", "text/plain", ErrorKind.NOT_FHIR),
    "nothing": (b"", "application/fhir+json", ErrorKind.BROKEN),
    "JSON that is no resource": (b'{"status":"up"}', "application/json", ErrorKind.NOT_FHIR),
    "cut JSON": (PATIENT[:-9], "application/fhir+json", ErrorKind.BROKEN),
    "deep nesting": (
        b'{"resourceType":"Patient","x":' + b"[" * 9999,
        "application/fhir+json",
        ErrorKind.BROKEN,
    ),
    "NaN": (b'{"resourceType":"Patient","id":"p1","x":NaN}', "application/fhir+json", ErrorKind.BROKEN),
    "an id twice": (
        b'{"resourceType":"Patient","id":"p2","id":"p1"}',
        "application/fhir+json",
        ErrorKind.BROKEN,
    ),
    "a lone surrogate": (
        b'{"resourceType":"Patient","x":"\\ud800"}',
        "application/fhir+json",
        ErrorKind.BROKEN,
    ),
    "another patient": (PATIENT.replace(b"p1", b"p2"), "application/fhir+json", ErrorKind.WRONG_RESOURCE),
    "another type": (
        PATIENT.replace(b"Patient", b"Person"),
        "application/fhir+json",
        ErrorKind.WRONG_RESOURCE,
    ),
    "an outcome": (OUTCOME, "application/fhir+json", ErrorKind.WRONG_RESOURCE),
}


@pytest.mark.parametrize(("body", "type_", "kind"), _BODIES.values(), ids=_BODIES.keys())
async def test_each_bad_body_has_its_kind(
    server: ScriptedServer, body: bytes, type_: str, kind: ErrorKind
) -> None:
    """Fault: H14, H16, H19, N2, H20."""
    server.script = [reply(200, body, kind=type_)]
    assert (await failure_of(open_client(server).read("Patient", "p1"))).kind is kind


_BOMB = gzip.compress(b'{"resourceType":"Patient","x":"' + b" " * 40_000_000)
_DENSE = gzip.compress(b'{"resourceType":"Patient","x":"' + b" " * 3_000_000 + b'"}')
_WIRE = {
    "a gzip bomb": (reply(200, _BOMB, "Content-Encoding: gzip"), ErrorKind.TOO_LARGE),
    "a body packed too tightly": (reply(200, _DENSE, "Content-Encoding: gzip"), ErrorKind.TOO_LARGE),
    "a length beyond the cap": (reply(200, b"{", length=10**12), ErrorKind.TOO_LARGE),
    "gzip cut short": (reply(200, gzip.compress(PATIENT)[:-9], "Content-Encoding: gzip"), ErrorKind.BROKEN),
    "gzip with more behind": (
        reply(200, gzip.compress(PATIENT) + b"x", "Content-Encoding: gzip"),
        ErrorKind.BROKEN,
    ),
    "gzip that is none": (reply(200, PATIENT, "Content-Encoding: gzip"), ErrorKind.BROKEN),
    "an encoding not asked for": (reply(200, PATIENT, "Content-Encoding: br"), ErrorKind.BROKEN),
    "a body shorter than its length": (reply(200, PATIENT, length=5000), ErrorKind.BROKEN),
    "no HTTP at all": (b"SSH-2.0-OpenSSH_9\r\n\r\n", ErrorKind.UNREACHABLE),
    "a connection reset after the request": (Reset(), ErrorKind.UNREACHABLE),
    "a connection reset at once": (Reset(after_body=False), ErrorKind.UNREACHABLE),
}


@pytest.mark.parametrize(("what", "kind"), _WIRE.values(), ids=_WIRE.keys())
async def test_a_hostile_wire_has_its_kind(server: ScriptedServer, what: Reply, kind: ErrorKind) -> None:
    """Fault: N4, H19."""
    server.script = [what]
    assert (await failure_of(open_client(server).read("Patient", "p1"))).kind is kind


@pytest.mark.parametrize(("what", "kind"), _WIRE.values(), ids=_WIRE.keys())
async def test_a_write_over_a_hostile_wire_stays_open(
    server: ScriptedServer, what: Reply, kind: ErrorKind
) -> None:
    """Fault: N4, Q1."""
    server.script = [what]
    failed = await failure_of(open_client(server).create("Observation", NEW))
    assert failed.may_be_applied
    assert failed.kind is (ErrorKind.ANSWER_LOST if kind is ErrorKind.UNREACHABLE else kind)


async def test_no_server_means_nothing_was_applied(server: ScriptedServer) -> None:
    """Fault: N1."""
    async with ScriptedServer() as gone:
        pass
    failed = await failure_of(open_client(gone).create("Observation", NEW))
    assert (failed.kind, failed.may_be_applied) == (ErrorKind.UNREACHABLE, False)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"])
async def test_a_silent_server_is_given_up(server: ScriptedServer, start: bytes) -> None:
    """Fault: N5."""
    server.script = [Drip(start), Drip(start)]
    client = open_client(server, timeout=0.05)
    read = await failure_of(client.read("Patient", "p1"))
    assert read.kind is (ErrorKind.BROKEN if start else ErrorKind.UNREACHABLE)
    written = await failure_of(client.update("Patient", "p1", PATIENT, if_match="3"))
    assert written.may_be_applied


async def test_a_cancelled_request_leaves_the_client_usable(server: ScriptedServer) -> None:
    arrived = asyncio.Event()

    def answer(_: Got) -> Reply:
        arrived.set()
        return Drip() if len(server.got) == 1 else reply(200, PATIENT)

    server.answer = answer
    client = open_client(server)
    waiting = asyncio.create_task(client.read("Patient", "p1"))
    await arrived.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await client.read("Patient", "p1")).id == "p1"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_takes_the_token_elsewhere(
    server: ScriptedServer, evil: ScriptedServer, status: int
) -> None:
    """Fault: H18."""
    server.answer = lambda _: reply(status, b"", f"Location: {evil.base}/Patient/p1")
    client = open_client(server)
    assert (await failure_of(client.read("Patient", "p1"))).kind is ErrorKind.OFF_ORIGIN
    assert (await failure_of(client.create("Observation", NEW))).kind is ErrorKind.OFF_ORIGIN
    assert (evil.connections, tokens_seen([evil])) == (0, [])
    assert tokens_seen([server]) == ["Bearer secret-token"] * 2


async def test_no_next_link_takes_the_token_elsewhere(server: ScriptedServer, evil: ScriptedServer) -> None:
    """Fault: H18."""
    links = [
        f"{evil.base}?p=2",
        f"//127.0.0.1:{evil.port}/fhir?p=2",
        f"http://127.0.0.1:{server.port}@x.example/fhir",
    ]
    links += [f"{server.address}/other?p=2", f"{server.base}/../admin"]
    for link in links:
        server.script = [reply(200, bundle(match("1"), link=link))]
        assert (await failure_of(found_ids(open_client(server)))).kind is ErrorKind.OFF_ORIGIN, link
    assert evil.connections == 0
    assert len(server.got) == len(links)


async def test_the_environment_names_no_proxy(
    server: ScriptedServer, evil: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, evil.address)
    server.script = [reply(200, PATIENT)]
    await open_client(server).read("Patient", "p1")
    assert evil.connections == 0


async def test_no_caller_can_send_a_token_of_its_own(server: ScriptedServer) -> None:
    server.script = [reply(200, PATIENT)]
    transport = JournalTransport(server.base, clock=SystemClock(), ids=SystemIds(), plain_http=True)
    await transport.send("GET", "Patient/p1", headers={"AUTHORIZATION": "Bearer mine"})
    assert tokens_seen([server]) == []


async def test_cookies_are_not_kept(server: ScriptedServer) -> None:
    server.answer = lambda _: reply(200, PATIENT, "Set-Cookie: session=1; Path=/")
    client = open_client(server)
    await client.read("Patient", "p1")
    await client.read("Patient", "p1")
    assert "cookie" not in server.got[1].headers


@pytest.mark.parametrize(
    ("type_", "id_"), [("Patient", ".."), ("Patient", "a/b"), ("Patient", ""), ("../x", "1"), ("x", "1")]
)
async def test_a_path_that_is_none_is_never_sent(server: ScriptedServer, type_: str, id_: str) -> None:
    assert (await failure_of(open_client(server).read(type_, id_))).kind is ErrorKind.OFF_ORIGIN
    assert server.connections == 0


async def test_a_refused_token_is_replaced_once(server: ScriptedServer) -> None:
    """Fault: A1, H2."""
    source = FixedToken("old", "new")
    server.script = [reply(401), reply(201, b"", "Location: Observation/5")]
    written = await open_client(server, source).create("Observation", NEW)
    assert (written.id, source.refusals) == ("5", ["old"])
    assert tokens_seen([server]) == ["Bearer old", "Bearer new"]
    assert [one.body for one in server.got] == [NEW, NEW]


@pytest.mark.parametrize("tokens", [("old",), ("old", "new", "newer")])
async def test_a_token_refused_again_is_the_end(server: ScriptedServer, tokens: tuple[str, ...]) -> None:
    server.answer = lambda _: reply(401, OUTCOME)
    source = FixedToken(*tokens)
    failed = await failure_of(open_client(server, source).read("Patient", "p1"))
    assert (failed.kind, failed.outcome_text) == (ErrorKind.UNAUTHORIZED, "Ikke slik.")
    assert source.refusals == ["old"]
    assert len(server.got) == min(len(tokens), 2)


@pytest.mark.parametrize("text", ['x"', "a\r\nX-Evil: 1", "æ"])
async def test_no_header_is_smuggled(server: ScriptedServer, text: str) -> None:
    client = open_client(server)
    assert not (await failure_of(client.create("Observation", NEW, if_none_exist=text))).may_be_applied
    assert not (await failure_of(client.update("Patient", "p1", NEW, if_match=text))).may_be_applied
    assert server.connections == 0


async def test_capabilities_are_read_and_never_assumed(server: ScriptedServer) -> None:
    statement = {
        "resourceType": "CapabilityStatement",
        "id": "one",
        "software": {"name": "J", "version": "1"},
        "rest": [
            {
                "mode": "server",
                "interaction": [{"code": "transaction"}],
                "resource": [
                    {
                        "type": "Task",
                        "interaction": [{"code": "read"}, {"code": "update"}],
                        "searchParam": [{"name": "owner"}],
                        "conditionalCreate": True,
                        "versioning": "versioned-update",
                    }
                ],
            }
        ],
    }
    server.script = [
        reply(200, json.dumps(statement).encode()),
        reply(200, b'{"resourceType":"CapabilityStatement"}'),
    ]
    client = open_client(server)
    full = await client.capabilities()
    assert full.can("Task", "update")
    assert full.has_search("Task", "owner")
    assert full.conditional_create("Task")
    assert full.conditional_update("Task")
    assert full.transaction
    assert (full.software, full.instance_id) == ("J", "one")
    bare = await client.capabilities()
    assert [bare.can("Task", "read"), bare.transaction, bare.conditional_create("Task")] == [False] * 3


def _never(call: Callable[[], object]) -> None:
    with pytest.raises(JournalError):
        call()


def test_plain_http_is_only_for_the_embedded_journal() -> None:
    clock, ids = SystemClock(), SystemIds()
    _never(lambda: JournalTransport("http://127.0.0.1:1/fhir", clock=clock, ids=ids))
    _never(lambda: JournalTransport("http://journal.example/fhir", clock=clock, ids=ids, plain_http=True))

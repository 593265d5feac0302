"""JournalClient against a real server on loopback that gives good, bad and hostile answers."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from client.errors import ErrorKind, JournalError
from client.journal import JournalClient
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.scripted_server import Drip, Got, Reply, Reset, ScriptedServer, reply, tokens_seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from client.transport import TokenSource

_PATIENT = (
    b'{"resourceType":"Patient","id":"p1","meta":{"versionId":"3","lastUpdated":"2026-11-23T08:00:00Z"}}'
)
_NEW = b'{"resourceType":"Observation","status":"final"}'
_OUTCOME = (
    b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","details":{"text":"Ikke slik."}}]}'
)


class FixedToken:
    """A token source with a list of tokens; each refusal moves on to the next."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)
        self.refusals: list[str] = []

    async def token(self) -> str | None:
        """Return the first token."""
        return self._tokens[0] if self._tokens else None

    async def refused(self, token: str) -> str | None:
        """Move on."""
        self.refusals.append(token)
        self._tokens.pop(0)
        return await self.token()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as one:
        yield one


@pytest.fixture
async def evil() -> AsyncIterator[ScriptedServer]:
    """A listener on another origin; nothing may ever come here."""
    async with ScriptedServer(answer=lambda _: reply(200, _PATIENT)) as one:
        yield one


def _client(server: ScriptedServer, token: TokenSource | None = None, timeout: float = 20.0) -> JournalClient:
    token = token or FixedToken("secret-token")
    clock, ids = SystemClock(), SystemIds()
    transport = JournalTransport(
        server.base, clock=clock, ids=ids, token=token, plain_http=True, timeout=timeout
    )
    return JournalClient(transport)


def _bundle(*entries: dict[str, Any], link: str = "", **more: object) -> bytes:
    links = [{"relation": "next", "url": link}] if link else []
    return json.dumps(
        {"resourceType": "Bundle", "type": "searchset", "entry": entries, "link": links, **more}
    ).encode()


def _match(id_: str, type_: str = "Observation") -> dict[str, Any]:
    return {"resource": {"resourceType": type_, "id": id_}, "search": {"mode": "match"}}


async def _ids(client: JournalClient) -> list[str]:
    return [
        one.id async for page in client.search("Observation", [("patient", "p1")]) for one in page.resources
    ]


async def _failure(call: Awaitable[object]) -> JournalError:
    with pytest.raises(JournalError) as failed:
        await call
    return failed.value


async def test_a_read_gives_the_exact_bytes_and_sends_what_it_should(server: ScriptedServer) -> None:
    server.script = [reply(200, _PATIENT, "Date: Mon, 23 Nov 2026 08:00:00 GMT")]
    one = await _client(server).read("Patient", "p1")
    assert (one.version_id, one.last_updated, one.body) == ("3", "2026-11-23T08:00:00Z", _PATIENT)
    sent = server.got[0]
    assert (sent.method, sent.target) == ("GET", "/fhir/Patient/p1")
    assert sent.headers["authorization"] == "Bearer secret-token"
    assert sent.headers["accept-encoding"] == "gzip"
    assert len(sent.headers["x-request-id"]) == 36
    assert "cookie" not in sent.headers


async def test_gzip_and_a_byte_order_mark_are_undone(server: ScriptedServer) -> None:
    server.script = [reply(200, gzip.compress(b"\xef\xbb\xbf" + _PATIENT), "Content-Encoding: gzip")]
    assert (await _client(server).read("Patient", "p1")).body == _PATIENT


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
    server.answer = lambda _: reply(status, _OUTCOME, "Retry-After: 7")
    client = _client(server)
    read = await _failure(client.read("Patient", "p1"))
    assert (read.kind, read.status, read.outcome_text, read.retry_after) == (kind, status, "Ikke slik.", 7.0)
    assert not read.may_be_applied
    written = await _failure(client.create("Observation", _NEW))
    assert (written.kind, written.may_be_applied) == (kind, open_)
    assert "Ikke slik" not in str(written)


_BODIES = {
    "a page with status 200": (b"<html>Logg inn</html>", "text/html", ErrorKind.NOT_FHIR),
    "a page that calls itself JSON": (b"<!doctype html>", "application/json", ErrorKind.BROKEN),
    "text": (b"OK", "text/plain", ErrorKind.NOT_FHIR),
    "nothing": (b"", "application/fhir+json", ErrorKind.BROKEN),
    "JSON that is no resource": (b'{"status":"up"}', "application/json", ErrorKind.NOT_FHIR),
    "cut JSON": (_PATIENT[:-9], "application/fhir+json", ErrorKind.BROKEN),
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
    "another patient": (_PATIENT.replace(b"p1", b"p2"), "application/fhir+json", ErrorKind.WRONG_RESOURCE),
    "another type": (
        _PATIENT.replace(b"Patient", b"Person"),
        "application/fhir+json",
        ErrorKind.WRONG_RESOURCE,
    ),
    "an outcome": (_OUTCOME, "application/fhir+json", ErrorKind.WRONG_RESOURCE),
}


@pytest.mark.parametrize(("body", "type_", "kind"), _BODIES.values(), ids=_BODIES.keys())
async def test_each_bad_body_has_its_kind(
    server: ScriptedServer, body: bytes, type_: str, kind: ErrorKind
) -> None:
    server.script = [reply(200, body, kind=type_)]
    assert (await _failure(_client(server).read("Patient", "p1"))).kind is kind


_BOMB = gzip.compress(b'{"resourceType":"Patient","x":"' + b" " * 40_000_000)
_DENSE = gzip.compress(b'{"resourceType":"Patient","x":"' + b" " * 3_000_000 + b'"}')
_WIRE = {
    "a gzip bomb": (reply(200, _BOMB, "Content-Encoding: gzip"), ErrorKind.TOO_LARGE),
    "a body packed too tightly": (reply(200, _DENSE, "Content-Encoding: gzip"), ErrorKind.TOO_LARGE),
    "a length beyond the cap": (reply(200, b"{", length=10**12), ErrorKind.TOO_LARGE),
    "gzip cut short": (reply(200, gzip.compress(_PATIENT)[:-9], "Content-Encoding: gzip"), ErrorKind.BROKEN),
    "gzip with more behind": (
        reply(200, gzip.compress(_PATIENT) + b"x", "Content-Encoding: gzip"),
        ErrorKind.BROKEN,
    ),
    "gzip that is none": (reply(200, _PATIENT, "Content-Encoding: gzip"), ErrorKind.BROKEN),
    "an encoding not asked for": (reply(200, _PATIENT, "Content-Encoding: br"), ErrorKind.BROKEN),
    "a body shorter than its length": (reply(200, _PATIENT, length=5000), ErrorKind.BROKEN),
    "no HTTP at all": (b"SSH-2.0-OpenSSH_9\r\n\r\n", ErrorKind.UNREACHABLE),
    "a connection reset after the request": (Reset(), ErrorKind.UNREACHABLE),
    "a connection reset at once": (Reset(after_body=False), ErrorKind.UNREACHABLE),
}


@pytest.mark.parametrize(("what", "kind"), _WIRE.values(), ids=_WIRE.keys())
async def test_a_hostile_wire_has_its_kind(server: ScriptedServer, what: Reply, kind: ErrorKind) -> None:
    server.script = [what]
    assert (await _failure(_client(server).read("Patient", "p1"))).kind is kind


@pytest.mark.parametrize(("what", "kind"), _WIRE.values(), ids=_WIRE.keys())
async def test_a_write_over_a_hostile_wire_stays_open(
    server: ScriptedServer, what: Reply, kind: ErrorKind
) -> None:
    server.script = [what]
    failed = await _failure(_client(server).create("Observation", _NEW))
    assert failed.may_be_applied
    assert failed.kind is (ErrorKind.ANSWER_LOST if kind is ErrorKind.UNREACHABLE else kind)


async def test_no_server_means_nothing_was_applied(server: ScriptedServer) -> None:
    async with ScriptedServer() as gone:
        pass
    failed = await _failure(_client(gone).create("Observation", _NEW))
    assert (failed.kind, failed.may_be_applied) == (ErrorKind.UNREACHABLE, False)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"])
async def test_a_silent_server_is_given_up(server: ScriptedServer, start: bytes) -> None:
    server.script = [Drip(start), Drip(start)]
    client = _client(server, timeout=0.05)
    read = await _failure(client.read("Patient", "p1"))
    assert read.kind is (ErrorKind.BROKEN if start else ErrorKind.UNREACHABLE)
    written = await _failure(client.update("Patient", "p1", _PATIENT, if_match="3"))
    assert written.may_be_applied


async def test_a_cancelled_request_leaves_the_client_usable(server: ScriptedServer) -> None:
    arrived = asyncio.Event()

    def answer(_: Got) -> Reply:
        arrived.set()
        return Drip() if len(server.got) == 1 else reply(200, _PATIENT)

    server.answer = answer
    client = _client(server)
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
    server.answer = lambda _: reply(status, b"", f"Location: {evil.base}/Patient/p1")
    client = _client(server)
    assert (await _failure(client.read("Patient", "p1"))).kind is ErrorKind.OFF_ORIGIN
    assert (await _failure(client.create("Observation", _NEW))).kind is ErrorKind.OFF_ORIGIN
    assert (evil.connections, tokens_seen([evil])) == (0, [])
    assert tokens_seen([server]) == ["Bearer secret-token"] * 2


async def test_no_next_link_takes_the_token_elsewhere(server: ScriptedServer, evil: ScriptedServer) -> None:
    links = [
        f"{evil.base}?p=2",
        f"//127.0.0.1:{evil.port}/fhir?p=2",
        f"http://127.0.0.1:{server.port}@x.example/fhir",
    ]
    links += [f"{server.address}/other?p=2", f"{server.base}/../admin"]
    for link in links:
        server.script = [reply(200, _bundle(_match("1"), link=link))]
        assert (await _failure(_ids(_client(server)))).kind is ErrorKind.OFF_ORIGIN, link
    assert evil.connections == 0
    assert len(server.got) == len(links)


async def test_the_environment_names_no_proxy(
    server: ScriptedServer, evil: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, evil.address)
    server.script = [reply(200, _PATIENT)]
    await _client(server).read("Patient", "p1")
    assert evil.connections == 0


async def test_cookies_are_not_kept(server: ScriptedServer) -> None:
    server.answer = lambda _: reply(200, _PATIENT, "Set-Cookie: session=1; Path=/")
    client = _client(server)
    await client.read("Patient", "p1")
    await client.read("Patient", "p1")
    assert "cookie" not in server.got[1].headers


@pytest.mark.parametrize(
    ("type_", "id_"), [("Patient", ".."), ("Patient", "a/b"), ("Patient", ""), ("../x", "1"), ("x", "1")]
)
async def test_a_path_that_is_none_is_never_sent(server: ScriptedServer, type_: str, id_: str) -> None:
    assert (await _failure(_client(server).read(type_, id_))).kind is ErrorKind.OFF_ORIGIN
    assert server.connections == 0


async def test_a_refused_token_is_replaced_once(server: ScriptedServer) -> None:
    source = FixedToken("old", "new")
    server.script = [reply(401), reply(201, b"", "Location: Observation/5")]
    written = await _client(server, source).create("Observation", _NEW)
    assert (written.id, source.refusals) == ("5", ["old"])
    assert tokens_seen([server]) == ["Bearer old", "Bearer new"]
    assert [one.body for one in server.got] == [_NEW, _NEW]


@pytest.mark.parametrize("tokens", [("old",), ("old", "new", "newer")])
async def test_a_token_refused_again_is_the_end(server: ScriptedServer, tokens: tuple[str, ...]) -> None:
    server.answer = lambda _: reply(401, _OUTCOME)
    source = FixedToken(*tokens)
    failed = await _failure(_client(server, source).read("Patient", "p1"))
    assert (failed.kind, failed.outcome_text) == (ErrorKind.UNAUTHORIZED, "Ikke slik.")
    assert source.refusals == ["old"]
    assert len(server.got) == min(len(tokens), 2)


async def test_pages_are_followed_past_empty_ones_and_on_our_own_base(server: ScriptedServer) -> None:
    server.script = [
        reply(
            200,
            _bundle(
                _match("1"),
                link=f"http://127.0.0.1:{server.port}:{server.port}/fhir?sessionID=a%2Bb",
                total=1,
            ),
        ),
        reply(200, _bundle(link="/fhir/Observation?page=3")),
        reply(200, _bundle(_match("2"), _match("3"))),
    ]
    client = _client(server)
    pages = [page async for page in client.search("Observation", [("patient", "p1")], page_size=7)]
    assert [[one.id for one in page.resources] for page in pages] == [["1"], [], ["2", "3"]]
    assert [page.is_last for page in pages] == [False, False, True]
    assert [one.target for one in server.got] == [
        "/fhir/Observation?patient=p1&_count=7",
        "/fhir?sessionID=a%2Bb",
        "/fhir/Observation?page=3",
    ]


async def test_pages_in_a_loop_are_noticed(server: ScriptedServer) -> None:
    server.answer = lambda got: reply(
        200, _bundle(_match("1"), link="?p=2" if got.target.endswith("p=3") else "?p=3")
    )
    assert (await _failure(_ids(_client(server)))).kind is ErrorKind.BROKEN
    assert len(server.got) == 3


async def test_an_expired_page_is_told(server: ScriptedServer) -> None:
    server.script = [reply(200, _bundle(_match("1"), link="?p=2")), reply(410)]
    assert (await _failure(_ids(_client(server)))).kind is ErrorKind.GONE


async def test_an_identity_number_goes_in_the_body(server: ScriptedServer) -> None:
    server.script = [reply(200, _bundle(_match("p1", "Patient")))]
    query = [("identifier", "urn:oid:2.16.578.1.12.4.1.4.1|29874849837")]
    found = [
        one async for page in _client(server).search("Patient", query, in_body=True) for one in page.resources
    ]
    assert [one.id for one in found] == ["p1"]
    sent = server.got[0]
    assert (sent.method, sent.target) == ("POST", "/fhir/Patient/_search")
    assert sent.body == b"identifier=urn%3Aoid%3A2.16.578.1.12.4.1.4.1%7C29874849837&_count=100"


async def test_a_search_in_the_body_is_no_write(server: ScriptedServer) -> None:
    server.script = [Reset()]
    pages = _client(server).search("Patient", [("name", "x")], in_body=True)
    failed = await _failure(anext(pages))
    assert (failed.kind, failed.may_be_applied) == (ErrorKind.UNREACHABLE, False)


async def test_the_count_is_asked_for_separately(server: ScriptedServer) -> None:
    server.script = [reply(200, _bundle(total=12)), reply(200, _bundle())]
    client = _client(server)
    assert await client.count("Appointment", [("actor", "Practitioner/k")]) == 12
    assert server.got[0].target == "/fhir/Appointment?actor=Practitioner/k&_summary=count"
    assert (await _failure(client.count("Appointment", []))).kind is ErrorKind.BROKEN


async def test_a_conditional_create_is_safe_to_repeat(server: ScriptedServer) -> None:
    server.script = [
        reply(201, b"", f"Location: {server.base}/Observation/5/_history/1", 'ETag: W/"1"'),
        reply(200, b'{"resourceType":"Observation","id":"5","meta":{"versionId":"1"}}'),
    ]
    client = _client(server)
    first = await client.create("Observation", _NEW, if_none_exist="identifier=urn:x|1")
    again = await client.create("Observation", _NEW, if_none_exist="identifier=urn:x|1")
    assert (first.id, first.version_id, first.created) == ("5", "1", True)
    assert (again.id, again.version_id, again.created) == ("5", "1", False)
    assert [one.headers["if-none-exist"] for one in server.got] == ["identifier=urn:x|1"] * 2
    assert server.got[0].headers["content-type"].startswith("application/fhir+json")


async def test_an_update_names_the_version_it_was_made_from(server: ScriptedServer) -> None:
    server.script = [reply(200, _PATIENT, 'ETag: W/"4"'), reply(412, _OUTCOME)]
    client = _client(server)
    assert (await client.update("Patient", "p1", _PATIENT, if_match="3")).version_id == "4"
    assert (await _failure(client.update("Patient", "p1", _PATIENT, if_match="3"))).kind is ErrorKind.CONFLICT
    assert server.got[0].headers["if-match"] == 'W/"3"'


@pytest.mark.parametrize("text", ['x"', "a\r\nX-Evil: 1", "æ"])
async def test_no_header_is_smuggled(server: ScriptedServer, text: str) -> None:
    client = _client(server)
    assert not (await _failure(client.create("Observation", _NEW, if_none_exist=text))).may_be_applied
    assert not (await _failure(client.update("Patient", "p1", _NEW, if_match=text))).may_be_applied
    assert server.connections == 0


async def test_a_transaction_is_read_entry_by_entry(server: ScriptedServer) -> None:
    answers = [
        {"response": {"status": "201", "location": "Observation/1/_history/1"}},
        {"response": {"status": "412"}},
    ]
    server.script = [reply(200, _bundle(*answers)), reply(200, _bundle(*answers[:1])), reply(422, _OUTCOME)]
    client = _client(server)
    sent = _bundle({}, {})
    assert [(one.status, one.id) for one in await client.transaction(sent)] == [(201, "1"), (412, "")]
    assert (server.got[0].method, server.got[0].target, server.got[0].body) == ("POST", "/fhir", sent)
    assert (await _failure(client.transaction(sent))).may_be_applied
    assert not (await _failure(client.transaction(sent))).may_be_applied


async def test_the_history_of_a_resource_is_read(server: ScriptedServer) -> None:
    versions: list[dict[str, Any]] = [
        {"response": {"status": "204"}},
        {"resource": {"resourceType": "Patient", "id": "p1", "meta": {"versionId": "2"}}},
        {"resource": {"resourceType": "Patient", "id": "p1", "meta": {"versionId": "1"}}},
    ]
    server.script = [reply(200, _bundle(*versions)), reply(200, _bundle(_match("p2", "Patient")))]
    client = _client(server)
    assert [one.version_id for one in await client.history("Patient", "p1")] == ["2", "1"]
    assert server.got[0].target == "/fhir/Patient/p1/_history"
    assert (await _failure(client.history("Patient", "p1"))).kind is ErrorKind.WRONG_RESOURCE


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
    client = _client(server)
    full = await client.capabilities()
    assert full.can("Task", "update")
    assert full.has_search("Task", "owner")
    assert full.conditional_create("Task")
    assert full.conditional_update("Task")
    assert full.transaction
    assert (full.software, full.instance_id) == ("J", "one")
    bare = await client.capabilities()
    assert [bare.can("Task", "read"), bare.transaction, bare.conditional_create("Task")] == [False] * 3


async def test_many_requests_share_four_connections(server: ScriptedServer) -> None:
    server.answer = lambda _: reply(200, _PATIENT)
    client = _client(server)
    read = await asyncio.gather(*(client.read("Patient", "p1") for _ in range(12)))
    assert len(read) == 12


def _never(call: Callable[[], object]) -> None:
    with pytest.raises(JournalError):
        call()


def test_plain_http_is_only_for_the_embedded_journal() -> None:
    clock, ids = SystemClock(), SystemIds()
    _never(lambda: JournalTransport("http://127.0.0.1:1/fhir", clock=clock, ids=ids))
    _never(lambda: JournalTransport("http://journal.example/fhir", clock=clock, ids=ids, plain_http=True))

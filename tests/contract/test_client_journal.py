"""JournalClient's interactions against a real server on loopback."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Any

import pytest

from client.errors import ErrorKind, JournalError
from tests.contract.scripted_journal import (
    NEW,
    OUTCOME,
    PATIENT,
    bundle,
    failure_of,
    found_ids,
    match,
    open_client,
)
from tests.contract.scripted_server import Reset, ScriptedServer, reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as one:
        yield one


async def test_a_read_gives_the_exact_bytes_and_sends_what_it_should(server: ScriptedServer) -> None:
    server.script = [reply(200, PATIENT, "Date: Mon, 23 Nov 2026 08:00:00 GMT")]
    one = await open_client(server).read("Patient", "p1")
    assert (one.version_id, one.last_updated, one.body) == ("3", "2026-11-23T08:00:00Z", PATIENT)
    sent = server.got[0]
    assert (sent.method, sent.target) == ("GET", "/fhir/Patient/p1")
    assert sent.headers["authorization"] == "Bearer secret-token"
    assert sent.headers["accept-encoding"] == "gzip"
    assert len(sent.headers["x-request-id"]) == 36
    assert "cookie" not in sent.headers


async def test_what_a_journal_can_do_is_read_once_and_then_only_whether_it_still_says_so(
    server: ScriptedServer,
) -> None:
    said = b'{"resourceType":"CapabilityStatement","software":{"name":"%s"}}'
    server.script = [
        reply(200, said % b"One", 'ETag: W/"1"'),
        reply(304),
        reply(200, said % b"Two", 'ETag: W/"2"'),
        reply(503, said % b"Two"),
        reply(200, said % b"Two", 'ETag: W/"3"'),
    ]
    client = open_client(server)
    first = await client.capabilities()
    assert await client.capabilities() is first
    second = await client.capabilities()
    assert (first.software, second.software) == ("One", "Two")
    with pytest.raises(JournalError):
        await client.capabilities()
    assert await client.capabilities() is second
    sent = [got.headers.get("if-none-match") for got in server.got]
    assert sent == [None, 'W/"1"', 'W/"1"', 'W/"2"', 'W/"2"']


async def test_not_modified_that_nobody_asked_for_is_no_statement(server: ScriptedServer) -> None:
    server.script = [reply(200, b'{"resourceType":"CapabilityStatement"}'), reply(304)]
    client = open_client(server)
    await client.capabilities()
    with pytest.raises(JournalError):
        await client.capabilities()


async def test_gzip_and_a_byte_order_mark_are_undone(server: ScriptedServer) -> None:
    server.script = [reply(200, gzip.compress(b"\xef\xbb\xbf" + PATIENT), "Content-Encoding: gzip")]
    assert (await open_client(server).read("Patient", "p1")).body == PATIENT


async def test_pages_are_followed_past_empty_ones_and_on_our_own_base(server: ScriptedServer) -> None:
    """Fault: P3."""
    server.script = [
        reply(
            200,
            bundle(
                match("1"),
                link=f"http://127.0.0.1:{server.port}:{server.port}/fhir?sessionID=a%2Bb",
                total=1,
            ),
        ),
        reply(200, bundle(link="/fhir/Observation?page=3")),
        reply(200, bundle(match("2"), match("3"))),
    ]
    client = open_client(server)
    pages = [page async for page in client.search("Observation", [("patient", "p1")], page_size=7)]
    assert [[one.id for one in page.resources] for page in pages] == [["1"], [], ["2", "3"]]
    assert [page.is_last for page in pages] == [False, False, True]
    assert [one.target for one in server.got] == [
        "/fhir/Observation?patient=p1&_count=7",
        "/fhir?sessionID=a%2Bb",
        "/fhir/Observation?page=3",
    ]


async def test_pages_in_a_loop_are_noticed(server: ScriptedServer) -> None:
    """Fault: P2."""
    server.answer = lambda got: reply(
        200, bundle(match("1"), link="?p=2" if got.target.endswith("p=3") else "?p=3")
    )
    assert (await failure_of(found_ids(open_client(server)))).kind is ErrorKind.BROKEN
    assert len(server.got) == 3


async def test_an_expired_page_is_told(server: ScriptedServer) -> None:
    """Fault: P1."""
    server.script = [reply(200, bundle(match("1"), link="?p=2")), reply(410)]
    assert (await failure_of(found_ids(open_client(server)))).kind is ErrorKind.GONE


async def test_an_identity_number_goes_in_the_body(server: ScriptedServer) -> None:
    server.script = [reply(200, bundle(match("p1", "Patient")))]
    query = [("identifier", "urn:oid:2.16.578.1.12.4.1.4.1|29874849837")]
    found = [
        one
        async for page in open_client(server).search("Patient", query, in_body=True)
        for one in page.resources
    ]
    assert [one.id for one in found] == ["p1"]
    sent = server.got[0]
    assert (sent.method, sent.target) == ("POST", "/fhir/Patient/_search")
    assert sent.body == b"identifier=urn%3Aoid%3A2.16.578.1.12.4.1.4.1%7C29874849837&_count=100"


async def test_a_search_in_the_body_is_no_write(server: ScriptedServer) -> None:
    server.script = [Reset()]
    pages = open_client(server).search("Patient", [("name", "x")], in_body=True)
    failed = await failure_of(anext(pages))
    assert (failed.kind, failed.may_be_applied) == (ErrorKind.UNREACHABLE, False)


async def test_the_count_is_asked_for_separately(server: ScriptedServer) -> None:
    server.script = [reply(200, bundle(total=12)), reply(200, bundle())]
    client = open_client(server)
    assert await client.count("Appointment", [("actor", "Practitioner/k")]) == 12
    assert server.got[0].target == "/fhir/Appointment?actor=Practitioner/k&_summary=count"
    assert (await failure_of(client.count("Appointment", []))).kind is ErrorKind.BROKEN


async def test_a_conditional_create_is_safe_to_repeat(server: ScriptedServer) -> None:
    """Fault: Q1."""
    server.script = [
        reply(201, b"", f"Location: {server.base}/Observation/5/_history/1", 'ETag: W/"1"'),
        reply(200, b'{"resourceType":"Observation","id":"5","meta":{"versionId":"1"}}'),
    ]
    client = open_client(server)
    first = await client.create("Observation", NEW, if_none_exist="identifier=urn:x|1")
    again = await client.create("Observation", NEW, if_none_exist="identifier=urn:x|1")
    assert (first.id, first.version_id, first.created) == ("5", "1", True)
    assert (again.id, again.version_id, again.created) == ("5", "1", False)
    assert [one.headers["if-none-exist"] for one in server.got] == ["identifier=urn:x|1"] * 2
    assert server.got[0].headers["content-type"].startswith("application/fhir+json")


async def test_an_update_names_the_version_it_was_made_from(server: ScriptedServer) -> None:
    server.script = [reply(200, PATIENT, 'ETag: W/"4"'), reply(412, OUTCOME)]
    client = open_client(server)
    assert (await client.update("Patient", "p1", PATIENT, if_match="3")).version_id == "4"
    assert (
        await failure_of(client.update("Patient", "p1", PATIENT, if_match="3"))
    ).kind is ErrorKind.CONFLICT
    assert server.got[0].headers["if-match"] == 'W/"3"'


async def test_a_transaction_is_read_entry_by_entry(server: ScriptedServer) -> None:
    """Fault: H17."""
    answers = [
        {"response": {"status": "201", "location": "Observation/1/_history/1"}},
        {"response": {"status": "412"}},
    ]
    server.script = [reply(200, bundle(*answers)), reply(200, bundle(*answers[:1])), reply(422, OUTCOME)]
    client = open_client(server)
    sent = bundle({}, {})
    assert [(one.status, one.id) for one in await client.transaction(sent)] == [(201, "1"), (412, "")]
    assert (server.got[0].method, server.got[0].target, server.got[0].body) == ("POST", "/fhir", sent)
    assert (await failure_of(client.transaction(sent))).may_be_applied
    assert not (await failure_of(client.transaction(sent))).may_be_applied


async def test_the_history_of_a_resource_is_read(server: ScriptedServer) -> None:
    versions: list[dict[str, Any]] = [
        {"response": {"status": "204"}},
        {"resource": {"resourceType": "Patient", "id": "p1", "meta": {"versionId": "2"}}},
        {"resource": {"resourceType": "Patient", "id": "p1", "meta": {"versionId": "1"}}},
    ]
    server.script = [reply(200, bundle(*versions)), reply(200, bundle(match("p2", "Patient")))]
    client = open_client(server)
    assert [one.version_id for one in await client.history("Patient", "p1")] == ["2", "1"]
    assert server.got[0].target == "/fhir/Patient/p1/_history"
    assert (await failure_of(client.history("Patient", "p1"))).kind is ErrorKind.WRONG_RESOURCE


async def test_many_requests_share_four_connections(server: ScriptedServer) -> None:
    server.answer = lambda _: reply(200, PATIENT)
    client = open_client(server)
    read = await asyncio.gather(*(client.read("Patient", "p1") for _ in range(12)))
    assert len(read) == 12

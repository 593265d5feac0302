"""JournalClient, SignIn and Tokens against the embedded journal in its own process, over real HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from client.auth.sign_in import SignIn
from client.auth.tokens import Tokens
from client.auth.transport import AuthTransport
from client.errors import ErrorKind, JournalError
from client.journal import JournalClient
from client.transport import JournalTransport
from offline_cache.patient_of import patient_of
from ports.clock import SystemClock
from ports.disk import SystemDisk
from ports.ids import SystemIds
from sandbox.launching import Started, start_detached, stop_running
from sandbox.state import StateFolder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from client.auth.grant import Grant

_REDIRECT = "http://127.0.0.1:49152/callback"
_SCOPES = ["openid", "fhirUser", "offline_access", "launch", "user/*.cruds"]
_SYSTEM = "urn:ietf:rfc:3986"


class Nurse:
    """A nurse who has signed in to the running journal."""

    def __init__(self, running: Started) -> None:
        self.running = running
        self.rotated: list[Grant] = []
        self.http = AuthTransport(clock=SystemClock(), ids=SystemIds(), plain_http=True)

    async def sign_in(self) -> Grant:
        """Do what a browser would do, by the addresses that the journal gives."""
        sign_in = await SignIn.begin(
            self.http,
            self.running.base_url,
            client_id="feltjournal",
            redirect_uri=_REDIRECT,
            scopes=_SCOPES,
            ids=SystemIds(),
            clock=SystemClock(),
        )
        page = json.loads((await self.http.get(sign_in.url)).body)
        person = next(one["id"] for one in page["people"] if one["name"] == "Kari Nordmann")
        answer = await self.http.post_form(page["choose"], [("request", page["request"]), ("person", person)])
        assert answer.status == 302
        return await sign_in.finish(answer.headers["location"])

    async def tokens(self) -> Tokens:
        """Return a token source over a new sign-in."""
        return Tokens(
            self.http, await self.sign_in(), clock=SystemClock(), ids=SystemIds(), on_rotation=self._keep
        )

    def client(self, tokens: Tokens | None) -> JournalClient:
        """Return a client that uses the tokens."""
        base = self.running.base_url
        transport = JournalTransport(
            base, clock=SystemClock(), ids=SystemIds(), token=tokens, plain_http=True
        )
        return JournalClient(transport)

    async def _keep(self, grant: Grant) -> None:
        self.rotated.append(grant)


@pytest.fixture
async def nurse(tmp_path: Path) -> AsyncIterator[Nurse]:
    state = StateFolder(tmp_path / "sandbox", SystemDisk())
    yield Nurse(start_detached(state, ["--port", "0"], ids=SystemIds()))
    assert await stop_running(state, SystemClock())


def _reading(mark: str) -> bytes:
    return json.dumps(
        {
            "resourceType": "Observation",
            "status": "final",
            "identifier": [{"system": _SYSTEM, "value": mark}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
            "valueQuantity": {"value": 72, "unit": "/min"},
        }
    ).encode()


async def test_signing_in_reading_and_refreshing(nurse: Nurse) -> None:
    tokens = await nurse.tokens()
    user = tokens.grant.user
    assert (user.name, user.fhir_user.split("/")[-2:]) == ("Kari Nordmann", ["Practitioner", "kari-nordmann"])
    client = nurse.client(tokens)
    capabilities = await client.capabilities()
    assert capabilities.transaction
    assert capabilities.conditional_create("Observation")
    query = [("actor", user.fhir_user)]
    pages = [one async for one in client.search("Appointment", query, page_size=2)]
    visits = [one for page in pages for one in page.resources]
    assert len(visits) == await client.count("Appointment", query) > 2
    assert all(len(page.resources) <= 2 for page in pages)
    assert not pages[-1].next
    rest = [one async for page in client.search_on("Appointment", pages[0].next) for one in page.resources]
    assert rest == visits[2:]
    patient = patient_of("Appointment", visits[0].body)
    raw = await client.read("Patient", patient)
    assert (raw.type, raw.id) == ("Patient", patient)
    before = tokens.grant.access_token
    fresh = await tokens.refused(before)
    assert fresh not in {None, before}
    assert [one.access_token for one in nurse.rotated] == [fresh]
    assert (await client.read("Patient", patient)).body == raw.body


async def test_nobody_reads_without_a_token(nurse: Nurse) -> None:
    with pytest.raises(JournalError) as refusal:
        await nurse.client(None).read("Patient", "x")
    assert refusal.value.kind is ErrorKind.UNAUTHORIZED


async def test_writing_once_changing_and_conflicting(nurse: Nurse) -> None:
    client = nurse.client(await nurse.tokens())
    mark = f"urn:uuid:{SystemIds().uuid()}"
    condition = f"identifier={_SYSTEM}|{mark}"
    first = await client.create("Observation", _reading(mark), if_none_exist=condition)
    again = await client.create("Observation", _reading(mark), if_none_exist=condition)
    assert (first.created, again.created, again.id) == (True, False, first.id)
    stored = await client.read("Observation", first.id)
    assert stored.version_id == first.version_id
    changed = await client.update("Observation", first.id, stored.body, if_match=first.version_id)
    assert changed.version_id != first.version_id
    with pytest.raises(JournalError) as stale:
        await client.update("Observation", first.id, stored.body, if_match=first.version_id)
    assert (stale.value.kind, stale.value.status) == (ErrorKind.CONFLICT, 412)
    versions = {one.version_id for one in await client.history("Observation", first.id)}
    assert versions == {first.version_id, changed.version_id}


async def test_a_transaction_is_acknowledged_part_by_part(nurse: Nurse) -> None:
    client = nurse.client(await nurse.tokens())
    marks = [f"urn:uuid:{SystemIds().uuid()}" for _ in range(2)]
    entries = [
        {
            "fullUrl": mark,
            "resource": json.loads(_reading(mark)),
            "request": {
                "method": "POST",
                "url": "Observation",
                "ifNoneExist": f"identifier={_SYSTEM}|{mark}",
            },
        }
        for mark in marks
    ]
    body = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()
    first = await client.transaction(body)
    again = await client.transaction(body)
    assert [one.status for one in first] == [201, 201]
    assert [one.status for one in again] == [200, 200]
    assert [one.id for one in first] == [one.id for one in again]
    assert all(one.type == "Observation" and one.version_id for one in first)


async def test_refusals_come_in_the_journals_own_words(nurse: Nurse) -> None:
    client = nurse.client(await nurse.tokens())
    with pytest.raises(JournalError) as missing:
        await client.read("Patient", "no-such")
    with pytest.raises(JournalError) as refused:
        await client.create("Observation", b'{"resourceType":"Patient"}')
    assert missing.value.kind is ErrorKind.NOT_FOUND
    assert refused.value.kind is ErrorKind.REFUSED
    assert refused.value.outcome_text
    assert not refused.value.may_be_applied

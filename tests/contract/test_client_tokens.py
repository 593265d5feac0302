"""Keeping a grant alive: early refresh, one at a time, rotation stored first, and the end of it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from client.auth.grant import Grant, SignedInUser
from client.auth.tokens import Tokens
from client.auth.transport import AuthTransport
from client.errors import ErrorKind, JournalError
from client.transport import JournalTransport
from ports.ids import SystemIds
from tests.contract.scripted_server import Got, Reply, Reset, ScriptedServer, reply
from tests.contract.still_clock import StillClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Ward:
    """An issuer that counts its tokens up, and a token source over it."""

    def __init__(self, server: ScriptedServer, query: str = "") -> None:
        self.clock = StillClock()
        self.server = server
        self.saved: list[Grant] = []
        self.save_fails = False
        self.answers: list[Reply] = []
        server.answer = self._answer
        http = AuthTransport(clock=self.clock, ids=SystemIds(), plain_http=True)
        user = SignedInUser("kari", "Kari", "Practitioner/kari", "SP", (), f"{server.address}/auth")
        end = self.clock.now() + timedelta(seconds=3600)
        token_endpoint = f"{server.address}/auth/token{query}"
        grant = Grant(
            "access-0", "refresh-0", end, frozenset({"openid"}), user, token_endpoint, "feltjournal"
        )
        self.tokens = Tokens(http, grant, clock=self.clock, ids=SystemIds(), on_rotation=self._save)

    async def _save(self, grant: Grant) -> None:
        assert self.tokens.grant.access_token != grant.access_token, "stored after it was used"
        if self.save_fails:
            raise OSError("disk full")
        self.saved.append(grant)

    def _answer(self, _: Got) -> Reply:
        if self.answers:
            return self.answers.pop(0)
        count = len(self.server.got)
        new = {"access_token": f"access-{count}", "refresh_token": f"refresh-{count}", "token_type": "bearer"}
        return reply(200, json.dumps(new | {"expires_in": "3600"}).encode(), kind="application/json")

    @property
    def spent(self) -> list[str]:
        """Return the refresh tokens that were sent."""
        return [one.body.decode().split("&refresh_token=")[1].split("&")[0] for one in self.server.got]


@pytest.fixture
async def ward() -> AsyncIterator[Ward]:
    async with ScriptedServer() as server:
        yield Ward(server)


async def test_a_token_that_holds_is_used(ward: Ward) -> None:
    assert await ward.tokens.token() == "access-0"
    assert ward.server.got == []


async def test_a_token_about_to_expire_is_replaced_and_stored_first(ward: Ward) -> None:
    """Fault: A1."""
    ward.clock.move(3580)
    assert await ward.tokens.token() == "access-1"
    assert [one.refresh_token for one in ward.saved] == ["refresh-1"]
    assert ward.tokens.grant.user.name == "Kari"
    ward.clock.move(3580)
    assert await ward.tokens.token() == "access-2"
    assert ward.spent == ["refresh-0", "refresh-1"]


async def test_many_askers_share_one_refresh(ward: Ward) -> None:
    """Fault: A2."""
    answers = await asyncio.gather(*(ward.tokens.refused("access-0") for _ in range(20)))
    assert set(answers) == {"access-1"}
    assert ward.spent == ["refresh-0"]


async def test_a_token_already_replaced_is_not_refreshed_again(ward: Ward) -> None:
    """Fault: A2."""
    await ward.tokens.refused("access-0")
    assert await ward.tokens.refused("access-0") == "access-1"
    assert len(ward.server.got) == 1


async def test_a_cancelled_asker_does_not_lose_the_rotated_token(ward: Ward) -> None:
    ward.server.gate = asyncio.Event()
    asker = asyncio.create_task(ward.tokens.refused("access-0"))
    await ward.server.arrived.wait()
    asker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asker
    ward.server.gate.set()
    assert await ward.tokens.refused("access-0") == "access-1"
    assert ward.spent == ["refresh-0"]


async def test_a_rotation_that_cannot_be_stored_is_handed_over_again(ward: Ward) -> None:
    ward.save_fails = True
    with pytest.raises(OSError, match="disk full"):
        await ward.tokens.refused("access-0")
    assert ward.tokens.grant.access_token == "access-0"
    ward.save_fails = False
    assert await ward.tokens.refused("access-0") == "access-1"
    assert (ward.spent, len(ward.saved)) == (["refresh-0"], 1)


async def test_an_endpoint_with_a_query_is_refreshed_at_as_well(ward: Ward) -> None:
    """Such an issuer lets people in, and would never renew what it gave."""
    ward = Ward(ward.server, "?p=policy")
    assert await ward.tokens.refused("access-0") == "access-1"
    assert [one.target for one in ward.server.got] == ["/auth/token?p=policy"]


@pytest.mark.parametrize("seconds", [2**62, 10**11])
async def test_a_lifetime_past_all_calendars_is_a_day(ward: Ward, seconds: int) -> None:
    ward.answers = [
        reply(
            200,
            b'{"access_token":"access-1","token_type":"bearer","expires_in":%d}' % seconds,
            kind="application/json",
        )
    ]
    assert await ward.tokens.refused("access-0") == "access-1"
    assert ward.tokens.grant.expires_at - ward.clock.now() == timedelta(days=1)


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_dead_refresh_token_ends_it(ward: Ward, status: int) -> None:
    """Fault: A3."""
    ward.answers = [reply(status, b'{"error":"invalid_grant"}', kind="application/json")]
    assert await ward.tokens.refused("access-0") is None
    assert ward.tokens.ended
    assert await ward.tokens.token() is None
    assert len(ward.server.got) == 1


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        (Reset(), ErrorKind.UNREACHABLE),
        (reply(503, b'{"error":"temporarily_unavailable"}'), ErrorKind.SERVER_FAULT),
        (reply(400, b'{"error":"temporarily_unavailable"}'), ErrorKind.REFUSED),
        (reply(403, b"<html>", kind="text/html"), ErrorKind.FORBIDDEN),
        (reply(200, b"<html>", kind="text/html"), ErrorKind.NOT_FHIR),
    ],
)
async def test_a_bad_network_does_not_sign_anybody_out(ward: Ward, what: Reply, kind: ErrorKind) -> None:
    """Fault: A3."""
    ward.answers = [what]
    with pytest.raises(JournalError) as failed:
        await ward.tokens.refused("access-0")
    assert failed.value.kind is kind
    assert not ward.tokens.ended
    assert await ward.tokens.refused("access-0") == "access-2"


@pytest.mark.parametrize(
    "what",
    [
        reply(200, b"<html>", kind="text/html"),
        reply(403, b"<html>", kind="text/html"),
        reply(503, b'{"error":"temporarily_unavailable"}'),
        reply(400, b'{"error":"temporarily_unavailable"}'),
    ],
    ids=["a page", "a page that refuses", "unavailable", "unavailable in OAuth's words"],
)
async def test_what_the_issuer_answers_is_not_laid_to_what_was_to_be_sent(ward: Ward, what: Reply) -> None:
    """A page of some network in the place of a token would have a signed entry wait for a person.

    Fault: A3, N2.
    """
    async with ScriptedServer() as journal:
        journal.answer = lambda got: reply(401)
        transport = JournalTransport(
            f"{journal.address}/fhir", clock=ward.clock, ids=SystemIds(), token=ward.tokens, plain_http=True
        )
        ward.answers = [what]
        with pytest.raises(JournalError) as failed:
            await transport.send("POST", "Observation", body=b"{}")
        await transport.aclose()
    assert (failed.value.kind, failed.value.may_be_applied) == (ErrorKind.UNREACHABLE, False)


async def test_while_it_holds_a_token_is_used_though_the_issuer_is_away(ward: Ward) -> None:
    ward.answers = [Reset(), Reset()]
    ward.clock.move(3590)
    assert await ward.tokens.token() == "access-0"
    ward.clock.move(20)
    with pytest.raises(JournalError):
        await ward.tokens.token()


async def test_without_a_refresh_token_it_ends_when_it_ends(ward: Ward) -> None:
    http = AuthTransport(clock=ward.clock, ids=SystemIds(), plain_http=True)
    old = ward.tokens.grant
    short = Grant(
        "only", "", ward.clock.now() + timedelta(seconds=60), old.scopes, old.user, old.token_endpoint
    )
    tokens = Tokens(http, short, clock=ward.clock, ids=SystemIds(), on_rotation=ward._save)
    ward.clock.move(59)
    assert await tokens.token() == "only"
    ward.clock.move(2)
    assert await tokens.token() is None
    assert await tokens.refused("only") is None
    assert ward.server.got == []

"""Giving a sign-in back to a certified provider (RFC 7009): afterwards its tokens open nothing and bring no new ones."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from client.auth import revocation
from client.auth.assurance import Assurance
from client.auth.client_authentication import PublicClient
from client.auth.errors import SignInError, SignInReason
from client.auth.party import Party
from client.auth.sign_in import SignIn
from client.auth.tokens import Tokens
from client.auth.transport import AuthTransport
from client.errors import ErrorKind, JournalError
from client.journal import JournalClient
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.scripted_issuer import ScriptedIssuer
from tests.contract.scripted_server import ScriptedServer, reply
from tests.contract.sign_in_room import SignInRoom
from tests.contract.still_clock import StillClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from client.auth.grant import Grant

pytestmark = [pytest.mark.xdist_group("provider"), pytest.mark.needs("oidc-provider")]

_REDIRECT = "http://127.0.0.1:49152/callback"
_SCOPES = ("openid", "offline_access", "user/Patient.rs")
_PROVES = {"public": {"client_id"}, "bound": {"client_id"}, "symmetric": set[str]()}
_ASSERTION = {"client_assertion_type", "client_assertion"}
_KINDS = ["public", "bound", "symmetric", "asymmetric"]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignInRoom]:
    room = SignInRoom(tmp_path_factory.mktemp("provider"))
    yield room
    room.close()


def tokens_of(room: SignInRoom, kind: str, grant: Grant) -> Tokens:
    async def keep(_: Grant) -> None:
        """Keep nothing."""

    return Tokens(
        room.http(), grant, clock=SystemClock(), ids=SystemIds(), on_rotation=keep, client=room.client(kind)
    )


async def reads(room: SignInRoom, tokens: Tokens) -> bool:
    transport = JournalTransport(
        room.base, clock=SystemClock(), ids=SystemIds(), token=tokens, holder=tokens.holder, tls=room.tls
    )
    try:
        return bool((await JournalClient(transport).read("Patient", "p1")).id)
    except JournalError as error:
        return error.kind is not ErrorKind.UNAUTHORIZED
    finally:
        await transport.aclose()


@pytest.mark.parametrize("kind", _KINDS)
async def test_what_was_given_back_is_good_for_nothing(room: SignInRoom, kind: str) -> None:
    """Neither for the client itself nor for a thief of the tokens, the old access token and the key that they are bound to."""
    grant = await room.arrive(kind, _SCOPES)
    assert grant.revocation_endpoint == f"{room.issuer}/token/revocation"
    thief, own = tokens_of(room, kind, grant), tokens_of(room, kind, grant)
    assert await reads(room, own)
    room.asked()
    assert await own.give_back()
    asked = [one for one in room.asked() if one.path == "/token/revocation"]
    assert asked[-1].names == {"token", "token_type_hint"} | _PROVES.get(kind, _ASSERTION)
    assert (asked[-1]["token"], asked[-1]["token_type_hint"]) == (grant.refresh_token, "refresh_token")
    assert not await reads(room, own)
    assert not await reads(room, thief)
    assert thief.ended


async def test_the_family_goes_with_a_token_that_was_renewed(room: SignInRoom) -> None:
    grant = await room.arrive("public", _SCOPES)
    own = tokens_of(room, "public", grant)
    assert await own.refused(grant.access_token)
    renewed = own.grant
    assert await own.give_back()
    assert not await reads(room, tokens_of(room, "public", renewed))


async def test_a_sign_in_that_is_worth_too_little_is_given_back(room: SignInRoom) -> None:
    room.asked()
    with pytest.raises(SignInError) as refused:
        await room.arrive("public", _SCOPES, worth=Assurance(("high",)))
    assert refused.value.reason is SignInReason.LEVEL
    (back,) = [one for one in room.asked() if one.path == "/token/revocation"]
    thief = Party(room.http(), room.client("public"), SystemClock(), SystemIds())
    answer = await thief.http.post_form(
        thief.http.allow(f"{room.issuer}/token"),
        [("grant_type", "refresh_token"), ("refresh_token", back["token"]), ("client_id", "public")],
    )
    assert (answer.status, b"invalid_grant" in answer.body) == (400, True)


async def test_an_issuer_that_is_down_is_told_of(tmp_path: Path) -> None:
    passing = SignInRoom(tmp_path)
    own = tokens_of(passing, "public", await passing.arrive("public", _SCOPES))
    passing.close()
    assert not await own.give_back()
    assert await own.token() is None


async def test_one_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wire's own limit is an hour here: without the limit of giving back this would wait for the outer one, and fail."""
    monkeypatch.setattr(revocation, "PATIENCE", 0.1)
    closed = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        closed.set()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/revoke"
    http = AuthTransport(clock=SystemClock(), ids=SystemIds(), plain_http=True, timeout=3600.0)
    grant = replace(_some_grant(), revocation_endpoint=url)
    async with asyncio.timeout(60):
        party = Party(http, PublicClient("x"), SystemClock(), SystemIds())
        assert not await revocation.give_back(party, grant)
        await http.aclose()
        await closed.wait()
    server.close()


def _some_grant() -> Grant:
    from client.auth.grant import Grant, SignedInUser

    user = SignedInUser("x", "", "", "", (), "")
    return Grant("access", "refresh", SystemClock().now(), frozenset(), user)


@pytest.mark.parametrize("where", ["smart", "openid"])
async def test_a_place_on_another_host_comes_by_no_token(where: str) -> None:
    """It is done without, and no reason to refuse the sign-in."""
    async with ScriptedServer() as server, ScriptedServer() as evil:
        evil.answer = lambda _: reply(200, b"")
        issuer = ScriptedIssuer(server, StillClock())
        setattr(issuer, where, {"revocation_endpoint": f"{evil.address}/revoke"})
        http = AuthTransport(clock=issuer.clock, ids=SystemIds(), plain_http=True)
        http.allow(evil.address)
        sign_in = await SignIn.begin(
            http,
            server.base,
            client=PublicClient("feltjournal"),
            redirect_uri=_REDIRECT,
            scopes=["openid"],
            ids=SystemIds(),
            clock=issuer.clock,
        )
        grant = await sign_in.finish(issuer.callback(sign_in.url))
        assert grant.revocation_endpoint == ""
        party = Party(http, PublicClient("feltjournal"), issuer.clock, SystemIds())
        assert await revocation.give_back(party, grant)
        assert evil.got == []
        await http.aclose()

"""The ways to sign in before a certified provider: a browser on this machine, another device, and no person at all."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

import httpx
import pytest
from joserfc.jwk import ECKey

from client.auth.backend import backend_grant
from client.auth.client_authentication import KeyClient
from client.auth.device_code import DeviceSignIn
from client.auth.errors import SignInError, SignInReason
from client.auth.holder_key import HolderKey
from client.auth.loopback import Loopback
from client.auth.party import Party
from client.auth.sign_in import SignIn
from client.auth.tokens import Tokens
from client.journal import JournalClient
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.quick_clock import QuickClock
from tests.contract.sign_in_room import Browser, SignInRoom
from tests.contract.still_clock import StillClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from client.auth.grant import Grant

pytestmark = [pytest.mark.xdist_group("provider"), pytest.mark.needs("oidc-provider")]

_SCOPES = ("openid", "offline_access", "user/Patient.rs")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignInRoom]:
    room = SignInRoom(tmp_path_factory.mktemp("provider"))
    yield room
    room.close()


def party(room: SignInRoom, kind: str, clock: SystemClock | None = None) -> Party:
    holder = HolderKey.new() if kind in {"bound", "asymmetric"} else None
    return Party(room.http(), room.client(kind), clock or SystemClock(), SystemIds(), holder)


async def test_a_browser_is_sent_back_to_a_free_port_of_this_machine(room: SignInRoom) -> None:
    async with Loopback(SystemClock(), taken="Ferdig.", other="Ikke denne.") as loopback:
        sign_in = await SignIn.begin(
            room.http(),
            room.base,
            client=room.client("public"),
            redirect_uri=loopback.redirect_uri,
            scopes=_SCOPES,
            ids=SystemIds(),
            clock=SystemClock(),
        )
        loopback.expect(sign_in.is_mine)
        waiting = asyncio.create_task(loopback.callback())
        browser = Browser(room)
        back = await asyncio.to_thread(browser.sign_in, sign_in.url)
        for wrong in (back.replace("state=", "state=x"), back.replace("/callback", "/favicon.ico")):
            page = await asyncio.to_thread(browser.open_callback, wrong)
            assert (page.status_code, "Ikke denne." in page.text) == (404, True)
        elsewhere = await asyncio.to_thread(httpx.get, back, headers={"Host": "evil.example"})
        assert elsewhere.status_code == 404
        assert (await asyncio.to_thread(httpx.post, back)).status_code == 404
        assert not waiting.done()
        page = await asyncio.to_thread(browser.open_callback, back)
        assert (page.status_code, "Ferdig." in page.text) == (200, True)
        assert page.headers["cache-control"] == "no-store"
        assert "code=" not in page.text
        grant = await sign_in.finish(await waiting)
        late = await asyncio.to_thread(browser.open_callback, back)
        assert late.status_code == 404
    assert grant.user.subject == "kari-nordmann"
    with pytest.raises(httpx.ConnectError):
        await asyncio.to_thread(browser.open_callback, back)


async def test_a_browser_that_never_comes_back_ends_the_waiting() -> None:
    async with Loopback(StillClock(), taken="", other="") as loopback:
        with pytest.raises(SignInError) as over:
            await loopback.callback()
    assert over.value.reason is SignInReason.EXPIRED


@pytest.mark.parametrize("kind", ["public", "bound"])
async def test_a_code_is_entered_on_another_device(room: SignInRoom, kind: str) -> None:
    clock = QuickClock()
    device = await DeviceSignIn.begin(party(room, kind, clock), room.base, scopes=_SCOPES)
    invitation = device.invitation
    assert invitation.address == f"{room.issuer}/device"
    assert invitation.user_code in invitation.with_code
    clock.step = asyncio.Event()
    waiting = asyncio.create_task(device.finish())
    await asyncio.to_thread(Browser(room).enter_code, invitation.with_code)
    clock.step.set()
    grant = await waiting
    assert grant.user.subject == "kari-nordmann"
    assert bool(grant.holder_key) is (kind == "bound")
    assert clock.slept == [5.0]


async def test_before_the_code_is_entered_it_is_asked_again_at_the_issuers_pace(room: SignInRoom) -> None:
    clock = QuickClock()
    device = await DeviceSignIn.begin(party(room, "public", clock), room.base, scopes=_SCOPES)
    room.asked()
    waiting = asyncio.create_task(device.finish())
    await clock.four.wait()
    assert not waiting.done()
    assert clock.slept[:4] == [5.0] * 4
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    polls = [one for one in room.asked() if one.path == "/token"]
    assert len(polls) >= 3
    assert {frozenset(one.names) for one in polls} == {frozenset({"grant_type", "device_code", "client_id"})}


async def test_a_code_that_nobody_enters_runs_out(room: SignInRoom) -> None:
    clock = StillClock()
    device = await DeviceSignIn.begin(
        Party(room.http(clock), room.client("public"), clock, SystemIds()), room.base, scopes=_SCOPES
    )
    with pytest.raises(SignInError) as over:
        await device.finish()
    assert over.value.reason is SignInReason.EXPIRED
    assert clock.now() >= device.invitation.ends_at


async def test_a_declined_code_is_told_as_that(room: SignInRoom) -> None:
    clock = QuickClock()
    device = await DeviceSignIn.begin(party(room, "public", clock), room.base, scopes=_SCOPES)
    clock.step = asyncio.Event()
    waiting = asyncio.create_task(device.finish())
    await asyncio.to_thread(Browser(room).decline_code, device.invitation.with_code)
    clock.step.set()
    with pytest.raises(SignInError) as denied:
        await waiting
    assert (denied.value.reason, denied.value.code) == (SignInReason.DENIED, "access_denied")


async def test_a_backend_signs_in_with_its_key_and_again_when_its_token_ends(room: SignInRoom) -> None:
    backend = party(room, "backend")
    grant = await backend_grant(backend, room.base, scopes=["system/*.rs"])
    assert (grant.refresh_token, grant.user.subject, grant.scopes) == (
        "",
        "backend",
        frozenset({"system/*.rs"}),
    )

    async def keep(_: Grant) -> None:
        """Keep nothing."""

    tokens = Tokens(
        backend.http,
        grant,
        clock=SystemClock(),
        ids=SystemIds(),
        on_rotation=keep,
        client=backend.client,
        again=lambda: backend_grant(backend, room.base, scopes=["system/*.rs"]),
    )
    journal = JournalTransport(room.base, clock=SystemClock(), ids=SystemIds(), token=tokens, tls=room.tls)
    assert (await JournalClient(journal).read("Patient", "p1")).id == "p1"
    room.hand("expire")
    assert (await JournalClient(journal).read("Patient", "p1")).id == "p1"
    assert tokens.grant.access_token != grant.access_token
    await journal.aclose()


async def test_a_backend_with_another_key_is_refused(room: SignInRoom) -> None:
    stranger = json.dumps(ECKey.generate_key("P-384").as_dict(private=True))
    who = Party(room.http(), KeyClient("backend", stranger), SystemClock(), SystemIds())
    with pytest.raises(SignInError) as refused:
        await backend_grant(who, room.base, scopes=["system/*.rs"])
    assert (refused.value.reason, refused.value.code) == (SignInReason.REFUSED, "invalid_client")

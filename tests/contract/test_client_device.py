"""A code for another device, and a pushed request, against a real HTTP issuer that bends every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from client.auth.client_authentication import PublicClient
from client.auth.device_code import DeviceSignIn
from client.auth.errors import SignInError, SignInReason
from client.auth.party import Party
from client.auth.sign_in import SignIn
from client.auth.transport import AuthTransport
from client.errors import ErrorKind, JournalError
from ports.ids import SystemIds
from tests.contract.scripted_issuer import ScriptedIssuer
from tests.contract.scripted_server import Reply, Reset, ScriptedServer, reply
from tests.contract.still_clock import StillClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Counting(StillClock):
    """Counts what was waited."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Count, and move on."""
        self.slept.append(seconds)
        await super().sleep(seconds)


@pytest.fixture
async def issuer() -> AsyncIterator[ScriptedIssuer]:
    async with ScriptedServer() as server:
        scripted = ScriptedIssuer(server, StillClock())
        scripted.openid = {"device_authorization_endpoint": f"{scripted.issuer}/device"}
        yield scripted


async def _begin(issuer: ScriptedIssuer, clock: StillClock | None = None) -> DeviceSignIn:
    clock = clock or Counting()
    http = AuthTransport(clock=clock, ids=SystemIds(), plain_http=True)
    party = Party(http, PublicClient("feltjournal"), clock, SystemIds())
    return await DeviceSignIn.begin(party, issuer.server.base, scopes=["openid"])


def _no(code: str, status: int = 400) -> Reply:
    return reply(status, b'{"error":"%s"}' % code.encode(), kind="application/json")


async def test_the_pace_is_the_issuers_and_a_lost_line_is_waited_out(issuer: ScriptedIssuer) -> None:
    clock = Counting()
    sign_in = await _begin(issuer, clock)
    issuer.token_replies = [
        _no("authorization_pending"),
        _no("slow_down"),
        _no("authorization_pending"),
        Reset(),
        reply(503, b"", kind="text/plain"),
        _no("authorization_pending"),
    ]
    grant = await sign_in.finish()
    assert grant.user.subject == "kari-nordmann"
    assert clock.slept == [7, 7, 12, 12, 17, 22, 22]


@pytest.mark.parametrize(
    ("said", "first_pause", "life"),
    [
        ({"interval": "nan"}, 1, 600),
        ({"interval": "inf"}, 60, 600),
        ({"interval": -7}, 1, 600),
        ({"expires_in": 2**70}, 7, 86_400),
        ({"expires_in": -1}, 7, 60),
    ],
)
async def test_times_that_are_none_are_put_within_reason(
    issuer: ScriptedIssuer, said: dict[str, Any], first_pause: int, life: int
) -> None:
    clock = Counting()
    issuer.device = said
    sign_in = await _begin(issuer, clock)
    assert (sign_in.invitation.ends_at - clock.now()).total_seconds() == life
    await sign_in.finish()
    assert clock.slept == [first_pause]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("access_denied", SignInReason.DENIED),
        ("expired_token", SignInReason.EXPIRED),
        ("invalid_grant", SignInReason.REFUSED),
    ],
)
async def test_an_end_is_told_by_its_reason(issuer: ScriptedIssuer, code: str, reason: SignInReason) -> None:
    sign_in = await _begin(issuer)
    issuer.token_reply = _no(code)
    with pytest.raises(SignInError) as over:
        await sign_in.finish()
    assert (over.value.reason, over.value.code) == (reason, code)
    assert len(issuer.forms) == 1


@pytest.mark.parametrize(
    "device",
    [
        {"device_code": None},
        {"user_code": None},
        {"user_code": "\x1b]0;x\x07"},
        {"user_code": "x" * 200},
        {"verification_uri": None},
        {"verification_uri": "http://issuer.example/device"},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "https://issuer.example@evil.example/"},
        {"verification_uri": "https://issuer.example/ device"},
        {"verification_uri": "https://issuer.example/\x1b[2J"},
        {"verification_uri": f"https://issuer.example/{'d' * 1_000_000}"},
        {"verification_uri_complete": "http://evil.example/"},
    ],
)
async def test_what_may_not_be_shown_is_refused(issuer: ScriptedIssuer, device: dict[str, Any]) -> None:
    issuer.device = device
    with pytest.raises(SignInError) as refused:
        await _begin(issuer)
    assert refused.value.reason is SignInReason.REFUSED


async def test_an_issuer_without_codes_says_so_before_anything_is_asked(issuer: ScriptedIssuer) -> None:
    issuer.openid = {}
    with pytest.raises(SignInError) as refused:
        await _begin(issuer)
    assert refused.value.reason is SignInReason.UNSUPPORTED
    assert [one for one in issuer.server.got if "device" in one.target] == []


async def test_codes_of_another_host_are_not_asked_for(issuer: ScriptedIssuer) -> None:
    issuer.openid = {"device_authorization_endpoint": "https://evil.example/device"}
    with pytest.raises(SignInError) as refused:
        await _begin(issuer)
    assert refused.value.reason is SignInReason.METADATA


@pytest.mark.parametrize("interval", [-1, 0, 0.001])
async def test_no_pace_floods_the_issuer(issuer: ScriptedIssuer, interval: float) -> None:
    issuer.device = {"interval": interval}
    clock = Counting()
    await (await _begin(issuer, clock)).finish()
    assert min(clock.slept) >= 1


async def _push(issuer: ScriptedIssuer) -> SignIn:
    issuer.openid = {"pushed_authorization_request_endpoint": f"{issuer.issuer}/par"}
    return await SignIn.begin(
        AuthTransport(clock=issuer.clock, ids=SystemIds(), plain_http=True),
        issuer.server.base,
        client_id="feltjournal",
        redirect_uri="http://127.0.0.1:49152/callback",
        scopes=["openid"],
        ids=SystemIds(),
        clock=issuer.clock,
    )


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (_no("invalid_request"), SignInReason.REFUSED),
        (
            reply(201, b'{"request_uri":"https://evil.example/r"}', kind="application/json"),
            SignInReason.REFUSED,
        ),
        (reply(201, b"{}", kind="application/json"), SignInReason.REFUSED),
    ],
)
async def test_a_pushed_request_that_is_not_taken_opens_no_browser(
    issuer: ScriptedIssuer, what: Reply, reason: SignInReason
) -> None:
    issuer.pushed_reply = what
    with pytest.raises(SignInError) as refused:
        await _push(issuer)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        (reply(200, b"<html>", kind="text/html"), ErrorKind.NOT_FHIR),
        (reply(500, b""), ErrorKind.SERVER_FAULT),
        (Reset(), ErrorKind.UNREACHABLE),
    ],
)
async def test_a_network_in_between_is_no_refusal_of_a_pushed_request(
    issuer: ScriptedIssuer, what: Reply, kind: ErrorKind
) -> None:
    issuer.pushed_reply = what
    with pytest.raises(JournalError) as failed:
        await _push(issuer)
    assert failed.value.kind is kind

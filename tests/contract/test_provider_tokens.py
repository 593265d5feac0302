"""What becomes of a grant before a certified provider: rotation, replay, proofs with nonces, and the ends of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from client.auth.errors import SignInError, SignInReason
from client.auth.grant import Grant
from client.auth.holder_key import HolderKey
from client.auth.party import Party
from client.auth.sign_in import SignIn
from client.auth.token_answer import read_token_answer
from client.auth.tokens import Tokens
from client.errors import ErrorKind, JournalError
from client.journal import JournalClient
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.sign_in_room import Browser, SignInRoom

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime
    from pathlib import Path

pytestmark = [pytest.mark.xdist_group("provider"), pytest.mark.needs("oidc-provider")]

_REDIRECT = "http://127.0.0.1:49152/callback"
_LATE = timedelta(minutes=7)
_SCOPES = ("openid", "offline_access", "user/Patient.rs")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignInRoom]:
    room = SignInRoom(tmp_path_factory.mktemp("provider"))
    yield room
    room.close()


class Visit:
    """One sign-in, its tokens, and the way to the journal that they open."""

    def __init__(self, room: SignInRoom, kind: str, grant: Grant, clock: SystemClock | None = None) -> None:
        self.room = room
        self.saved: list[Grant] = []
        clock = clock or SystemClock()
        self.tokens = Tokens(
            room.http(clock),
            grant,
            clock=clock,
            ids=SystemIds(),
            on_rotation=self._save,
            client=room.client(kind),
        )
        self.transport = JournalTransport(
            room.base,
            clock=clock,
            ids=SystemIds(),
            token=self.tokens,
            holder=self.tokens.holder,
            tls=room.tls,
        )

    @classmethod
    async def begin(cls, room: SignInRoom, kind: str) -> Visit:
        """Sign in."""
        return cls(room, kind, await room.arrive(kind, _SCOPES))

    async def read(self) -> str:
        """Read something of the journal."""
        return (await JournalClient(self.transport).read("Patient", "p1")).id

    async def _save(self, grant: Grant) -> None:
        self.saved.append(Grant.from_bytes(grant.to_bytes()))


@pytest.fixture(params=["public", "bound", "symmetric", "asymmetric"])
async def visit(room: SignInRoom, request: pytest.FixtureRequest) -> AsyncIterator[Visit]:
    visit = await Visit.begin(room, request.param)
    yield visit
    await visit.transport.aclose()


async def test_an_expired_token_is_renewed_on_the_way(visit: Visit) -> None:
    """Fault: A1."""
    first = visit.tokens.grant
    assert await visit.read() == "p1"
    visit.room.hand("expire")
    assert await visit.read() == "p1"
    assert visit.tokens.grant.access_token != first.access_token
    assert [one.refresh_token for one in visit.saved] == [visit.tokens.grant.refresh_token]
    assert visit.tokens.grant.refresh_token != first.refresh_token


async def test_many_requests_at_once_spend_one_refresh_token(visit: Visit) -> None:
    """Fault: A2."""
    visit.room.hand("expire")
    visit.room.asked()
    assert set(await asyncio.gather(*(visit.read() for _ in range(12)))) == {"p1"}
    refreshes = [one for one in visit.room.asked() if one["grant_type"] == "refresh_token"]
    assert len({one["refresh_token"] for one in refreshes}) == 1


async def test_what_was_stored_goes_on_after_a_crash(visit: Visit) -> None:
    """Fault: A1. The key that tokens are bound to is stored with them."""
    visit.room.hand("expire")
    await visit.read()
    risen = Visit(visit.room, visit.tokens.grant.client_id, visit.saved[-1])
    visit.room.hand("expire")
    assert await risen.read() == "p1"
    await risen.transport.aclose()


async def test_a_replayed_refresh_token_ends_the_whole_family(visit: Visit) -> None:
    """Fault: A3."""
    spent = visit.tokens.grant
    visit.room.hand("expire")
    await visit.read()
    thief = Visit(visit.room, spent.client_id, spent)
    visit.room.hand("expire")
    with pytest.raises(JournalError) as refused:
        await thief.read()
    assert (refused.value.kind, thief.tokens.ended) == (ErrorKind.UNAUTHORIZED, True)
    with pytest.raises(JournalError):
        await visit.read()
    assert visit.tokens.ended
    await thief.transport.aclose()


async def test_a_revoked_sign_in_is_over(visit: Visit) -> None:
    """Fault: A3."""
    visit.room.hand("revoke")
    with pytest.raises(JournalError) as refused:
        await visit.read()
    assert (refused.value.kind, visit.tokens.ended) == (ErrorKind.UNAUTHORIZED, True)


async def test_a_nonce_that_changes_is_taken_up(room: SignInRoom) -> None:
    visit = await Visit.begin(room, "bound")
    for _ in range(3):
        room.hand("nonce")
        assert await visit.read() == "p1"
    await visit.transport.aclose()


async def test_a_bound_token_without_its_key_is_refused(room: SignInRoom) -> None:
    visit = await Visit.begin(room, "bound")
    for holder in (None, HolderKey.new()):
        thief = Visit(room, "bound", visit.tokens.grant)
        thief.transport._holder = holder
        with pytest.raises(JournalError) as refused:
            await thief.read()
        assert refused.value.kind is ErrorKind.UNAUTHORIZED
        await thief.transport.aclose()
    await visit.transport.aclose()


async def test_a_bound_refresh_token_without_its_key_is_refused(room: SignInRoom) -> None:
    visit = await Visit.begin(room, "bound")
    grant = visit.tokens.grant
    stranger = Party(room.http(), room.client("bound"), SystemClock(), SystemIds(), HolderKey.new())
    form = [("grant_type", "refresh_token"), ("refresh_token", grant.refresh_token)]
    answer = await stranger.post(
        stranger.http.allow(grant.token_endpoint),
        form,
        issuer=grant.issuer,
        token_endpoint=grant.token_endpoint,
    )
    with pytest.raises(SignInError) as refused:
        read_token_answer(answer, grant.token_endpoint, is_bound=True)
    assert (refused.value.reason, refused.value.code) == (SignInReason.REFUSED, "invalid_grant")
    await visit.transport.aclose()


class SlowClock(SystemClock):
    """A laptop that is seven minutes late."""

    def now(self) -> datetime:
        """Return the wrong time."""
        return super().now() - _LATE


async def test_a_laptop_with_a_wrong_clock_proves_itself_by_the_issuers_time(room: SignInRoom) -> None:
    """Fault: A8, C5. An assertion that is too old or a proof from the past is refused, so both go by the issuer's clock."""
    clock, http = SlowClock(), room.http(SlowClock())
    sign_in = await SignIn.begin(
        http,
        room.base,
        client=room.client("asymmetric"),
        redirect_uri=_REDIRECT,
        scopes=_SCOPES,
        ids=SystemIds(),
        clock=clock,
        holder=HolderKey.new(),
    )
    grant = await sign_in.finish(Browser(room).sign_in(sign_in.url))
    assert grant.user.subject == "kari-nordmann"
    assert abs(http.ahead(room.issuer) - _LATE).total_seconds() < 5


@pytest.mark.parametrize("kind", ["bound", "asymmetric"])
async def test_a_wrong_clock_at_the_first_word_of_a_start_costs_no_sign_in(
    room: SignInRoom, kind: str
) -> None:
    """Fault: A8, C5. Nothing is known of the issuer's clock before it has answered once."""
    visit = await Visit.begin(room, kind)
    risen = Visit(room, kind, visit.tokens.grant, SlowClock())
    assert await risen.read() == "p1"
    assert risen.saved == []  # the proof was made again; the token was not at fault
    again = Visit(room, kind, visit.tokens.grant, SlowClock())
    room.hand("expire")
    assert await again.read() == "p1"
    assert not again.tokens.ended
    for one in (visit, risen, again):
        await one.transport.aclose()


async def test_a_provider_that_is_down_signs_nobody_out(tmp_path: Path) -> None:
    """Fault: A3."""
    passing = SignInRoom(tmp_path)
    visit = await Visit.begin(passing, "public")
    passing.close()
    with pytest.raises(JournalError) as away:
        await visit.tokens.refused(visit.tokens.grant.access_token)
    assert (away.value.kind, visit.tokens.ended) == (ErrorKind.UNREACHABLE, False)
    await visit.transport.aclose()

"""Signing in before a certified provider that nobody here wrote (npm oidc-provider), over TLS with an authority that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from client.auth.errors import SignInError, SignInReason
from client.auth.holder_key import HolderKey
from client.auth.sign_in import SignIn
from client.errors import ErrorKind, JournalError
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.sign_in_room import Browser, SignInRoom

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.xdist_group("provider"), pytest.mark.needs("oidc-provider")]

_REDIRECT = "http://127.0.0.1:49152/callback"
_SCOPES = (
    "openid",
    "fhirUser",
    "offline_access",
    "user/Observation.rs",
    "user/Patient.rs",
    "user/Claim.cruds",
)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignInRoom]:
    room = SignInRoom(tmp_path_factory.mktemp("provider"))
    yield room
    room.close()


@pytest.mark.parametrize("kind", ["public", "bound", "symmetric", "asymmetric"])
async def test_every_kind_of_client_signs_in(room: SignInRoom, kind: str) -> None:
    holder = HolderKey.new() if kind in {"bound", "asymmetric"} else None
    sign_in = await room.begin(kind, _SCOPES, holder=holder)
    grant = await sign_in.finish(Browser(room).sign_in(sign_in.url))
    assert (grant.user.subject, grant.user.name) == ("kari-nordmann", "Kari Nordmann")
    assert grant.user.fhir_user == "Practitioner/kari-nordmann"
    assert grant.refresh_token
    assert {"user/Observation.rs", "user/Patient.rs"} <= grant.scopes
    assert "user/Claim.cruds" not in grant.scopes


async def test_consent_denied_is_told_as_that(room: SignInRoom) -> None:
    sign_in = await room.begin("public", _SCOPES)
    with pytest.raises(SignInError) as denied:
        await sign_in.finish(Browser(room).sign_in(sign_in.url, agrees=False))
    assert (denied.value.reason, denied.value.code) == (SignInReason.DENIED, "access_denied")


async def test_without_its_authority_nothing_is_sent(room: SignInRoom) -> None:
    room.asked()
    http = room.http()
    http._tls = None
    with pytest.raises(JournalError) as refused:
        await SignIn.begin(
            http,
            room.base,
            client_id="public",
            redirect_uri=_REDIRECT,
            scopes=_SCOPES,
            ids=SystemIds(),
            clock=SystemClock(),
        )
    assert refused.value.kind is ErrorKind.UNREACHABLE
    assert room.asked() == []


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignInRoom]:
    """A provider as OpenID Connect has it by default: who it is stands at the userinfo endpoint, and in no id_token."""
    room = SignInRoom(tmp_path_factory.mktemp("plain"), more={"plain": True})
    yield room
    room.close()


@pytest.mark.parametrize("kind", ["public", "bound"])
async def test_who_it_is_may_stand_at_the_userinfo_endpoint_alone(plain: SignInRoom, kind: str) -> None:
    holder = HolderKey.new() if kind == "bound" else None
    sign_in = await plain.begin(kind, _SCOPES, holder=holder)
    grant = await sign_in.finish(Browser(plain).sign_in(sign_in.url))
    assert (grant.user.subject, grant.user.name, grant.user.role) == ("kari-nordmann", "Kari Nordmann", "SP")
    assert grant.user.fhir_user == "Practitioner/kari-nordmann"
    assert {"user/Observation.rs", "user/Patient.rs"} <= grant.scopes

"""The level and the age of a sign-in before a certified provider: asked for, and looked for in what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from client.auth.assurance import Assurance
from client.auth.device_code import DeviceSignIn
from client.auth.errors import SignInError, SignInReason
from client.auth.party import Party
from ports.ids import SystemIds
from tests.contract.quick_clock import QuickClock
from tests.contract.sign_in_room import Browser, SignInRoom

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = [pytest.mark.xdist_group("provider"), pytest.mark.needs("oidc-provider")]

HIGH, LOW = "idporten-loa-high", "idporten-loa-substantial"
_HELSEID = "helseid://claims/identity/security_level"
_REDIRECT = "http://127.0.0.1:49152/callback"
_SCOPES = ("openid", "offline_access", "user/Patient.rs")


@pytest.fixture(scope="module", params=[True, False], ids=["pushed", "by the browser"])
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignInRoom]:
    more = {"pushed": request.param, "levels": [HIGH, LOW], "claims": {_HELSEID: "3"}}
    room = SignInRoom(tmp_path_factory.mktemp("provider"), more=more)
    yield room
    room.close()


async def refused(room: SignInRoom, assurance: Assurance) -> tuple[SignInReason, str]:
    with pytest.raises(SignInError) as error:
        await room.arrive("public", _SCOPES, worth=assurance)
    return error.value.reason, error.value.detail


async def test_the_level_is_asked_for_and_found(room: SignInRoom) -> None:
    room.hand(f"proves?acr={HIGH}")
    room.asked()
    grant = await room.arrive("public", _SCOPES, worth=Assurance((HIGH, LOW), max_age=600))
    assert grant.level == HIGH
    (request,) = [one for one in room.asked() if one.path == ("/request" if room.more["pushed"] else "/auth")]
    assert (request["acr_values"], request["max_age"]) == (f"{HIGH} {LOW}", "600")


async def test_a_lower_level_than_was_asked_for_is_no_sign_in(room: SignInRoom) -> None:
    """The provider lets her in all the same: `acr_values` is a wish."""
    room.hand(f"proves?acr={LOW}")
    assert await refused(room, Assurance((HIGH,))) == (SignInReason.LEVEL, HIGH)
    assert (await room.arrive("public", _SCOPES, worth=Assurance((HIGH, LOW)))).level == LOW


async def test_no_level_at_all_is_none(room: SignInRoom) -> None:
    room.hand("proves")
    assert await refused(room, Assurance((HIGH,))) == (SignInReason.LEVEL, HIGH)
    assert (await room.arrive("public", _SCOPES, worth=Assurance())).level == ""


async def test_a_level_in_a_claim_of_its_own_is_looked_for_there(room: SignInRoom) -> None:
    room.hand(f"proves?acr={HIGH}")
    room.asked()
    assert await refused(room, Assurance(("4",), _HELSEID)) == (SignInReason.LEVEL, "4")
    assert not any("acr_values" in one.names for one in room.asked())
    assert (await room.arrive("public", _SCOPES, worth=Assurance(("3", "4"), _HELSEID))).level == "3"


async def test_a_proof_that_is_too_old_is_no_sign_in(room: SignInRoom) -> None:
    room.hand("proves?ago=3600")
    assert await refused(room, Assurance(max_age=600)) == (SignInReason.AGE, "10")
    room.hand("proves?ago=60")
    assert (await room.arrive("public", _SCOPES, worth=Assurance(max_age=600))).access_token


async def test_a_code_on_another_device_must_be_worth_as_much(room: SignInRoom) -> None:
    for level, is_enough in ((LOW, False), (HIGH, True)):
        room.hand(f"proves?acr={level}")
        room.asked()
        clock = QuickClock()
        party = Party(room.http(clock), room.client("public"), clock, SystemIds())
        device = await DeviceSignIn.begin(
            party, room.base, scopes=_SCOPES, assurance=Assurance((HIGH,), max_age=600)
        )
        Browser(room).enter_code(device.invitation.with_code)
        if is_enough:
            assert (await device.finish()).level == HIGH
        else:
            with pytest.raises(SignInError) as error:
                await device.finish()
            assert error.value.reason is SignInReason.LEVEL
        asked = room.asked()[0]
        assert (asked.path, asked["acr_values"], asked["max_age"]) == ("/device/auth", HIGH, "600")

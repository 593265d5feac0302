"""What closes a cache to whose it is, and the way through each: a forgotten PIN, another keyring, others on the same laptop.

With the real journal, the real cache and the real commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.entrance import Entrance
from services.keyrings import Keyrings
from services.trouble import Trouble, TroubleCode
from tests.store_room import DrawerKeyring
from tests.working_day import PIN, a_day, first_day, sign_note, sit_out

if TYPE_CHECKING:
    from services.workday import Workday
    from tests.contract.machine import Machine

pytestmark = pytest.mark.usefixtures("running_journal")

NEW = "gråor-99-eik"


async def refused(day: Workday, pin: str) -> TroubleCode:
    """Try a PIN that does not open, when one is taken, and return why."""
    await sit_out(day)
    with pytest.raises(Trouble) as caught:
        await day.unlock(pin)
    return caught.value.code


async def test_a_forgotten_pin_costs_no_signed_entry(machine: Machine) -> None:
    """Signed offline, PIN forgotten: signed in online she begins anew, and the supervisor delivers what was sealed, once.

    Fault: Y7.
    """
    day = await first_day(machine.folder)
    await sign_note(day)
    await day.close()
    before = machine.in_journal()
    day = a_day(machine.folder)
    wrong = [await refused(day, f"feil-pin-{number}") for number in range(5)]
    assert wrong == [TroubleCode.WRONG_PIN] * 4 + [TroubleCode.PIN_LOCKED]
    assert not day.may_set_aside, "nobody has proved to be her"
    with pytest.raises(Trouble):
        await day.set_aside()
    await day.people()
    await day.sign_in("kari-nordmann")
    assert (day.needs_unlock, day.may_set_aside, day.is_owner_here) == (True, True, True)
    door = await day.door()
    assert (door.attempts_left, door.unsent_entries, door.sealed_entries) == (5, 1, 1)
    await day.set_aside()
    assert day.needs_pin
    await day.set_pin(NEW)
    await day.take_round(lambda _: None)
    await day.close()
    machine.exported()
    assert machine.rescue()[0] == 0
    assert machine.rescue()[0] == 0, "again is safe"
    totals, observations, notes, _ = machine.in_journal()
    assert (totals, observations, notes) == (before[0], before[1], before[2] + 1)
    again = a_day(machine.folder)
    await again.unlock(NEW)
    await again.close()


async def test_signing_in_as_another_sets_nobodys_cache_aside(machine: Machine) -> None:
    day = await first_day(machine.folder)
    await day.close()
    files = sorted(path.name for path in machine.cache.iterdir())
    day = a_day(machine.folder)
    await day.door()
    await day.people()
    await day.sign_in("olav-lie")
    assert (day.needs_pin, day.may_set_aside) == (True, False)
    with pytest.raises(Trouble):
        await day.set_aside()
    await day.close()
    assert sorted(path.name for path in machine.cache.iterdir()) == files


async def test_a_cache_that_is_open_in_another_window_is_not_set_aside(machine: Machine) -> None:
    day = await first_day(machine.folder)
    other = a_day(machine.folder)
    await other.people()
    await other.sign_in("kari-nordmann")
    with pytest.raises(Trouble) as caught:
        await other.set_aside()
    assert caught.value.code is TroubleCode.CACHE_BUSY
    await other.close()
    await sign_note(day)
    await day.close()


class Wallet(DrawerKeyring):
    """The keyring of another desktop."""

    name = "kwallet"


def with_keyrings(machine: Machine, keyrings: Keyrings) -> Workday:
    """Return a client on a desktop where these keyrings answer."""
    day = a_day(machine.folder)
    day._entrance = Entrance(day._setup, keyrings)
    return day


async def made_with(machine: Machine, keyrings: Keyrings) -> None:
    """Make Kari's cache and sign something in it."""
    day = with_keyrings(machine, keyrings)
    await day.people()
    await day.sign_in("kari-nordmann")
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    await sign_note(day)
    await day.close()


async def test_a_cache_goes_on_with_its_own_keyring_while_that_answers(machine: Machine) -> None:
    """The desktop now answers with another one first: new caches are made with that, old ones are opened with theirs."""
    wallet, service = Wallet(), DrawerKeyring()
    await made_with(machine, Keyrings(wallet))
    day = with_keyrings(machine, Keyrings(service, {"kwallet": wallet}))
    await day.door()
    await day.unlock(PIN)
    assert day.status().unsent_entries == 1
    await day.close()
    assert (len(wallet.items), len(service.items)) == (1, 0)


async def test_another_desktops_keyring_uses_no_attempt_and_has_a_way_on(machine: Machine) -> None:
    """The one it was made with does not answer here. Back there it opens; here she signs in and begins anew beside it.

    Fault: Y2.
    """
    wallet, service = Wallet(), DrawerKeyring()
    await made_with(machine, Keyrings(wallet))
    day = with_keyrings(machine, Keyrings(service))
    assert await refused(day, PIN) is TroubleCode.KEYRING_AWAY
    assert not day.may_set_aside, "it may answer tomorrow"
    back = with_keyrings(machine, Keyrings(wallet))
    assert (await back.door()).attempts_left == 5
    await back.unlock(PIN)
    await back.close()
    await day.people()
    await day.sign_in("kari-nordmann")
    await day.set_aside()
    await day.set_pin(NEW)
    await day.close()
    assert len(service.items) == 1
    assert len(wallet.items) == 1, "the secret of the one that was set aside is not touched"
    machine.exported()
    assert machine.rescue()[0] == 0


async def test_several_on_one_laptop_open_each_their_own_without_network(machine: Machine) -> None:
    """Not only who used it last: each is chosen by name, with the own PIN, and what one signed goes out as that one's.

    Fault: R9.
    """
    kari = await first_day(machine.folder)
    await sign_note(kari)
    await kari.close()
    olav = a_day(machine.folder)
    await olav.people()
    await olav.sign_in("olav-lie")
    await olav.set_pin(NEW)
    await olav.close()
    machine.room.kill()
    day = a_day(machine.folder)
    assert (await day.door()).clinician != "Kari Nordmann", "the last one's door is met first"
    doors = {one.clinician: one for one in await day.doors()}
    assert len(doors) == 2
    assert doors["Kari Nordmann"].unsent_entries == 1
    door = await day.choose_door(doors["Kari Nordmann"].name)
    assert (door.clinician, door.unsent_entries) == ("Kari Nordmann", 1)
    assert await refused(day, NEW) is TroubleCode.WRONG_PIN
    await sit_out(day)
    await day.unlock(PIN)
    assert day.status().clinician == "Kari Nordmann"
    (row,) = await day.outbox()
    machine.room.start()
    await day.send_now(row.entry_id)
    await day.sync()
    assert day.status().unsent_entries == 0
    await day.close()
    (note,) = [
        one
        for one in machine.room.fhir("ingrid-berg").all_of("DocumentReference")
        if any(i.get("value", "").startswith("urn:uuid:") for i in one.get("identifier", []))
    ]
    assert note["author"][0]["reference"] == "Practitioner/kari-nordmann"

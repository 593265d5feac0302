"""Attempts that opened nothing come into the log at the next unlocking, as one row, and are forgotten only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from offline_cache.attempts import WrongPins
from offline_cache.errors import PinLocked
from offline_cache.instants import to_text
from tests.store_room import PIN, WHO, DrawerKeyring, Room, room_in, sit_out
from tests.unit.test_vault_keys import miss

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return room_in(tmp_path / "cache")


@pytest.fixture(params=["keyring", "no keyring"])
def protector(request: pytest.FixtureRequest) -> DrawerKeyring | None:
    return DrawerKeyring() if request.param == "keyring" else None


def test_the_right_pin_puts_the_wrong_ones_by_until_the_log_has_them(
    room: Room, protector: DrawerKeyring | None
) -> None:
    """Unlocked twice, and the first never came to its log: the second has all of them, the last one's time with it."""
    room.vault(protector).create(PIN, WHO)
    miss(room.vault(protector), 2)
    sit_out(room.vault(protector))
    room.vault(protector).unlock(PIN)
    miss(room.vault(protector), 1)
    last = to_text(room.clock.now())
    sit_out(room.vault(protector))
    vault = room.vault(protector)
    vault.unlock(PIN)
    assert vault.wrong_pins == WrongPins(3, last)
    info = vault.describe()
    assert info is not None
    assert info.attempts_left == 5
    vault.forget_wrong_pins()
    assert vault.wrong_pins == WrongPins()
    again = room.vault(protector)
    again.unlock(PIN)
    assert again.wrong_pins == WrongPins()


def test_a_sign_in_after_the_fifth_gives_attempts_and_forgets_none(
    room: Room, protector: DrawerKeyring | None
) -> None:
    """Fault: Y1."""
    room.vault(protector).create(PIN, WHO)
    miss(room.vault(protector), 4)
    sit_out(room.vault(protector))
    with pytest.raises(PinLocked):
        room.vault(protector).unlock("wrong-1")
    last = to_text(room.clock.now())
    room.vault(protector).allow_attempts()
    assert room.vault(protector).wrong_pins_of_closed() == WrongPins(5, last)
    vault = room.vault(protector)
    vault.unlock(PIN)
    assert vault.wrong_pins == WrongPins(5, last)


def test_what_was_counted_meanwhile_is_not_forgotten_with_what_was_logged(room: Room) -> None:
    drawer = DrawerKeyring()
    room.vault(drawer).create(PIN, WHO)
    miss(room.vault(drawer), 1)
    sit_out(room.vault(drawer))
    first = room.vault(drawer)
    first.unlock(PIN)
    miss(room.vault(drawer), 1)
    sit_out(room.vault(drawer))
    room.vault(drawer).unlock(PIN)
    first.forget_wrong_pins()
    assert room.vault(drawer).wrong_pins_of_closed().count == 2


def test_a_cache_whose_item_is_gone_says_nothing_of_its_attempts(room: Room) -> None:
    drawer = DrawerKeyring()
    assert room.vault(drawer).wrong_pins_of_closed() == WrongPins()
    room.vault(drawer).create(PIN, WHO)
    miss(room.vault(drawer), 1)
    drawer.items.clear()
    assert room.vault(drawer).wrong_pins_of_closed() == WrongPins()

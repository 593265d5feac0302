"""The wait after a wrong PIN is held: by clocks that are put back, put forward, asleep and begun anew, and outside the folder."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from offline_cache.errors import PinLocked, PinWaits, WrongPin
from offline_cache.vault import Vault
from ports.disk import SystemDisk
from ports.ids import SystemIds
from tests.store_room import CHEAP, PIN, WHO, DrawerKeyring
from tests.two_clocks import TwoClocks

if TYPE_CHECKING:
    from pathlib import Path

SECOND = timedelta(seconds=1)
LONGEST = timedelta(minutes=2)
YEAR = timedelta(days=365)


class Door:
    """A cache whose vault is built anew for each attempt, as another process would."""

    def __init__(self, folder: Path, keyring: DrawerKeyring | None) -> None:
        self.folder = folder
        self.clocks = TwoClocks()
        self.keyring = keyring
        self.keys = self.vault().create(PIN, WHO)

    def vault(self) -> Vault:
        return Vault(self.folder, SystemDisk(), self.clocks, SystemIds(), self.keyring, kdf=CHEAP)

    def opens(self) -> None:
        assert self.vault().unlock(PIN) == self.keys

    def waits(self, pin: str = PIN) -> float:
        """Try a PIN that is not tried; return the seconds that are said, which the door says as well."""
        with pytest.raises(PinWaits) as caught:
            self.vault().unlock(pin)
        info = self.vault().describe()
        assert info is not None
        assert (info.wait, info.attempts_left) == (caught.value.wait, caught.value.left)
        return caught.value.wait

    def misses(self, times: int) -> None:
        """Try wrong ones, each when the wait is over."""
        for _ in range(times):
            info = self.vault().describe()
            assert info is not None
            self.clocks.pass_by(timedelta(seconds=info.wait))
            with pytest.raises(WrongPin):
                self.vault().unlock("wrong-1")


@pytest.fixture(params=["keyring", "no keyring"])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Door:
    return Door(tmp_path / "cache", DrawerKeyring() if request.param == "keyring" else None)


def test_no_pin_is_tried_or_counted_before_the_wait_is_over(door: Door) -> None:
    """Fault: Y1."""
    for left, wait in ((4, 1), (3, 5), (2, 30), (1, 120)):
        door.misses(1)
        for pin in ("wrong-1", PIN, "wrong-2"):
            assert door.waits(pin) == wait
        door.clocks.pass_by(timedelta(seconds=wait) - SECOND / 4)
        assert door.waits() == 0.25
        info = door.vault().describe()
        assert info is not None
        assert info.attempts_left == left
    door.clocks.pass_by(SECOND / 4)
    door.opens()
    door.opens()


def test_the_last_attempt_locks_without_a_wait(door: Door) -> None:
    door.misses(4)
    door.clocks.pass_by(LONGEST)
    for pin in ("wrong-1", PIN):
        with pytest.raises(PinLocked):
            door.vault().unlock(pin)
    door.vault().allow_attempts()
    door.opens()


@pytest.mark.parametrize("by", [-YEAR, -SECOND, LONGEST, YEAR])
def test_a_clock_that_is_set_neither_lengthens_nor_shortens_it(door: Door, by: timedelta) -> None:
    door.misses(4)
    door.clocks.set_wall(by)
    assert door.waits() == 120
    door.clocks.pass_by(LONGEST - SECOND)
    assert door.waits() == 1
    door.clocks.set_wall(-by)
    door.clocks.pass_by(SECOND)
    door.opens()


def test_a_machine_that_is_started_anew_goes_by_the_wall(door: Door) -> None:
    door.misses(4)
    door.clocks.start_anew(timedelta(seconds=50))
    assert door.waits() == 70
    door.clocks.start_anew(timedelta(seconds=70))
    door.opens()


def test_put_back_over_a_start_it_begins_anew_once_and_ends(door: Door) -> None:
    """No clock can tell how long it has been; putting the wall right again does not shorten what was begun."""
    door.misses(4)
    door.clocks.start_anew(-YEAR)
    assert door.waits() == 120
    door.clocks.pass_by(timedelta(seconds=100))
    assert door.waits() == 20
    door.clocks.set_wall(YEAR)
    assert door.waits() == 20
    door.clocks.pass_by(timedelta(seconds=20))
    door.opens()


def test_an_item_of_before_goes_by_the_wall(tmp_path: Path) -> None:
    door = Door(tmp_path / "cache", keyring := DrawerKeyring())
    door.misses(3)
    (account,) = keyring.items
    item = json.loads(keyring.items[account])
    del item["last_run"]
    keyring.items[account] = json.dumps(item).encode()
    assert door.waits() == 30
    door.clocks.pass_by(timedelta(seconds=30))
    door.opens()


def test_an_older_copy_of_the_folder_ends_no_wait(tmp_path: Path) -> None:
    """Fault: Y1, F8."""
    door = Door(tmp_path / "cache", DrawerKeyring())
    shutil.copytree(door.folder, tmp_path / "backup")
    door.misses(4)
    shutil.rmtree(door.folder)
    shutil.copytree(tmp_path / "backup", door.folder)
    assert door.waits() == 120


def test_a_new_pin_is_not_a_way_round_it(door: Door) -> None:
    door.misses(2)
    with pytest.raises(PinWaits):
        door.vault().change_pin(PIN, "gråor-9")
    door.clocks.pass_by(timedelta(seconds=5))
    door.vault().change_pin(PIN, "gråor-9")
    assert door.vault().unlock("gråor-9") == door.keys


def test_a_pin_has_no_end(door: Door) -> None:
    door.clocks.pass_by(20 * YEAR)
    door.opens()

"""Another PIN in the middle of a day: what is wrapped later stands under the new one, and no database key is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from offline_cache.errors import WrongPin
from offline_cache.opening import open_kept, rewrite
from tests.store_room import PIN, WHO, Room, room_in, sign, sit_out

if TYPE_CHECKING:
    from pathlib import Path

    from offline_cache.store import Store
    from offline_cache.vault import Vault

NEW = "gråor-99"


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return room_in(tmp_path / "cache")


def opened(room: Room, vault: Vault, pin: str) -> Store:
    """Open the store with a PIN."""
    return open_kept(vault, vault.unlock(pin), disk=room.disk, clock=room.clock)


def test_a_database_that_is_rewritten_after_the_change_opens_with_the_new_pin_alone(room: Room) -> None:
    """As at the end of a shift: the vault that changed the PIN is the one that wraps the next key."""
    vault = room.vault()
    vault.create(PIN, WHO)
    store = opened(room, vault, PIN)
    sign(store)
    vault.change_pin(PIN, NEW)
    rewrite(store, vault, room.disk)
    store.close()
    with pytest.raises(WrongPin):
        room.vault().unlock(PIN)
    sit_out(room.vault())
    again = opened(room, room.vault(), NEW)
    assert [entry.entry_id for entry in again.entries.all()] == ["e1"]
    again.close()


def test_a_change_between_two_keys_keeps_both(room: Room) -> None:
    """The rewriting was cut off before anybody knew which of the two opens the database: the change must not choose."""
    vault = room.vault()
    vault.create(PIN, WHO)
    store = opened(room, vault, PIN)
    sign(store)
    new = vault.begin_rewrite()
    store.rewrite_under(new, vault.next_path, room.disk)
    store.close()  # the power goes before `settle`
    room.vault().change_pin(PIN, NEW)
    again = opened(room, room.vault(), NEW)
    assert [entry.entry_id for entry in again.entries.all()] == ["e1"]
    again.close()

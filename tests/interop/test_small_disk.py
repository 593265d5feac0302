"""A real file system that fills up, and one that may only be read."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from offline_cache.ballast import Ballast
from offline_cache.errors import StoreFull, StoreReadOnly
from offline_cache.opening import open_kept
from ports.ids import SystemIds
from tests.store_room import NOON, PIN, WHO, draft, resource, room_in, sign

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from offline_cache.store import Store
    from tests.store_room import Room

pytestmark = [pytest.mark.needs("mount"), pytest.mark.serial]


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, timeout=30)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    small = tmp_path / "small"
    small.mkdir()
    mount("-t", "tmpfs", "-o", "size=12m", "tmpfs", str(small))
    made = room_in(small / "cache")
    made.vault().create(PIN, WHO)
    yield made
    subprocess.run(["umount", "-l", str(small)], check=True, timeout=30)


def opened(room: Room) -> Store:
    vault = room.vault()
    return open_kept(vault, vault.unlock(PIN), disk=room.disk, clock=room.clock)


def signed_until_full(store: Store) -> list[str]:
    signed: list[str] = []
    while True:
        try:
            sign(store, f"e{len(signed)}", text="x" * 9000)
        except StoreFull:
            return signed
        signed.append(f"e{len(signed)}")


def put_page(store: Store, kept: int) -> bool:
    """Put a page of twenty in one commit; tell whether there was room."""
    try:
        with store.transaction():
            for number in range(20):
                put = resource("Observation", f"o{number}-{kept}", b"%d" % kept * 30_000)
                store.resources.put(put, patient="p1", fetched_at=NOON, generation=kept)
    except StoreFull:
        return False
    return True


def test_on_a_full_disk_what_was_signed_stays_and_the_ballast_makes_room_for_the_draft(room: Room) -> None:
    """Fault: F1."""
    store = opened(room)
    ballast = Ballast(room.folder, room.disk, SystemIds())
    ballast.lay()
    signed = signed_until_full(store)
    assert len(signed) > 5
    with pytest.raises(StoreFull):
        store.entries.save_draft(draft("last", text="y" * 60_000))
    assert ballast.release()
    assert not ballast.release()
    store.entries.save_draft(draft("last", text="y" * 60_000))
    sign(store, "one more")
    store.close()
    store = opened(room)
    store.check()
    assert [e.entry_id for e in store.entries.all()] == [*signed, "one more"]
    assert [d.entry_id for d in store.entries.drafts()] == ["last"]
    assert store.audit.verify() == len(signed) + 1
    store.close()


def test_a_pull_that_does_not_fit_leaves_what_was_there(room: Room) -> None:
    """Fault: F1."""
    store = opened(room)
    sign(store)
    kept = 0
    while put_page(store, kept):
        kept += 1
    assert kept > 2
    assert len(store.resources.of_patient("p1", "Observation")) == kept * 20
    store.check()
    store.close()


def test_a_disk_that_may_only_be_read_is_told_as_such_and_nothing_changes(room: Room) -> None:
    """Fault: F2."""
    store = opened(room)
    sign(store)
    store.close()
    keys = room.vault().unlock(PIN)
    mount("-o", "remount,ro", str(room.folder.parent))
    with pytest.raises(StoreReadOnly):
        room.vault().unlock(PIN)
    with pytest.raises(StoreReadOnly):
        room.store(keys, create=False)
    mount("-o", "remount,rw", str(room.folder.parent))
    store = opened(room)
    assert [e.entry_id for e in store.entries.all()] == ["e1"]
    store.close()

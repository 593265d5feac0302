"""Faults of the list that the store must survive and that no other test is about."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from offline_cache.errors import CacheError
from offline_cache.keys import CacheKeys
from offline_cache.store import Store
from ports.ids import SystemIds
from tests.outbox_room import OutboxRoom, able, note
from tests.store_room import KEYS, room_in, sign

if TYPE_CHECKING:
    from pathlib import Path

QUIET_PASSES = 400


@pytest.mark.parametrize("damage", ["another key", "first page", "a page in the middle"])
def test_engine_writes_nothing_to_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], damage: str
) -> None:
    """A line of the engine on standard error would tear the screen. Fault: Y8."""
    room = room_in(tmp_path)
    store = room.store()
    for number in range(20):
        sign(store, f"e{number}")
    store.close()
    keys = KEYS
    if damage == "another key":
        keys = CacheKeys.passing(SystemIds())
    else:
        raw = bytearray(room.path.read_bytes())
        at = 100 if damage == "first page" else len(raw) // 2
        raw[at : at + 64] = bytes(64)
        room.path.write_bytes(raw)
    capfd.readouterr()
    with pytest.raises(CacheError):  # noqa: PT012  a page in the middle is met when it is read
        opened = Store.open(room.path, keys, disk=room.disk, clock=room.clock, create=False)
        try:
            opened.check()
        finally:
            opened.close()
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


async def test_passes_without_work_leave_nothing_behind_in_memory() -> None:
    """Fault: V4."""
    room = OutboxRoom()
    room.sign("e1", [note("n1")])
    for _ in range(50):
        await room.turn(able(), seconds=20)
    tracemalloc.start()
    for _ in range(QUIET_PASSES):
        await room.turn(able(), seconds=20)
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(QUIET_PASSES):
        await room.turn(able(), seconds=20)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 64 * QUIET_PASSES

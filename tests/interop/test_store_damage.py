"""Bits flipped and files cut, anywhere in the cache: what is read is right, or one of the named errors is raised.

`FELTJOURNAL_FLIPS` sets how many bits (400 unless told); `make flips` asks for 10,000. Fault: F5, F6.
"""

from __future__ import annotations

import os
import random
import shutil
from typing import TYPE_CHECKING

import pytest

from offline_cache.errors import CacheError
from offline_cache.opening import open_kept
from tests.store_room import NOON, PIN, WHO, Room, resource, room_in, sign

if TYPE_CHECKING:
    from pathlib import Path

FLIPS = int(os.environ.get("FELTJOURNAL_FLIPS", "400"))
FILES = ("cache.db", "cache.db-wal", "cache.hdr", "cache.tries", "cache.unsent")
RESOURCES, ENTRIES = 24, 12


def body_of(number: int) -> bytes:
    return f'{{"resourceType":"Observation","value":{number}.10}}'.encode() * 40


@pytest.fixture
def whole(tmp_path: Path) -> Room:
    """A folder as a killed process leaves it: half of what was written is in the database, half in its WAL."""
    live = room_in(tmp_path / "live")
    vault = live.vault()
    vault.create(PIN, WHO)
    for half in (0, 1):
        store = open_kept(vault, vault.unlock(PIN), disk=live.disk, clock=live.clock)
        for number in range(half, RESOURCES, 2):
            put = resource("Observation", f"o{number:02}", body_of(number))
            store.resources.put(put, patient="p1", fetched_at=NOON, generation=1)
        for number in range(half, ENTRIES, 2):
            sign(store, f"e{number}")
        vault.note_unsent(1, 1, store.audit.head.sequence)
        if half:
            shutil.copytree(live.folder, tmp_path / "whole")
        store.close()
    return room_in(tmp_path / "whole")


def read_all(room: Room) -> tuple[int, int]:
    """Read everything there is, and fail on anything that was never written; return how much came."""
    vault = room.vault()
    assert vault.describe() is not None
    store = open_kept(vault, vault.unlock(PIN), disk=room.disk, clock=room.clock)
    try:
        found = store.resources.of_patient("p1", "Observation")
        for each in found:
            assert each.body == body_of(int(each.id[1:]))
        entries = store.entries.all()
        for entry in entries:
            assert entry.fields == {"text": "Sårstell utført."}
            assert [part.number for part in store.entries.parts(entry.entry_id)] == [1, 2]
        assert store.audit.verify() == len(entries)
        return len(found), len(entries)
    finally:
        store.close()


def test_the_whole_folder_is_read_whole(whole: Room) -> None:
    assert read_all(whole) == (RESOURCES, ENTRIES)


def outcome(whole: Room, name: str, content: bytes) -> str:
    """Lay a copy of the folder down with one file bent, read it, and tell what came: all of it, or an error of ours."""
    folder = whole.folder.with_name("bent")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole.folder, folder)
    (folder / name).write_bytes(content)
    try:
        came = read_all(room_in(folder))
    except CacheError as error:
        return type(error).__name__
    assert came == (RESOURCES, ENTRIES), f"{name}: only {came} came, and no error"
    return "whole"


def test_no_flipped_bit_is_read_as_something_else(whole: Room) -> None:
    chance = random.Random(4711)
    told: dict[str, int] = {}
    for number in range(FLIPS):
        name = FILES[number % len(FILES)]
        content = bytearray((whole.folder / name).read_bytes())
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        said = outcome(whole, name, bytes(content))
        told[said] = told.get(said, 0) + 1
    assert told.pop("whole") > 0
    assert "StoreDamaged" in told
    assert "HeaderDamaged" in told


def cuts_of(size: int) -> set[int]:
    """Return the places where a file of this size is cut: nothing left, ends of pages and frames, and inside them."""
    page, frame, head = 4096, 4096 + 24, 32
    near = {n * page for n in range(1, size // page + 1)} | {
        head + n * frame for n in range(size // frame + 1)
    }
    every = {0, 1, 16, 100, size // 2, size - 1} | {at + step for at in near for step in (-1, 0, 1)}
    return {at for at in every if 0 <= at < size}


@pytest.mark.parametrize("name", FILES)
def test_no_cut_file_is_read_as_something_else(whole: Room, name: str) -> None:
    content = (whole.folder / name).read_bytes()
    places = sorted(cuts_of(len(content)))
    if FLIPS < 10_000:  # the long run cuts everywhere
        places = places[:: max(1, len(places) // 25)]
    told = {outcome(whole, name, content[:at]) for at in places}
    assert told, name

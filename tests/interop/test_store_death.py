"""`kill -9` at every named point of signing, at random writes, and while the store is written anew under another key.

`FELTJOURNAL_KILLS` sets how many random ones (20 unless told), `FELTJOURNAL_REKEY_KILLS` those of the rewriting (8).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from offline_cache.opening import open_kept
from tests.store_room import PIN, WHO, Room, room_in, sign

KILLS = int(os.environ.get("FELTJOURNAL_KILLS", "20"))
REKEY_KILLS = int(os.environ.get("FELTJOURNAL_REKEY_KILLS", "8"))
ROOT = Path(__file__).resolve().parents[2]
KILLED = -9

POINTS = {
    "before:BEGIN": 0,
    "after:BEGIN": 0,
    "after:INSERT INTO entry": 0,
    "after:UPDATE entry SET state = 'signert'": 0,
    "after:INSERT INTO part": 0,
    "before:INSERT INTO audit": 0,
    "after:INSERT INTO audit": 0,
    "before:COMMIT": 0,
    "after:COMMIT": 1,
    "said": 1,
}
"""The named points of one signature, and how many entries there must be after each."""


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = room_in(tmp_path / "cache")
    made.vault().create(PIN, WHO)
    vault = made.vault()
    open_kept(vault, vault.unlock(PIN), disk=made.disk, clock=made.clock).close()
    return made


def acknowledged(room: Room, work: str, point: str) -> list[str]:
    """Let a process work until it dies, and return what it acknowledged before."""
    command = [sys.executable, "-m", "tests.interop.dying_process", str(room.folder), work, point]
    died = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=120)
    assert died.returncode == KILLED, died.stderr
    return died.stdout.split()


def kept(room: Room) -> list[str]:
    """Open the store as the next start does, check it, and return the entries that it has."""
    vault = room.vault()
    store = open_kept(vault, vault.unlock(PIN), disk=room.disk, clock=room.clock)
    store.check()
    entries = [entry.entry_id for entry in store.entries.all()]
    assert all(len(store.entries.parts(entry)) == 2 for entry in entries)
    assert [record.detail for record in store.audit.records()] == entries
    assert store.audit.verify() == len(entries)
    assert not store.entries.drafts()
    store.close()
    assert len(vault._require_header().slots) == 1
    return entries


@pytest.mark.parametrize(("point", "there"), POINTS.items())
def test_death_at_a_named_point_of_signing(room: Room, point: str, there: int) -> None:
    """Fault: K1, K2, K3, K4, K5, K6."""
    told = acknowledged(room, "sign", point)
    entries = kept(room)
    assert len(entries) == there
    assert set(told) <= set(entries)


def test_death_at_any_write_loses_nothing_acknowledged(room: Room) -> None:
    """Fault: K1, K4, K5, K6, K30."""
    chance = random.Random(47)
    promised: list[str] = []
    for _ in range(KILLS):
        promised += acknowledged(room, "sign", f"write:{chance.randint(1, 60)}")
        entries = kept(room)
        assert entries[: len(promised)] == promised
        assert len(entries) - len(promised) <= 1  # the one that was committed and not yet named
        promised = entries


def test_death_while_the_store_is_rewritten_leaves_one_key_that_opens_it(room: Room) -> None:
    """Fault: K20, K21, K22, K23."""
    vault = room.vault()
    store = open_kept(vault, vault.unlock(PIN), disk=room.disk, clock=room.clock)
    for number in range(60):
        sign(store, f"e{number}", text="y" * 4000)
    store.close()
    chance = random.Random(11)
    promised = kept(room)
    for _ in range(REKEY_KILLS):
        promised += acknowledged(room, "rewrite", f"write:{chance.randint(1, 500)}")
        entries = kept(room)
        assert entries[: len(promised)] == promised
        promised = entries
        assert not list(room.folder.glob("cache.next*"))

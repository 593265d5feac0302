"""A process that is killed while it writes: nothing acknowledged is lost, no entry is torn from its parts or audit row.

`FELTJOURNAL_KILLS` sets how many times (20 unless told; `make kills`).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from tests.store_room import Room, room_in

KILLS = int(os.environ.get("FELTJOURNAL_KILLS", "20"))
ROOT = Path(__file__).resolve().parents[2]


def killed_after(room: Room, lines: int) -> list[str]:
    """Start a writer, kill it once it has acknowledged some entries, and return all that it acknowledged."""
    command = [sys.executable, "-m", "tests.interop.store_writer", str(room.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as writer:
        assert writer.stdout is not None
        seen = [writer.stdout.readline() for _ in range(lines)]
        writer.kill()
        rest = writer.stdout.read()
    acknowledged = b"".join(seen) + rest
    return [line.decode() for line in acknowledged[: acknowledged.rfind(b"\n") + 1].split()]


def test_a_killed_writer_loses_nothing_and_tears_nothing(tmp_path: Path) -> None:
    """Fault: K1-K6."""
    room = room_in(tmp_path / "cache")
    room.store().close()
    chance = random.Random(7)
    promised: list[str] = []
    for _ in range(KILLS):
        promised += killed_after(room, chance.randint(1, 12))
        store = room.store(create=False)
        store.check()
        entries = store.entries.all()
        kept = [entry.entry_id for entry in entries]
        assert kept[: len(promised)] == promised
        assert len(kept) - len(promised) <= 1  # the one that was committed and not yet named
        assert all(len(store.entries.parts(entry.entry_id)) == 2 for entry in entries[-20:])
        assert store.audit.verify() == len(entries)
        assert [record.detail for record in store.audit.records()] == kept
        bodies = {r.body for r in store.resources.of_type("Observation")}
        assert len(bodies) <= 1  # the five are of one transaction
        promised = kept
        store.close()
    assert len(promised) >= KILLS

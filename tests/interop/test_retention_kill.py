"""A process that is killed, with signal 9, before each thing that a purge or a wipe does: the next start finishes it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from offline_cache.purges import PurgeReason
from offline_cache.retention import Retention
from offline_cache.wipe import ORDER, begun_wipes, finish_wipe, pending_report
from tests.interop.retention_mortal import REPORT, SEALED
from tests.store_room import NOON, PIN, WHO, draft, resource, room_in, sign

ROOT = Path(__file__).resolve().parents[2]
MARKER = "PASIENTSENTINEL"


def lives(act: str, folder: Path, steps: int) -> bool:
    """Run the child with so many steps to live; True when that was enough to come to its end."""
    command = [sys.executable, "-m", "tests.interop.retention_mortal", act, str(folder), str(steps)]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert child.returncode in (0, -signal.SIGKILL), child.stderr
    return child.stdout == "done\n"


def with_charts(folder: Path) -> None:
    """Make a store with three patients, one entry sealed, one neither sent nor sealed, and a draft."""
    store = room_in(folder).store()
    with store.transaction():
        for patient in ("p1", "p2", "p3"):
            for number in range(3):
                body = f'{{"resourceType":"Observation","x":"{MARKER}-{patient}-{number}"}}'.encode()
                one = resource("Observation", f"o-{patient}-{number}", body)
                store.resources.put(one, patient=patient, fetched_at=NOON, generation=1)
            store.scopes.put_section(patient, "vitals", True, NOON, "")
    sign(store, SEALED, "p1")
    sign(store, "unsealed-entry", "p2")
    store.entries.save_draft(draft("d1", "p3"))
    store.close()


@pytest.mark.day
def test_a_purge_that_is_killed_at_any_statement_is_finished_at_the_next_start(tmp_path: Path) -> None:
    """Fault: K27, R2, R6, R7."""
    with_charts(tmp_path / "whole")
    for steps in count():
        folder = tmp_path / f"{steps}"
        shutil.copytree(tmp_path / "whole", folder)
        is_over = lives("purge", folder, steps)
        room = room_in(folder)
        store = room.store(create=False)
        store.check()
        store.audit.verify()
        keeper = Retention(store, room.clock, actor="Practitioner/1", is_sealed=lambda id_: id_ == SEALED)
        keeper.order_all(PurgeReason.HARD_END)
        keeper.carry_out()
        assert {r.patient for r in store.resources.of_type("Observation")} == {"p2"}
        assert [r.patient for r in store.purges.all()] == [
            "p2"
        ]  # held: what is signed there lies nowhere else
        assert [e.entry_id for e in store.entries.all()] == [SEALED, "unsealed-entry"]
        assert store.entries.draft("d1") is not None
        actions = [(r.action, r.patient) for r in store.audit.records()]
        assert sorted(p for action, p in actions if action == "purge") == ["p1", "p3"]  # logged once each
        store.close()
        if is_over:
            break
    assert steps > 15


def test_a_wipe_that_is_killed_at_any_step_is_finished_at_the_next_start(tmp_path: Path) -> None:
    """Also with the order itself half written: until it is whole nothing is removed, and after it nothing comes back.

    Fault: K24, K25, K26, R3, R5.
    """
    whole = room_in(tmp_path / "cache" / "u-1")
    keys = whole.vault().create(PIN, WHO)
    store = whole.store(keys)
    sign(store)
    store.close()
    whole.disk.replace(whole.folder / "0f.seal", b"sealed")
    whole.disk.replace(whole.folder / "cache.db-wal", b"a log that was left")
    whole.disk.replace(tmp_path / "cache" / "last", b"u-1")
    for steps in count():
        cache = tmp_path / f"cache-{steps}"
        shutil.copytree(tmp_path / "cache", cache)
        room = room_in(cache / "u-1")
        is_over = lives("wipe", room.folder, steps)
        if not begun_wipes(cache, room.disk):
            assert room.vault().unlock(PIN) == keys  # it had not begun
            continue
        finish_wipe(room.folder, room.disk, None)
        assert pending_report(room.folder, room.disk) == REPORT
        left = {p.name for p in room.disk.list(room.folder) if p.suffix not in (".lock", ".pin")}
        assert left - {f".{ORDER}.new"} == {ORDER, "0f.seal"}
        assert not (cache / "last").exists()
        assert room.vault().describe() is None
        if is_over:
            break
    assert steps > 10

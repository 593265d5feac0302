"""`feltjournal audit verify` as a real process: whole, tampered with, cut back, offline. Nothing of a patient is printed."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from cli.exit_codes import ExitCode
from offline_cache.store import Store
from offline_cache.vault import Vault
from ports.clock import SystemClock
from ports.disk import SystemDisk
from ports.ids import SystemIds
from tests.working_day import PIN, a_day, first_day, sign_note

if TYPE_CHECKING:
    from tests.contract.machine import Machine


async def with_a_log(machine: Machine) -> str:
    """Work a little, tell the journal, and return the name of a patient who was opened."""
    machine.room.start()
    day = await first_day(machine.folder)
    await sign_note(day)
    taken = await day.round()
    assert taken is not None
    await day.sync()
    await day.close()
    return taken.visits[0].family


async def test_a_whole_log_is_0_and_nothing_of_a_patient_is_said(machine: Machine) -> None:
    family = await with_a_log(machine)
    said = machine.run("audit", "verify", "--json", "--pin-fd", "0")
    found = json.loads(said.stdout)
    assert (said.returncode, found["whole"], found["journal"]) == (0, True, "agrees")
    assert found["rows"] >= found["told"] == found["seen"] >= 3
    words = machine.run("audit", "verify", "--pin-fd", "0")
    assert words.stdout.startswith("Loggen er hel: ")
    assert "Journalens kopi er lik" in words.stdout
    assert family not in said.stdout + words.stdout
    machine.room.kill()
    silent = machine.run("audit", "verify", "--pin-fd", "0")
    assert (silent.returncode, "Journalen svarer ikke" in silent.stdout) == (ExitCode.OFFLINE, True)
    assert machine.run("audit", "verify", "--offline", "--pin-fd", "0").returncode == 0


async def test_a_row_that_was_changed_is_named_by_its_number(machine: Machine) -> None:
    """Fault: L1."""
    await with_a_log(machine)
    folder = machine.cache
    vault = Vault(folder, SystemDisk(), SystemClock(), SystemIds(), None)
    store = Store.open(
        vault.store_path, vault.unlock(PIN), disk=SystemDisk(), clock=SystemClock(), create=False
    )
    store._engine._connection.authorizer = None
    store._engine.run("DROP TRIGGER audit_is_fixed")
    store._engine.run("UPDATE audit SET patient = 'somebody-else' WHERE sequence = 2")
    store.close()
    said = machine.run("audit", "verify", "--json", "--offline", "--pin-fd", "0")
    found = json.loads(said.stdout)
    assert (said.returncode, found["whole"], found["broken_at"]) == (12, False, 2)
    words = machine.run("audit", "verify", "--offline", "--pin-fd", "0").stdout
    assert "Loggen er IKKE hel. Det første som ikke stemmer, er rad 2" in words


async def test_a_cache_that_was_put_back_is_a_log_that_was_cut(machine: Machine) -> None:
    """The end that is kept outside the database is further on than the database. Fault: F8, L2."""
    await with_a_log(machine)
    folder = machine.cache
    shutil.copy(folder / "cache.db", machine.folder / "old.db")
    day = a_day(machine.folder)
    await day.door()
    await day.unlock(PIN)
    await sign_note(day)
    await day.close()
    for name in ("cache.db-wal", "cache.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(machine.folder / "old.db", folder / "cache.db")
    said = machine.run("audit", "verify", "--json", "--offline", "--pin-fd", "0")
    assert (said.returncode, json.loads(said.stdout)) == (12, {"error": "log-cut-back", "exit": 12})
    assert said.stderr.startswith("Loggen er kuttet")

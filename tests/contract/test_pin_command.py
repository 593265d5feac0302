"""`feltjournal pin` as a real process: the new PIN opens what the old one opened, and the old one opens nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from offline_cache.attempts import counted
from offline_cache.key_item import ItemInFile
from ports.clock import SystemClock
from ports.disk import SystemDisk
from tests.contract.test_commands import with_a_round
from tests.working_day import PIN, a_day, first_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.machine import Machine

NEW = "gråor-99-eik"


def change(machine: Machine, new: str, *, pin: str = PIN) -> subprocess.CompletedProcess[str]:
    """Change the PIN with both handed over by descriptors."""
    read, write = os.pipe()
    os.write(write, f"{new}\n".encode())
    os.close(write)
    command = [sys.executable, "-m", "cli", "pin", "--json", "--pin-fd", "0", "--new-pin-fd", str(read)]
    try:
        return subprocess.run(
            command,
            input=f"{pin}\n",
            capture_output=True,
            text=True,
            check=False,
            env=machine.environment,
            pass_fds=[read],
            timeout=120,
        )
    finally:
        os.close(read)


def taken(run: Callable[[], subprocess.CompletedProcess[str]]) -> subprocess.CompletedProcess[str]:
    """Run a command again until the second is over that follows the first wrong PIN."""
    while "pin-waits" in (done := run()).stdout:
        assert done.returncode == 3
    return done


async def test_a_command_that_comes_too_soon_after_a_wrong_pin_tries_none(machine: Machine) -> None:
    """After the fourth wrong one the right PIN is not tried, no attempt is used, and the words say how long.

    Fault: Y1.
    """
    await with_a_round(machine, signed=False)
    machine.room.kill()
    (tries,) = machine.folder.glob("data/**/cache.tries")
    place = ItemInFile(tries, SystemDisk())
    place.write(counted(replace(place.read(), attempts=3), SystemClock()))
    for command in (("status",), ("sync",), ("audit", "verify"), ("pin",)):
        said = machine.run(*command, "--json", "--pin-fd", "0", pin=PIN)
        assert (said.returncode, json.loads(said.stdout)) == (3, {"error": "pin-waits", "exit": 3})
        assert re.search(r"1 forsøk igjen\. Vent 1[0-2]\d sekunder\.", said.stderr), said.stderr
    assert place.read().attempts == 4


async def test_the_new_pin_opens_what_the_old_one_opened(machine: Machine) -> None:
    """Offline, with something unsent; what is refused changes nothing, and the log has it."""
    await with_a_round(machine, signed=True)
    machine.room.kill()
    for bad, code, error in (("111111", 1, "pin-common"), ("kort", 3, "pin-too-short"), ("", 3, "no-pin")):
        refused = change(machine, bad)
        assert (refused.returncode, json.loads(refused.stdout)["error"]) == (code, error)
    wrong = change(machine, NEW, pin="feil-pin-her")
    assert (wrong.returncode, json.loads(wrong.stdout)["error"]) == (3, "wrong-pin")
    done = taken(lambda: change(machine, NEW))
    assert (done.returncode, json.loads(done.stdout)) == (0, {"changed": True})
    assert machine.run("status", "--pin-fd", "0").returncode == 3
    status = taken(lambda: machine.run("status", "--json", "--pin-fd", "0", pin=NEW))
    assert (status.returncode, json.loads(status.stdout)["unsent_entries"]) == (0, 1)
    day = a_day(machine.folder)
    await day.unlock(NEW)
    assert day._session is not None
    store = day._session.store
    assert [row[0] for row in store._engine.run("SELECT action FROM audit WHERE action = 'pin-changed'")] == [
        "pin-changed"
    ]
    await day.close()


async def test_beside_an_open_client_the_pin_is_left_alone(machine: Machine) -> None:
    """The open one wraps keys under the PIN that it was opened with."""
    machine.room.start()
    day = await first_day(machine.folder)
    busy = change(machine, NEW)
    assert (busy.returncode, json.loads(busy.stdout)["error"]) == (5, "cache-busy")
    await day.close()
    assert change(machine, NEW).returncode == 0


async def test_at_the_prompts_the_two_must_be_the_same(machine: Machine) -> None:
    """Nothing that is typed is seen."""
    await with_a_round(machine)
    for again, code, words in ((f"{NEW}x", 3, "ikke like"), (NEW, 0, "PIN-koden er byttet.")):
        with machine.opens("pin") as terminal:
            for prompt, pin in (("PIN nå:", PIN), ("Ny PIN:", NEW), ("Ny PIN igjen:", again)):
                terminal.wait_for(prompt)
                terminal.send(*pin, "enter")
            assert terminal.wait_end(seconds=60) == code
            assert words in terminal.text
            assert NEW not in terminal.raw.decode()

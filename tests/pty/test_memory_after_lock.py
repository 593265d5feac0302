"""What is left in memory when the client is locked: looked for from outside, in every process of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pty.client import PIN, Nurse, plain_environment
from tests.pty.memory import family_of, held_by

if TYPE_CHECKING:
    from tests.sandbox_room import SandboxRoom

NOTE = "Urolig natt, klager over trykk for brystet."
SECRETS = (PIN, NOTE, "Nidarvegen")
SUPERVISED = (sys.executable, "-m", "cli")
FORKLESS = (sys.executable, "-m", "tests.pty.forkless_client")


@pytest.mark.day
@pytest.mark.needs("ptrace")
@pytest.mark.parametrize("command", [SUPERVISED, FORKLESS], ids=["supervised", "forkless"])
def test_a_locked_client_has_nothing_in_memory(
    home: Path, journal: SandboxRoom, command: tuple[str, ...]
) -> None:
    """Neither PIN nor patient nor what was written; without a parent the process is replaced under the same number."""
    nurse = Nurse(home, plain_environment(home), command=command)
    with nurse.start() as terminal:
        nurse.signs_in()
        nurse.takes_round()
        nurse.chooses("HANSEN")
        nurse.presses("n")
        nurse.sees("Notat til besøket")
        nurse.presses(*NOTE)
        nurse.sees(NOTE)
        family = family_of(terminal.pid)
        assert (len(family) == 1) is (command is FORKLESS)
        assert held_by(family, *SECRETS) == set(SECRETS), "what is looked for can be found"
        nurse.presses("f12")
        nurse.sees("PIN  ")
        assert held_by(family_of(terminal.pid), *SECRETS) == set()
        nurse.unlocks_to("Tilbake der du var.")
        assert NOTE in terminal.text
        nurse.presses("escape")
        assert nurse.quits() == 0


def test_no_process_of_the_client_may_dump_core(home: Path, journal: SandboxRoom) -> None:
    """As the system tells it, of the parent and of the client."""
    nurse = Nurse(home, plain_environment(home))
    with nurse.start() as terminal:
        nurse.sees("Hvem er du?")
        family = family_of(terminal.pid)
        assert len(family) == 2
        for pid in family:
            limits = Path(f"/proc/{pid}/limits").read_text()
            (core,) = [line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core file")]
            assert core == ["0", "0"]

"""A window closed, a line dropped: under a wrapper that passes no signal on, the client ends too, and keeps what was typed."""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.pty.client import Nurse, plain_environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pty.terminal import Terminal
    from tests.sandbox_room import SandboxRoom

KEEPS_IT_TO_ITSELF = "trap : HUP;"
"""What makes a shell hear of the end and hand nothing on, as `make` does."""


@pytest.fixture
def nurse(home: Path, journal: SandboxRoom) -> Nurse:
    """Return a nurse before a journal of her own."""
    del journal
    return Nurse(home, plain_environment(home))


def close_window(terminal: Terminal) -> list[int]:
    """Let the terminal go; return those of its processes that have not ended by themselves within 20 seconds."""
    below = [one.pid for one in psutil.Process(terminal.pid).children(recursive=True)]
    assert len(below) == 2, "the parent and the client, under the shell"
    watches = {pid: os.pidfd_open(pid) for pid in below}
    os.close(terminal._descriptor)
    terminal._descriptor = -1
    left = []
    for pid, watch in watches.items():
        ended, _, _ = select.select([watch], [], [], 20)
        os.close(watch)
        left += [] if ended else [pid]
    return left


def test_what_was_typed_is_kept_and_nothing_goes_on_when_the_terminal_goes(nurse: Nurse) -> None:
    """Fault: K31."""
    with nurse.start(shell=KEEPS_IT_TO_ITSELF):
        nurse.signs_in()
        nurse.takes_round()
        nurse.presses("n")
        nurse.sees("Notat til besøket")
        nurse.presses(*"Halvferdig.")
        nurse.sees("Halvferdig.")
        assert close_window(nurse.terminal) == []
    with nurse.start():
        nurse.unlocks()
        nurse.presses("n")
        nurse.sees("Halvferdig.")
        nurse.presses("escape")
        assert nurse.quits() == 0


def test_a_locked_client_ends_with_its_terminal_too(nurse: Nurse) -> None:
    """Fault: K31."""
    with nurse.start(shell=KEEPS_IT_TO_ITSELF):
        nurse.sees("Hvem er du?")
        assert close_window(nurse.terminal) == []

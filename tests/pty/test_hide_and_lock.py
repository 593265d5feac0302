"""Hiding and locking at a real terminal: what stands there, byte by byte, and where the nurse is afterwards.

The client is the installed one but for its clock, which the tests move on.
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.pty.client import Nurse, plain_environment
from tests.sandbox_room import SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = (sys.executable, "-m", "tests.pty.idle_client")
HIDE = "\x0c"
NOTE = "Urolig natt, klager over trykk for brystet."
MARKERS = ("HANSEN", "Hansen", "029136", "Nidarvegen", "brystet", "Multidose")
HIDDEN = "Skjermen er skjult"


@pytest.fixture
def nurse(home: Path) -> Iterator[Nurse]:
    """Return a nurse whose round is on the screen."""
    room = SandboxRoom(home / ".local" / "state" / "feltjournal" / "sandbox")
    room.start()
    nurse = Nurse(home, plain_environment(home), command=COMMAND)
    nurse.start()
    nurse.signs_in()
    nurse.takes_round()
    yield nurse
    nurse.terminal.end()
    room.close()


def client_of(nurse: Nurse) -> psutil.Process:
    """Return the process that holds the screens."""
    (client,) = psutil.Process(nurse.terminal.pid).children()
    return client


def nothing_is_told(nurse: Nurse, since: int) -> None:
    """The screen and the bytes since then name no patient, set no title and hand nothing to a clipboard."""
    written = nurse.terminal.raw[since:].decode("utf-8", "replace")
    assert [m for m in MARKERS if m in nurse.terminal.text or m in written] == []
    assert "\x1b]" not in written


def begins_a_note(nurse: Nurse, text: str) -> None:
    """Open the note of a patient and write in it."""
    nurse.chooses("HANSEN")
    nurse.presses("n")
    nurse.sees("Notat til besøket")
    nurse.presses(*text)
    nurse.sees(text)


def test_the_key_hides_at_once_and_what_was_typed_is_saved(nurse: Nurse) -> None:
    """Straight after the last character, in an open field; keys behind the curtain go nowhere, and Esc brings all back."""
    terminal = nurse.terminal
    begins_a_note(nurse, NOTE[:-1])
    nurse.presses(NOTE[-1], HIDE)
    nurse.sees(HIDDEN)
    nurse.sees("er lagret kryptert")
    since = len(terminal.raw)
    assert terminal.bytes_of(lambda: nurse.presses("x", "enter", "f9", "enter", "f4", "f4", "down")) == 0
    terminal.resize(100, 30)
    client_of(nurse).send_signal(signal.SIGWINCH)
    terminal.wait_for(lambda t: HIDDEN in t.text and len(t.raw) > since)
    terminal.settle()
    nothing_is_told(nurse, since)
    nurse.presses("escape")
    nurse.sees(NOTE)
    assert f"{NOTE}x" not in terminal.text
    assert "HANSEN" in terminal.text
    assert HIDDEN not in terminal.text


def test_idle_hides_then_locks_and_afterwards_she_is_where_she_was(nurse: Nurse) -> None:
    """Not a byte until the moment; then the curtain; then another process, the PIN, and the same draft of the same patient."""
    terminal = nurse.terminal
    begins_a_note(nurse, NOTE)
    nurse.sees("utkast lagret")
    terminal.settle()
    assert terminal.bytes_of(lambda: None, quiet=1.0) == 0
    since = len(terminal.raw)
    client = client_of(nurse)
    client.send_signal(signal.SIGUSR1)
    nurse.sees(HIDDEN)
    terminal.settle()
    nothing_is_told(nurse, since)
    client.send_signal(signal.SIGUSR2)
    nurse.sees("PIN  ")
    nothing_is_told(nurse, since)
    assert not client.is_running()
    nurse.unlocks_to("Tilbake der du var.")
    assert NOTE in terminal.text
    assert "HANSEN" in terminal.text
    nurse.presses(*" Roligere nå.", "escape")
    nurse.sees("Tid   Status")
    nurse.presses("n")
    nurse.sees(f"{NOTE} Roligere nå.")
    nurse.presses("escape")
    assert nurse.quits() == 0


def test_the_first_key_after_a_long_time_is_not_for_what_stands_there(nurse: Nurse) -> None:
    """The lid was shut for hours: whoever opens it meets the curtain or the door, and a key typed blind signs nothing."""
    terminal = nurse.terminal
    begins_a_note(nurse, NOTE)
    nurse.presses("f9")
    nurse.sees("Enter signer")
    terminal.settle()
    client = client_of(nurse)
    client.suspend()  # as a machine asleep: no timer of the client runs
    client.send_signal(signal.SIGUSR1)
    nurse.presses("enter")
    client.resume()
    nurse.sees(HIDDEN)
    nurse.presses("escape")
    nurse.sees("Enter signer")
    nurse.presses("escape", "escape")
    nurse.sees("Tid   Status")
    assert "◆ signert" not in terminal.text

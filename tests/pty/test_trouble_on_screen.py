"""Trouble as a nurse meets it at the terminal: its own words, what was typed is still there, and she can go on."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import psutil

from tests.pty.client import PIN, Nurse, plain_environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox_room import SandboxRoom

NOTE = "Sover godt om natten."
HOSTILE = "[ikke bekreftet] [/x] \x1b]52;c;ZXZpbA==\x07"
"""Words of a journal that would set the clipboard of a terminal, were they not data."""


def write_a_note(nurse: Nurse) -> None:
    """Write a note on the second visit and wait for the draft."""
    nurse.presses("home", "down", "n")
    nurse.sees("Notat til besøket")
    nurse.terminal.type(NOTE)
    nurse.sees("utkast lagret")


def limit_files(process: psutil.Process, size: int) -> None:
    """Let no file of the process grow beyond a size: what a full disk does to it."""
    process.rlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_full_disk_refuses_the_signature_and_loses_nothing(home: Path, journal: SandboxRoom) -> None:
    """The signature is refused in words, the text is still on the screen; with room again the same key signs it.

    Fault: F1.
    """
    nurse = Nurse(home, plain_environment(home))
    nurse.start()
    nurse.signs_in()
    nurse.takes_round()
    write_a_note(nurse)
    (client,) = psutil.Process(nurse.terminal.pid).children()
    limit_files(client, 4096)
    nurse.presses("f9")
    nurse.sees("Disken er full")
    assert NOTE in nurse.terminal.text
    limit_files(client, resource.RLIM_INFINITY)
    nurse.presses("f9")
    nurse.sees("Enter signer")
    nurse.presses("enter")
    nurse.sees("kan trekkes tilbake")
    assert nurse.quits() == 0


def test_wrong_pin_second_client_and_no_journal_are_three_answers(home: Path, journal: SandboxRoom) -> None:
    """Each says what happened; the right PIN still opens everything.

    Fault: Y1, K32, N1.
    """
    nurse = Nurse(home, plain_environment(home))
    nurse.start()
    nurse.signs_in()
    nurse.takes_round()

    second = Nurse(home, plain_environment(home))
    second.start()
    second.sees("5 forsøk igjen")
    second.presses(*PIN, "enter")
    second.sees("Åpen i et annet vindu")
    second.presses("ctrl+q")
    second.terminal.wait_end()
    assert nurse.quits() == 0

    journal.kill()
    third = Nurse(home, plain_environment(home))
    third.start()
    third.sees("5 forsøk igjen")
    third.presses(*"feil-pin-her", "enter")
    third.sees("4 forsøk igjen")
    third.terminal.settle(1.2)  # longer than the wait that she is told of
    third.presses(*PIN, "enter")
    third.sees("Tid   Status")
    third.sees("UTEN NETT")
    assert third.quits() == 0


def test_sign_in_without_a_journal_says_so_and_goes_on_when_it_is_back(
    home: Path, journal: SandboxRoom
) -> None:
    """The first frame does not wait for the network; asking again works once the journal answers."""
    journal.kill()
    nurse = Nurse(home, plain_environment(home))
    nurse.start()
    nurse.sees("Journalen svarer ikke")
    journal.start()
    nurse.presses("r")
    nurse.sees("Kari Nordmann")
    nurse.presses("ctrl+q")
    assert nurse.terminal.wait_end() == 0


def test_refused_entry_is_said_by_itself_and_can_be_sent_again(home: Path, journal: SandboxRoom) -> None:
    """422: the outbox says "avvist" without another key, with the journal's own words; `a` sends it when the cause is gone."""
    nurse = Nurse(home, plain_environment(home))
    nurse.start()
    nurse.signs_in()
    nurse.takes_round()
    write_a_note(nurse)
    nurse.presses("f9")
    nurse.sees("Enter signer")
    nurse.presses("enter")
    nurse.sees("kan trekkes tilbake")
    journal.fault("status", method="POST", path="/fhir/DocumentReference", status=422, text=HOSTILE)
    nurse.presses("u")
    nurse.sees("Notat: hjemmebesøk")
    nurse.presses("a")
    nurse.sees("✖")
    nurse.sees("[ikke bekreftet] [/x] <U+001B>]52;c;")
    assert b"\x1b]52" not in nurse.terminal.raw
    nurse.presses("a")
    nurse.sees("✓")
    assert nurse.quits() == 0

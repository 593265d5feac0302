"""The clipboard at a real terminal, byte by byte: nothing by itself; where the policy allows it, what is marked, for a while.

The client is the installed one but for its clock, which the test moves on.
"""

from __future__ import annotations

import base64
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from ports.disk import SystemDisk
from tests.pty.client import COMMAND, Nurse, plain_environment
from tests.pty.test_hide_and_lock import COMMAND as LEAPING
from tests.pty.test_hide_and_lock import HIDDEN, HIDE, client_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sandbox_room import SandboxRoom

GIVEN = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
ALLOWS = """name = "Øving"
environment = "training"
embedded = true

[policy]
clipboard = true
"""


@pytest.fixture
def nurse(home: Path, journal: SandboxRoom) -> Iterator[Nurse]:
    """Return a nurse whose organisation allows the clipboard, with a patient's measurements before her."""
    del journal
    SystemDisk().replace(home / "øving.toml", ALLOWS.encode())
    words = [*COMMAND, "journals", "add", "oving", str(home / "øving.toml")]
    subprocess.run(words, env=plain_environment(home), check=True, capture_output=True, timeout=60)
    nurse = Nurse(home, plain_environment(home), command=LEAPING)
    nurse.start("--journal", "oving")
    nurse.signs_in()
    nurse.takes_round()
    nurse.chooses("HANSEN")
    nurse.presses("enter", "3")
    nurse.sees("›3 Måling")
    yield nurse
    nurse.terminal.end()


def given(nurse: Nurse) -> list[str]:
    """Return all that the terminal was given for its clipboard; no other command of that kind was written."""
    raw = bytes(nurse.terminal.raw)
    assert b"\x1b]52" not in GIVEN.sub(b"", raw)
    return [base64.b64decode(one).decode() for one in GIVEN.findall(raw)]


def copies(nurse: Nurse) -> str:
    """Copy what is marked on the page, and return it."""
    nurse.presses("c")
    nurse.sees("Kopiert, ")
    nurse.sees("utklipp til")
    return given(nurse)[-1]


def test_what_is_marked_is_there_for_a_while_and_the_screen_says_so(nurse: Nurse) -> None:
    """Not from the front page; from the measurements, without who it is; then emptied.

    Fault: T7.
    """
    nurse.presses("1", "c")
    nurse.sees("Herfra kopieres ingenting.")
    assert given(nurse) == []
    nurse.presses("3")
    copied = copies(nurse)
    assert "Puls" in copied
    assert [one for one in ("Hansen", "HANSEN", "029136", "Nidarvegen") if one in copied] == []
    client_of(nurse).send_signal(signal.SIGUSR1)  # two minutes: its time is up, and the screen is hidden
    nurse.sees(HIDDEN)
    nurse.terminal.settle()
    assert given(nurse) == [copied, " ", ""]
    nurse.presses("escape")
    nurse.sees("›3 Måling")
    assert "utklipp" not in nurse.terminal.text


def test_hiding_locking_and_leaving_empty_it(nurse: Nurse) -> None:
    copied = copies(nurse)
    nurse.presses(HIDE)
    nurse.sees(HIDDEN)
    assert given(nurse) == [copied, " ", ""]
    nurse.presses("escape")
    nurse.sees("›3 Måling")
    copies(nurse)
    nurse.presses("f12")
    nurse.sees("PIN  ")
    assert given(nurse)[-2:] == [" ", ""]
    nurse.unlocks_to("Tilbake der du var.")
    copies(nurse)
    assert nurse.quits() == 0
    assert given(nurse) == [copied, " ", ""] * 3


def test_by_itself_the_key_says_why_not(home: Path, journal: SandboxRoom) -> None:
    del journal
    nurse = Nurse(home, plain_environment(home))
    nurse.start()
    nurse.signs_in()
    nurse.takes_round()
    nurse.chooses("HANSEN")
    nurse.presses("enter", "3", "c")
    nurse.sees("Kopiering er slått av")
    assert nurse.quits() == 0
    assert given(nurse) == []

"""What a real working day leaves behind on the machine: nothing of a patient in plain text, wherever one looks.

Looked at: every file of the cache while it is open and after, logs and temporary files, the command line and environment of
every process, and the main screen and scrollback of a terminal that keeps both, after quitting, a crash and `kill -9`.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.pty.client import COMMAND, PIN
from tests.pty.tmux_nurse import TmuxNurse
from tests.sandbox_room import SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTE = "Urolig natt, klager over trykk for brystet."
MARKERS = ("HANSEN", "Hansen", "02913649950", "029136 49950", "Nidarvegen", "brystet", "Multidose", PIN)
CRASHING = [sys.executable, "-m", "tests.pty.crashing_client"]


@pytest.fixture
def nurse(home: Path) -> Iterator[TmuxNurse]:
    """A home with a running journal and a terminal."""
    (home / "tmp").mkdir()
    room = SandboxRoom(home / ".local" / "state" / "feltjournal" / "sandbox")
    room.start()
    servers = (f"feltjournal-{os.getpid()}-{home.parent.name[-12:]}-{number}" for number in itertools.count())
    nurse = TmuxNurse(servers, home)
    yield nurse
    nurse.tmux("kill-server")
    room.close()


def work(nurse: TmuxNurse) -> None:
    """Sign in, take the round, open a patient, write and sign a note: the patient stands on the screen at the end."""
    nurse.sees("Kari Nordmann")
    nurse.keys("Enter")
    nurse.sees("Gjenta")
    nurse.types(PIN)
    nurse.keys("Enter")
    nurse.types(PIN)
    nurse.keys("Enter")
    nurse.sees("Runden er ikke tatt med")
    nurse.keys("t")
    nurse.sees("Alle er komplette")
    nurse.keys("Enter")
    nurse.sees("Tid   Status")
    nurse.keys("Home", "Down", "n")
    nurse.sees("Notat til besøket")
    nurse.types(NOTE)
    nurse.sees("utkast lagret")
    nurse.sees("HANSEN")


def sign(nurse: TmuxNurse) -> None:
    """Sign the note and open the patient."""
    nurse.keys("F9")
    nurse.sees("Enter signer")
    nurse.keys("Enter")
    nurse.sees("kan trekkes tilbake")
    nurse.keys("Enter")
    nurse.sees("029136 49950")


def files_with_markers(home: Path) -> list[str]:
    """Return the files of the home, the embedded journal's own database apart, that hold a marker in plain text."""
    found = []
    for path in home.rglob("*"):
        if path.is_file() and not path.name.startswith("journal.db"):
            content = path.read_bytes()
            found += [
                f"{path.name}: {m}"
                for m in MARKERS
                if m.encode() in content or m.encode("utf-16-le") in content
            ]
            found += [f"name {path.name}" for m in MARKERS if m in path.name]
    return found


def processes_with_markers() -> list[str]:
    """Return the processes whose command line or environment holds a marker; this test's own apart."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            told = "\0".join([*process.cmdline(), *process.environ().values()])
            found += [f"{process.pid}: {m}" for m in MARKERS if m in told and process.pid != os.getpid()]
    return found


@pytest.mark.needs("tmux")
@pytest.mark.xdist_group("no-traces")
def test_working_day_leaves_nothing_in_plain_text(nurse: TmuxNurse) -> None:
    """Looked at in the middle of the work, after `kill -9` of the client and after quitting.

    Fault: R8, Y8, Y9, T7.
    """
    nurse.start(*COMMAND)
    work(nurse)
    sign(nurse)
    cache = nurse.home / ".local" / "share" / "feltjournal"
    assert any(path.name.endswith("-wal") for path in cache.rglob("*"))
    assert files_with_markers(nurse.home) == []
    assert processes_with_markers() == []
    assert all(path.stat().st_mode & 0o077 == 0 for path in [cache, *cache.rglob("*")])
    nurse.client.send_signal(signal.SIGKILL)
    nurse.sees("ferdig:")
    assert [m for m in MARKERS if m in nurse.everything] == []
    assert files_with_markers(nurse.home) == []
    nurse.tmux("kill-server")

    nurse.start(*COMMAND)
    nurse.sees("PIN ")
    nurse.types(PIN)
    nurse.keys("Enter")
    nurse.sees("HANSEN")
    nurse.keys("C-q")
    nurse.keys("C-q")
    nurse.sees("ferdig:0")
    assert [m for m in MARKERS if m in nurse.everything] == []
    assert files_with_markers(nurse.home) == []


@pytest.mark.needs("tmux")
@pytest.mark.xdist_group("no-traces")
def test_crash_with_a_patient_on_the_screen_leaves_nothing(nurse: TmuxNurse) -> None:
    """The client is made to fail while it draws a note: the fixed page, an exit code, and nothing of the patient.

    Fault: Y9.
    """
    nurse.start(*CRASHING)
    work(nurse)
    nurse.keys("F2")
    nurse.sees("ferdig:")
    assert "ferdig:0" not in nurse.screen
    assert [m for m in MARKERS if m in nurse.everything] == []
    assert files_with_markers(nurse.home) == []
    assert processes_with_markers() == []

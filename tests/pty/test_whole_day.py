"""A whole working day at a real terminal, with a real keyring and under the real parent: what it leaves, wherever one looks.

The nurse signs in, reads every place, measures, writes, locks, mistypes her PIN, loses the network, is killed, goes on and quits,
and a script asks for the state. Looked at, again and again: all files, what is written at all, open and deleted files, every
process's command line and environment, and the terminal with its scrollback, buffers and title.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import pytest

from ports.ids import SystemIds
from sandbox.launching import find_running
from tests.omissions import ROOT
from tests.pty.client import COMMAND, PIN, plain_environment
from tests.pty.tmux_nurse import TmuxNurse
from tests.pty.traces import Traces
from tests.sandbox_room import SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

WRONG_PIN = "sommer-skog-3"
NOTE = "Urolig natt, klager over trykk for brystet."
LATER = "Ringte legevakten om svimmelhet."
WATCHED = ROOT / "tests" / "pty" / "watched_python"


@dataclass(slots=True)
class Day:
    """One home with a keyring, its journal, and the nurse at her terminal."""

    nurse: TmuxNurse
    journal: SandboxRoom
    written: Path
    looks: int = 0

    def traces(self) -> Traces:
        """What is looked for: the journal's people and tokens, and what was typed this day."""
        return Traces.of(self.journal.folder, PIN, WRONG_PIN, NOTE, LATER, NOTE[-9:], LATER[-11:])

    def look(self, *, is_over: bool = False) -> None:
        """Look everywhere but at the screen that is being worked at."""
        traces = self.traces()
        assert len(traces.digests) > 0
        assert traces.in_files(self.nurse.home) == []
        assert traces.in_processes() == []
        open_files, found = traces.in_open_files(self._processes())
        assert found == []
        if os.geteuid() == 0 and not is_over:
            assert open_files > 0
        self.looks += 1

    def look_at_what_is_left(self) -> None:
        """Look once the client is gone: the terminal, too."""
        self.look(is_over=True)
        traces = self.traces()
        kept = [
            self.nurse.everything,
            self.nurse.tmux("list-buffers"),
            self.nurse.tmux("list-panes", "-F", "#{pane_title}"),
        ]
        assert traces.in_bytes("\0".join(kept).encode()) == []
        assert self.nurse.tmux("list-buffers") == ""

    def wrote_elsewhere(self) -> list[str]:
        """Return the files that Python opened for writing outside the home, compiled code apart."""
        lines = dict.fromkeys(self.written.read_text().splitlines())
        own = (str(self.nurse.home), "/dev/null", "/dev/tty", "/dev/pts/")
        return [
            one
            for one in lines
            if one.startswith("/") and not one.startswith(own) and "__pycache__" not in one
        ]

    def _processes(self) -> list[psutil.Process]:
        (pane,) = self.nurse.tmux("list-panes", "-F", "#{pane_pid}").split()
        return psutil.Process(int(pane)).children(recursive=True) or [psutil.Process(int(pane))]


@pytest.fixture
def day(home: Path, keyring_bus: Mapping[str, str], tmp_path: Path) -> Iterator[Day]:
    """Have a journal running and nobody signed in yet."""
    (home / "tmp").mkdir()
    room = SandboxRoom(home / ".local" / "state" / "feltjournal" / "sandbox")
    room.start()
    servers = (f"feltjournal-{os.getpid()}-day-{number}" for number in itertools.count())
    written = tmp_path / "written"
    written.touch()
    more = {**keyring_bus, "FELTJOURNAL_TEST_WRITTEN": str(written), "PYTHONPATH": f"{WATCHED}:{ROOT}"}
    nurse = TmuxNurse(servers, home, more=more)
    yield Day(nurse, room, written)
    nurse.tmux("kill-server")
    room.close()


def _signs_in(nurse: TmuxNurse) -> None:
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


def _writes(nurse: TmuxNurse, words: str) -> None:
    """Write a note about Hansen and sign it."""
    nurse.keys("Home", "Down", "n")
    nurse.sees("Notat til besøket")
    nurse.types(words)
    nurse.sees("utkast lagret")
    nurse.keys("F9")
    nurse.sees("Enter signer")
    nurse.keys("Enter")
    nurse.sees("kan trekkes tilbake")


def _measures(nurse: TmuxNurse) -> None:
    nurse.keys("v")
    nurse.sees("Respirasjon")
    for value in ("18", "95", "n", "128", "77", "84", "a", "372"):
        nurse.types(value)
        nurse.keys("Enter")
    nurse.sees("37,2")
    nurse.keys("F9")
    nurse.sees("Enter signer")
    nurse.keys("Enter")
    nurse.sees("kan trekkes tilbake")


def _reads(nurse: TmuxNurse) -> None:
    """Open the patient and read all six places, what came and went, and the keys."""
    nurse.keys("Home", "Down", "Enter")
    nurse.sees("029136 49950")
    for page in "123456":
        nurse.keys(page)
        nurse.sees(f"›{page} ")
    nurse.keys("Escape")
    nurse.sees("Tid   Status")
    nurse.keys("F1")
    nurse.sees("Taster")
    nurse.keys("Escape")
    nurse.sees("Tid   Status")


def _locks(nurse: TmuxNurse) -> None:
    """Lock, mistype the PIN, and unlock."""
    nurse.keys("F12")
    nurse.sees("PIN ")
    nurse.types(WRONG_PIN)
    nurse.keys("Enter")
    nurse.sees("Feil PIN")
    over = time.monotonic() + 1.2  # the wait that she is told of, and a little
    nurse.until(lambda: time.monotonic() > over, "the end of the wait")


def _unlocks(nurse: TmuxNurse) -> None:
    nurse.sees("PIN ")
    nurse.types(PIN)
    nurse.keys("Enter")
    nurse.sees("Tid   Status")


def _tells_scripts(day: Day) -> str:
    """Run the commands that need no screen; return all that they say."""
    told = ""
    for words in (
        ["status", "--json", "--pin-fd", "0"],
        ["sync", "--json", "--pin-fd", "0"],
        ["doctor", "--json"],
    ):
        environment = plain_environment(day.nurse.home, **day.nurse.more)
        done = subprocess.run(
            [*COMMAND, *words],
            input=f"{PIN}\n",
            capture_output=True,
            text=True,
            env=environment,
            check=False,
            timeout=90,
        )
        assert done.stdout.startswith(("{", "["))
        told += done.stdout + done.stderr
    return told


@pytest.mark.day
@pytest.mark.needs("tmux", "gnome-keyring")
@pytest.mark.xdist_group("no-traces")
def test_whole_day_leaves_nothing_in_plain_text(day: Day) -> None:
    """From the sign-in to the end, with a lock, a lost network and a kill between.

    Fault: R8, Y8, Y9, T7.
    """
    nurse = day.nurse
    nurse.start(*COMMAND)
    _signs_in(nurse)
    _writes(nurse, NOTE)
    _measures(nurse)
    day.look()
    _reads(nurse)
    _locks(nurse)
    day.look()
    assert day.traces().in_bytes(nurse.everything.encode()) == []  # nor at the locked door
    _unlocks(nurse)
    day.journal.kill()
    nurse.keys("t")
    nurse.until(
        lambda: "Journalen svarer ikke" in nurse.screen or "Krever nett" in nurse.screen, "no network"
    )
    nurse.keys("Escape")
    nurse.sees("Tid   Status")
    _writes(nurse, LATER)
    day.look()
    nurse.client.send_signal(signal.SIGKILL)
    nurse.sees("ferdig:")
    day.look_at_what_is_left()
    nurse.tmux("kill-server")

    day.journal.started = find_running(day.journal.state, SystemIds()) or day.journal.start()
    nurse.start(*COMMAND)
    _unlocks(nurse)
    nurse.keys("u")
    nurse.sees("Notat: hjemmebesøk")
    nurse.keys("Escape")
    nurse.sees("Tid   Status")
    nurse.keys("C-q")
    nurse.keys("C-q")
    nurse.sees("ferdig:0")
    told = _tells_scripts(day)
    assert Traces.of(day.journal.folder, PIN, NOTE, LATER).in_bytes(told.encode()) == []
    day.look_at_what_is_left()
    assert day.looks == 5
    assert day.wrote_elsewhere() == []
    assert len(day.written.read_text().splitlines()) > 5


def test_a_file_written_elsewhere_would_be_told(tmp_path: Path) -> None:
    """A Python under watch that writes past its home is heard, and so is one that only makes a folder."""
    told, elsewhere = tmp_path / "told", tmp_path / "elsewhere"
    environment = {
        "PYTHONPATH": str(WATCHED),
        "FELTJOURNAL_TEST_WRITTEN": str(told),
        "PATH": os.environ["PATH"],
    }
    code = (
        f"import os; open({str(elsewhere)!r}, 'w'); os.mkdir({str(tmp_path / 'made')!r}); open({str(told)!r})"
    )
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)
    assert told.read_text().splitlines() == [str(elsewhere), str(tmp_path / "made")]


def test_what_is_looked_for_would_be_found(tmp_path: Path) -> None:
    """Each kind of trace, planted: a word in UTF-8 and UTF-16, a name in a file's name, a number, a token known by its digest."""
    room = SandboxRoom(tmp_path / "state")
    room.start()
    try:
        token = room.sign_in("kari-nordmann")["access_token"]
        traces = Traces.of(room.folder, PIN)
    finally:
        room.close()
    home = tmp_path / "home"
    planted = {
        "log": PIN.encode(),
        "wide": "HANSEN".encode("utf-16-le"),
        "number": b"x 029136 49950",
        "Nidarvegen 4 B.txt": b"",
        "env": b"TOKEN=" + token.encode(),
        "clean": b"f" * 64 + b" " + PIN[:-1].encode(),
    }
    home.mkdir()
    for name, content in planted.items():
        (home / name).write_bytes(content)
    found = {line.partition(":")[0] for line in traces.in_files(home)}
    assert found == set(planted) - {"clean"}
    held = (home / "log").open("rb")
    (home / "log").unlink()
    with held:
        assert traces.in_open_files([psutil.Process()])[1]

"""A nurse at a real terminal: the installed command, a home of the test's own, the keys she presses, what she reads."""

from __future__ import annotations

import os
import re
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.pty.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

PIN = "fjell-hytte-7"
COMMAND = (sys.executable, "-m", "cli")
VISIT = re.compile(r"^[> ] .\d\d:\d\d ")
"""A row of the list of visits: the mark, whether it is off or not whole, and the hour."""


def plain_environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment without this user's own folders, keyring or bus."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        **more,
    }


def rows_of(terminal: Terminal) -> list[str]:
    """Return the visits on the screen, as they stand there; none while there is no list."""
    lines = terminal.lines
    head = next((number for number, line in enumerate(lines) if "Tid   Status" in line), len(lines))
    return [line[:80] for line in lines[head + 1 :] if VISIT.match(line)]


def chosen(terminal: Terminal) -> str:
    """Return the row with the mark, or nothing."""
    return next((row for row in rows_of(terminal) if row.startswith(">")), "")


@dataclass(slots=True)
class Nurse:
    """Starts the client and drives it, key by key, always waiting for what she would look for."""

    home: Path
    environment: Mapping[str, str]
    size: tuple[int, int] = (80, 24)
    command: tuple[str, ...] = COMMAND
    terminal: Terminal = field(init=False)

    def start(self, *options: str, shell: str = "") -> Terminal:
        """Open the client on a new terminal; `shell` is what a shell does before it becomes the client."""
        command = [*self.command, *options]
        if shell:
            command = ["sh", "-c", f'{shell} "$@"', "sh", *command]
        self.terminal = Terminal(command, size=self.size, environment=dict(self.environment))
        return self.terminal

    def sees(self, text: str, *, seconds: float = 60.0) -> None:
        """Wait until the text stands on the screen."""
        self.terminal.wait_for(text, seconds=seconds)

    def presses(self, *keys: str) -> None:
        """Press keys, all at once: the client must take them in order at any speed."""
        self.terminal.send(*keys)

    def signs_in(self) -> None:
        """Choose the first person and a PIN."""
        self.sees("Hvem er du?")
        self.sees("Kari Nordmann")
        self.presses("enter")
        self.sees("Gjenta")
        self.presses(*PIN, "enter", *PIN, "enter")
        self.sees("Runden er ikke tatt med")

    def takes_round(self) -> None:
        """Take the round along and go to the list."""
        self.presses("t")
        self.sees("Runden er med. Alle er komplette")
        self.presses("enter")
        self.sees("Tid   Status")

    def unlocks(self) -> None:
        """Open the locked cache."""
        self.unlocks_to("Tid   Status")

    def unlocks_to(self, text: str) -> None:
        """Open the locked cache, and wait for what stands where one comes to."""
        self.sees("PIN  ")
        self.presses(*PIN, "enter")
        self.sees(text)

    def visits(self) -> list[str]:
        """Return the rows of the list that are on the screen, each with the mark of the chosen one before it."""
        return rows_of(self.terminal)

    def chooses(self, name: str) -> None:
        """Go down the list to a patient, a row at a time."""
        self.presses("home")
        self.terminal.wait_for(lambda t: rows_of(t)[:1] == [chosen(t)])
        while name not in chosen(self.terminal):
            self._goes_down(chosen(self.terminal))

    def _goes_down(self, before: str) -> None:
        self.presses("down")
        self.terminal.wait_for(lambda t: chosen(t) not in ("", before))

    def kills_client(self) -> None:
        """Kill the process that holds the screens with signal 9, as the system would; the parent is left to clean up."""
        (child,) = psutil.Process(self.terminal.pid).children()
        child.send_signal(signal.SIGKILL)
        self.terminal.wait_end()

    def quits(self) -> int:
        """Quit; a warning about unsent work is read and answered."""
        self.presses("ctrl+q")
        self.presses("ctrl+q")
        return self.terminal.wait_end()

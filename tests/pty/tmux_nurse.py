"""A nurse at a terminal that keeps what a terminal keeps: a main screen, an alternate one and scrollback, as tmux does."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil

from tests.pty.client import plain_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(slots=True)
class TmuxNurse:
    """A client in tmux, which keeps a main screen, an alternate one and scrollback as a terminal does."""

    servers: Iterator[str]
    home: Path
    server: str = ""
    more: dict[str, str] = field(default_factory=dict)
    """What the client's environment has besides the plain one."""

    def start(self, *command: str) -> None:
        """Run the command in a shell, so that there is a main screen to come back to.

        Each start has a tmux server of its own: `kill-server` answers before the old one is gone, and a session asked of
        a dying server dies with it.
        """
        self.server = next(self.servers)
        environment = plain_environment(self.home, TMPDIR=str(self.home / "tmp"), PS1="$ ", **self.more)
        given = [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
        line = f"{' '.join(command)}; echo ferdig:$?; exec sleep 600"
        size = ["-x", "80", "-y", "24"]
        made = self.run_tmux("-f", "/dev/null", "new-session", "-d", *size, *given, "sh", "-c", line)
        assert made.returncode == 0, made.stderr
        self.tmux("set-option", "-g", "history-limit", "5000")

    def run_tmux(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a tmux command on this server."""
        whole = ["tmux", "-L", self.server, *command]
        return subprocess.run(whole, capture_output=True, text=True, check=False, timeout=30)

    def tmux(self, *command: str) -> str:
        """Run a tmux command on this server and return what it prints."""
        return self.run_tmux(*command).stdout

    @property
    def screen(self) -> str:
        """What stands on the screen now."""
        return self.tmux("capture-pane", "-p")

    @property
    def everything(self) -> str:
        """The screen and all that scrolled off it."""
        return self.tmux("capture-pane", "-p", "-S", "-")

    def sees(self, text: str, *, seconds: float = 60.0) -> None:
        """Look until the text stands there."""
        self.until(lambda: text in self.screen, text, seconds=seconds)

    def until(self, holds: Callable[[], bool], what: str, *, seconds: float = 60.0) -> None:
        """Look until it holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"{what!r} not seen:\n{self.screen}"

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names."""
        self.tmux("send-keys", *names)

    def types(self, text: str) -> None:
        """Type text."""
        self.tmux("send-keys", "-l", text)

    @property
    def client(self) -> psutil.Process:
        """The process that holds the screens."""
        (pane,) = self.tmux("list-panes", "-F", "#{pane_pid}").split()
        below = psutil.Process(int(pane)).children(recursive=True)
        return max(below, key=lambda p: p.create_time())

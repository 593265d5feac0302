"""A terminal for tests: forks a program on a pseudo-terminal of a given size, draws what it writes, counts every byte.

It answers the two queries a modern terminal answers, and waits for what is to be seen, never for time to pass.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "backspace": "\x7f",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f10": "\x1b[21~",
    "f12": "\x1b[24~",
    "ctrl+c": "\x03",
    "ctrl+q": "\x11",
    "ctrl+s": "\x13",
    "ctrl+u": "\x15",
}
"""What a terminal sends for the keys that are not characters."""

SYNC_QUERY, SYNC_ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
RESIZE_QUERY, RESIZE_ANSWER = b"\x1b[?2048$p", b"\x1b[?2048;0$y"
_whole_sequence = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[^\[\]P_X^]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_beyond_pyte = re.compile(rb"\x1b\[[<>=][0-?]*[@-~]|\x1b\[\?[0-9;]*\$p")


class Ended(Exception):
    """The program ended before what was waited for could be seen."""


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.columns, self.rows = size
        self.raw = bytearray()
        self.exit_status: int | None = None
        self._screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.ByteStream(self._screen)
        self._kept = b""
        self._answered = 0
        environment = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"} | dict(
            environment or os.environ
        )
        for name in ("COLUMNS", "LINES"):  # what the test runner was told of its own terminal
            environment.pop(name, None)
        self.started_at = time.perf_counter()
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            if folder is not None:
                os.chdir(folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
            os.execvpe(command[0], list(command), environment)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    # --- what is seen

    @property
    def lines(self) -> list[str]:
        """Return the lines on the screen."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """Return the screen as text."""
        return "\n".join(self.lines)

    def line(self, number: int) -> str:
        """Return one line, counted from 0."""
        return self.lines[number]

    # --- waiting

    def wait_for(self, wanted: str | Callable[[Terminal], bool], *, seconds: float = 30.0) -> float:
        """Read until the text stands on the screen, or the condition holds; return when it did.

        Raises:
            TimeoutError: it did not come; the message has the screen.
            Ended: the program ended first.
        """
        is_there = wanted if callable(wanted) else (lambda terminal: wanted in terminal.text)
        until = time.perf_counter() + seconds
        while not is_there(self):
            left = until - time.perf_counter()
            if left <= 0:
                raise TimeoutError(f"{wanted!r} not seen in {seconds} s:\n{self.text}")
            if not self._read(left):
                raise Ended(f"ended before {wanted!r}:\n{self.text}")
        return time.perf_counter()

    def settle(self, quiet: float = 0.3, *, seconds: float = 30.0) -> None:
        """Read until nothing has been written for `quiet` seconds."""
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            before = len(self.raw)
            if not self._read(quiet) or len(self.raw) == before:
                return
        raise TimeoutError(f"never quiet:\n{self.text}")

    def wait_end(self, *, seconds: float = 30.0) -> int:
        """Read until the program has ended; return its exit code, negative for a signal."""
        until = time.perf_counter() + seconds
        while self._read(max(0.0, until - time.perf_counter())):
            if time.perf_counter() > until:
                raise TimeoutError(f"did not end in {seconds} s:\n{self.text}")
        if self.exit_status is None:
            _, status = os.waitpid(self.pid, 0)
            self.exit_status = os.waitstatus_to_exitcode(status)
        return self.exit_status

    # --- acting

    def send(self, *keys: str, gap: float = 0.0) -> None:
        """Press keys by name, or characters as they are; with no gap they go in one write."""
        codes = [KEYS.get(key, key).encode() for key in keys]
        if not gap:
            os.write(self._descriptor, b"".join(codes))
            return
        for code in codes:
            os.write(self._descriptor, code)
            self._read_for(gap)

    def type(self, text: str, *, gap: float = 0.0) -> None:
        """Type characters."""
        self.send(*text, gap=gap)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size."""
        self.columns, self.rows = columns, rows
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def signal(self, number: int) -> None:
        """Send a signal to the program itself."""
        os.kill(self.pid, number)

    def bytes_of(self, act: Callable[[], None], *, quiet: float = 0.3) -> int:
        """Return how many bytes the program writes in answer to something."""
        before = len(self.raw)
        act()
        self.settle(quiet)
        return len(self.raw) - before

    def end(self) -> None:
        """Kill what still runs, and let the terminal go."""
        if self.exit_status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                _, status = os.waitpid(self.pid, 0)
                self.exit_status = os.waitstatus_to_exitcode(status)
            except (ProcessLookupError, ChildProcessError):
                self.exit_status = 0
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    # --- within

    def _read_for(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            if not self._read(left):
                return

    def _read(self, seconds: float) -> bool:
        """Read what comes within a time; False when the program's side is closed."""
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:
            return False
        if not data:
            return False
        self.raw += data
        self._answer()
        self._draw(data)
        return True

    def _answer(self) -> None:
        """Answer the queries in what has come since the last answer."""
        fresh = bytes(self.raw[max(0, self._answered - 16) :])
        for query, answer in ((SYNC_QUERY, SYNC_ANSWER), (RESIZE_QUERY, RESIZE_ANSWER)):
            place = fresh.find(query)
            if place >= 0 and max(0, self._answered - 16) + place + len(query) > self._answered:
                os.write(self._descriptor, answer)
        self._answered = len(self.raw)

    def _draw(self, data: bytes) -> None:
        """Feed pyte whole sequences, without those it would print as text."""
        self._kept += data
        cut = len(self._kept)
        last = self._kept.rfind(b"\x1b")
        if last >= 0 and not _whole_sequence.match(self._kept, last):
            cut = last
        whole, self._kept = self._kept[:cut], self._kept[cut:]
        self._stream.feed(_beyond_pyte.sub(b"", whole))


def keys(words: Iterable[str]) -> list[str]:
    """Return single keys of words such as `down`, `18`, `enter`: a word that is no key name is typed."""
    pressed: list[str] = []
    for word in words:
        pressed += [word] if word in KEYS else list(word)
    return pressed

"""The small parent that keeps the terminal safe: however the client dies, it clears the screen."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from ports.process import start_anew

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

LOCK = 75
"""The client's exit code that asks for a fresh process at the locked door."""
PRACTISE = 76
"""The client's exit code that asks for a fresh process in the training journal of this one."""
CRASHED = 70
"""The client's exit code after it has shown its own page of what went wrong."""

FIRST_LINE = "\x1b[?1049h\x1b[?25l\x1b[2J\x1b[H Feltjournal åpnes …"
LEAVE = (
    "\x1b[?2026l"  # no frame is held back
    "\x1b[?1049h\x1b[<9u\x1b[0m\x1b[2J\x1b[H\x1b[?1049l"  # leaves the alternate screen empty
    "\x1b[<9u\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # keys and mouse as before
    "\x1b[?1004l\x1b[?2004l\x1b[?2048l\x1b[?7h\x1b[0m\x1b[?25h"
)
_HAS_FORK = hasattr(os, "fork")
_GRACE = 10
"""Seconds that the client has to save and end when it is told to."""
_SAFE = "Alt som er signert, og lagrede utkast, ligger kryptert på maskinen. Start programmet på nytt."


class Terminal:
    """The terminal as it was before anything was written to it."""

    def __init__(self, descriptor: int, modes: list[Any] | None) -> None:
        self.descriptor = descriptor
        self.modes = modes

    @classmethod
    def save(cls) -> Terminal:
        """Remember the modes, and stop echo: keys typed from now on wait for the client unseen."""
        descriptor = sys.stdin.fileno()
        try:
            import termios
        except ImportError:
            return cls(descriptor, None)
        modes = termios.tcgetattr(descriptor)
        quiet = termios.tcgetattr(descriptor)
        quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
        quiet[0] &= ~(termios.ICRNL | termios.IXON)
        termios.tcsetattr(descriptor, termios.TCSANOW, quiet)
        return cls(descriptor, modes)

    def write(self, text: str) -> None:
        """Write to the terminal itself; nothing happens when it is gone."""
        with contextlib.suppress(OSError):
            os.write(sys.__stdout__.fileno() if sys.__stdout__ else 1, text.encode())

    def restore(self) -> None:
        """Leave an empty alternate screen, switch every mode off and put the line discipline back."""
        self.write(LEAVE)
        if self.modes is None:
            return
        import termios

        with contextlib.suppress(termios.error, OSError):
            termios.tcsetattr(self.descriptor, termios.TCSAFLUSH, self.modes)


def run(
    client: Callable[[bool], int],
    *,
    before: Callable[[], None],
    practise: Callable[[], None] = lambda: None,
) -> int:
    """Run the client in a child process until it ends, and say in one sentence how, unless it ended well.

    Args:
        client: What the child does; told whether it starts locked, it returns the exit code.
        before: What this process does once the first line stands and before there is a child.
        practise: Turns the client to the training journal; called when one asked for it.
    """
    terminal = Terminal.save()
    terminal.write(FIRST_LINE)
    before()
    is_locked = False
    while True:
        status = _child(client, terminal, is_locked=is_locked)
        code = os.waitstatus_to_exitcode(status)
        if code not in (LOCK, PRACTISE):
            terminal.restore()
            return _tell(code)
        is_locked = code == LOCK
        if not _HAS_FORK:  # this process held the keys: it is replaced whole
            terminal.restore()
            start_anew(*([] if is_locked else ["--practice"]))
        if not is_locked:
            practise()
        terminal.write(FIRST_LINE)


def _child(client: Callable[[bool], int], terminal: Terminal, *, is_locked: bool) -> int:
    """Fork, hand the terminal over and wait; signals sent to this process go to the child."""
    if not _HAS_FORK:  # Windows: no supervising process; `feltjournal doctor` says so
        return client(is_locked) << 8
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os._exit(_as_child(client, terminal, parent, is_locked=is_locked))
    with _forwarding(child):
        return _wait(child)


def _as_child(client: Callable[[bool], int], terminal: Terminal, parent: int, *, is_locked: bool) -> int:
    """Run the client; if the parent is gone when it ends, clean the terminal up in its place."""
    from ports.process import end_with_parent

    code = CRASHED
    try:
        end_with_parent()
        if os.getppid() == parent:
            code = client(is_locked)
    finally:
        if os.getppid() != parent:
            signal.signal(
                signal.SIGTTOU, signal.SIG_IGN
            )  # the shell may have taken the terminal back already
            terminal.restore()
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()
            sys.stdout.flush()
    return code


@contextlib.contextmanager
def _forwarding(child: int) -> Iterator[None]:
    """Hand signals on to the child; one that does not end by them in time is killed."""

    def forward(number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL if number == signal.SIGALRM else number)
        signal.alarm(_GRACE)

    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGALRM)
    before = {number: signal.signal(number, forward) for number in numbers}
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(child: int) -> int:
    """Return how the child ended."""
    while True:
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            return status


def _tell(code: int) -> int:
    """Say what happened when the client could not say it itself; return this program's exit code."""
    if code >= 0:
        if code not in (0, CRASHED) and code < 128:
            _say(f"Feltjournal sluttet med en feil (kode {code}). {_SAFE}")
        return code
    name = signal.Signals(-code).name
    _say(f"Feltjournal ble stanset utenfra ({name}). {_SAFE}")
    return 128 - code


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)

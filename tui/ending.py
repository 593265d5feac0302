"""What ends a session from outside: a signal, or a terminal that is gone. All is saved first, and then nothing may stay."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING

from ports.terminal_end import on_hangup

if TYPE_CHECKING:
    from collections.abc import Callable

LAST_SECONDS = 15
"""How long saving and closing may take; the supervising parent waits less for what it has handed on."""

_BY_SIGNAL = 128
"""What a shell adds to a signal's number for the exit code."""


class Ending:
    """Hears of the end, and has the program leave.

    Args:
        leave: Called with the exit code; it saves what is being written.
    """

    def __init__(self, leave: Callable[[int], object]) -> None:
        self._leave = leave
        self._stop: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to listen; on Windows the system ends what belongs to a window."""
        if sys.platform == "win32":
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end, number)
        if sys.__stdin__ is not None:
            with contextlib.suppress(OSError, ValueError):  # it is closed
                self._stop = on_hangup(sys.__stdin__.fileno(), loop, partial(self._end, signal.SIGHUP))

    def close(self) -> None:
        """Listen no more."""
        if self._stop is not None:
            self._stop()

    def _end(self, number: int) -> None:
        """End in good order, also when the shell has taken the terminal back already."""
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.alarm(LAST_SECONDS)  # whatever hangs then: nothing may keep running on a terminal that is gone
        self._leave(_BY_SIGNAL + number)

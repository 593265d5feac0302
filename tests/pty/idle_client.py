"""The installed client with a clock that a test moves on: two minutes by SIGUSR1, ten by SIGUSR2. All else is as installed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import ports.clock
from cli.__main__ import main

if TYPE_CHECKING:
    from types import FrameType

LEAPS = {signal.SIGUSR1: timedelta(minutes=2), signal.SIGUSR2: timedelta(minutes=10)}
_System = ports.clock.SystemClock
_leapt = timedelta(0)
_sleepers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()


class LeapingClock(_System):
    """The machine's clock, and what a test has let pass besides."""

    def now(self) -> datetime:
        """Return the wall time."""
        return super().now() + _leapt

    def monotonic(self) -> float:
        """Return the monotonic time."""
        return super().monotonic() + _leapt.total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Wait, or until a leap has made it pass."""
        until = self.monotonic() + seconds
        sleeper = asyncio.get_running_loop(), asyncio.Event()
        _sleepers.add(sleeper)
        try:
            while (left := until - self.monotonic()) > 0:
                sleeper[1].clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(sleeper[1].wait(), left)
        finally:
            _sleepers.discard(sleeper)


def _leap(number: int, _frame: FrameType | None) -> None:
    global _leapt  # noqa: PLW0603  a signal has nothing else to reach
    _leapt += LEAPS[signal.Signals(number)]
    for loop, event in list(_sleepers):
        loop.call_soon_threadsafe(event.set)


if __name__ == "__main__":
    for number in LEAPS:
        signal.signal(number, _leap)
    setattr(ports.clock, "SystemClock", LeapingClock)  # noqa: B010  the clock is the only thing that a test puts in
    sys.exit(main(sys.argv[1:]))

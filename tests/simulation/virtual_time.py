"""Time that passes only when nothing else can happen: an event loop that leaps to the next thing it waits for."""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on which an hour takes no time."""

    def __init__(self) -> None:
        self.moment = 0.0
        super().__init__(_Leaping(self))

    def time(self) -> float:
        """Return the virtual seconds."""
        return self.moment


class _Leaping(selectors.SelectSelector):
    """Never waits: it moves the loop's time on instead."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Leap by the timeout; without one nothing would ever happen again."""
        found = super().select(0)
        if not found and timeout is None:
            raise RuntimeError("everything waits for ever")
        if not found and timeout:
            self._loop.moment += timeout
        return found


class VirtualClock:
    """Wall and monotonic time of the loop; a skew moves the wall alone, as a hand on the clock does."""

    def __init__(self, loop: VirtualLoop, start: datetime = MORNING) -> None:
        self._loop = loop
        self._start = start
        self.skew = timedelta(0)

    def now(self) -> datetime:
        """Return the wall time."""
        return self._start + timedelta(seconds=self._loop.moment) + self.skew

    def monotonic(self) -> float:
        """Return the loop's seconds."""
        return self._loop.moment

    async def sleep(self, seconds: float) -> None:
        """Wait on the loop."""
        await asyncio.sleep(seconds)


async def _cancel_the_rest() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def run_virtually(loop: VirtualLoop, work: Coroutine[Any, Any, None]) -> None:
    """Run to the end and close the loop; what is still waiting is cancelled first."""
    try:
        loop.run_until_complete(work)
    finally:
        loop.run_until_complete(_cancel_the_rest())
        loop.close()

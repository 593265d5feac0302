"""Time that passes only when nothing else can happen: an event loop that leaps to the next thing it waits for."""

from __future__ import annotations

import asyncio
import math
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
        self._turns: list[tuple[float, timedelta]] = [(-math.inf, timedelta(0))]

    @property
    def skew(self) -> timedelta:
        """How far the wall is off."""
        return self._turns[-1][1]

    @skew.setter
    def skew(self, skew: timedelta) -> None:
        self._turns.append((self._loop.moment, skew))

    def first_showed(self, wall: datetime) -> float:
        """Return when, by the loop's seconds, the wall first showed a time, or the last moment where it never did."""
        ends = [*(since for since, _ in self._turns[1:]), self._loop.moment]
        for (since, skew), until in zip(self._turns, ends, strict=True):
            moment = (wall - self._start - skew).total_seconds()
            if since <= moment <= until:
                return moment
        return self._loop.moment

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

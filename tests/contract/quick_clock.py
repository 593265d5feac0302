"""A clock on which nobody waits, for what would be asked again at a pace."""

from __future__ import annotations

import asyncio

from ports.clock import SystemClock


class QuickClock(SystemClock):
    """The real time, but nobody waits: what would be slept is given to the others, and counted."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.step: asyncio.Event | None = None
        self.four = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Count; wait only for the test's own step, where it wants one."""
        self.slept.append(seconds)
        if len(self.slept) >= 4:
            self.four.set()
        await asyncio.sleep(0)
        if self.step is not None:
            await self.step.wait()

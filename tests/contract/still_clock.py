"""A clock that stands still until a test moves it, for what reads the time of day."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class StillClock:
    """Begins at a fixed moment; waiting moves it on at once."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment

    def monotonic(self) -> float:
        """Return the moment in seconds."""
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        """Move on."""
        self.move(seconds)
        await asyncio.sleep(0)

    def move(self, seconds: float) -> None:
        """Move on by a number of seconds."""
        self.moment += timedelta(seconds=seconds)

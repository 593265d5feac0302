"""The clock on the wall and the one that nobody sets, each moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.store_room import NOON


@dataclass
class TwoClocks:
    """The clock on the wall, and the one that only runs while the machine does."""

    wall: datetime = NOON
    run: float = 500.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.run

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.pass_by(timedelta(seconds=seconds))

    def pass_by(self, span: timedelta) -> None:
        """Let time pass for both."""
        self.wall += span
        self.run += span.total_seconds()

    def set_wall(self, by: timedelta) -> None:
        """Set the clock on the wall."""
        self.wall += by

    def suspend(self, span: timedelta) -> None:
        """Close the lid: only the wall goes on."""
        self.wall += span

    def start_anew(self, after: timedelta) -> None:
        """Switch the machine off and on: the one that nobody sets begins anew."""
        self.wall += after
        self.run = 3.0

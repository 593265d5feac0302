"""What every place works with: the working day and the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from ports.clock import Clock
    from services.workday import Workday


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed from place to place."""

    day: Workday
    clock: Clock

    def now(self) -> datetime:
        """Return the time."""
        return self.clock.now()

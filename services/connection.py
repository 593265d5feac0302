"""Whether the journal can be reached, and when it is worth asking again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.views import Connection

if TYPE_CHECKING:
    from datetime import datetime

    from ports.clock import Clock
    from ports.ids import Ids

FIRST_PAUSE = 1.0
"""Seconds between the first two questions after the network was lost: never more than one a second (offline-cache.md, V5)."""

LONGEST_PAUSE = 15.0
"""Seconds: a nurse who comes up from a cellar waits no longer than this."""

PAUSE_ONLINE = 20.0
"""Seconds between two questions when all is well and nothing is to be sent."""


@dataclass(slots=True)
class ConnectionWatch:
    """Keeps what is known of the connection; changes only by what a request met."""

    clock: Clock
    ids: Ids
    state: Connection = Connection.UNKNOWN
    since: datetime | None = None
    _failures: int = 0

    def met(self, state: Connection) -> bool:
        """Take in what a request met; True when it is news."""
        self._failures = self._failures + 1 if state is Connection.OFFLINE else 0
        if state is self.state:
            return False
        self.state = state
        self.since = self.clock.now()
        return True

    def pause(self) -> float:
        """Return the seconds to wait before the journal is asked again, jitter included."""
        if self.state is not Connection.OFFLINE:
            return PAUSE_ONLINE
        longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10))
        return max(FIRST_PAUSE, longest * (0.5 + self.ids.fraction() / 2))

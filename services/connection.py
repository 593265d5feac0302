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

SPREAD_DELIVERY = 10.0
"""Seconds over which clients that come back at the same moment begin to deliver, each at a moment of its own."""

SPREAD_ROUND = 60.0
"""Seconds over which they begin to fetch their round again; what was signed goes first."""

LONGEST_ASKED = 600.0
"""Seconds: no journal is waited for longer, whatever it asks for."""


@dataclass(slots=True)
class ConnectionWatch:
    """Keeps what is known of the connection; changes only by what a request met."""

    clock: Clock
    ids: Ids
    state: Connection = Connection.UNKNOWN
    since: datetime | None = None
    _failures: int = 0
    _asked: float = 0.0

    def met(self, state: Connection, *, retry_after: float | None = None) -> bool:
        """Take in what a request met; True when it is news. `retry_after` is what the journal asked for, in seconds."""
        self._failures = self._failures + 1 if state is Connection.OFFLINE else 0
        self._asked = min(retry_after or 0.0, LONGEST_ASKED)
        if state is self.state:
            return False
        self.state = state
        self.since = self.clock.now()
        return True

    def pause(self) -> float:
        """Return the seconds to wait before the journal is asked again, jitter included; never less than it asked for."""
        if self.state is not Connection.OFFLINE:
            return max(PAUSE_ONLINE, self._jittered(self._asked))
        longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10))
        pause = longest * (0.5 + self.ids.fraction() / 2)
        return max(FIRST_PAUSE, pause, self._jittered(self._asked))

    def stagger(self, seconds: float) -> float:
        """Return this client's own moment within a span, so that a hundred that come back at once do not begin at once."""
        return seconds * self.ids.fraction()

    def _jittered(self, seconds: float) -> float:
        """Return a wait that was asked of everybody, lengthened by up to a half for this client."""
        return seconds * (1 + self.ids.fraction() / 2) if seconds else 0.0

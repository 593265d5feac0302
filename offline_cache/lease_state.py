"""Where the lease of a cache stands. No other import: the screens read this before anything heavy is loaded."""

from __future__ import annotations

from enum import StrEnum


class LeaseState(StrEnum):
    """How far the time is spent for which journal data may be kept here without the journal being reached."""

    NONE = "none"  # nothing is kept on this machine
    HELD = "held"
    ENDING = "ending"  # the lease ends soon: said before it bites
    ENDED = "ended"  # nothing of a patient is shown; what is written stays and can be sent
    HARD_END = "hard-end"  # the charts are removed
    WITHDRAWN = "withdrawn"  # the journal has ordered a wipe that waits for what is signed and unsent

    @property
    def may_read(self) -> bool:
        """Tell whether charts may be shown."""
        return self in (LeaseState.NONE, LeaseState.HELD, LeaseState.ENDING)

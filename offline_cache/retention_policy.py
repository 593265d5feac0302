"""How long journal data may be kept on a machine: the limits of the policy, and what no policy may pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

LONGEST = timedelta(hours=72)
"""No policy keeps charts longer than this after the journal was last reached (architecture.md, lock)."""


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """The limits of one organisation.

    Attributes:
        margin: How long past the end of the shift charts may be read with no network.
        hard_end: How long after the journal was last reached the charts are removed.
        warned: How long before its end the lease is named on every screen.
        tolerance: How far a clock may be put back without a word.
        ask_every: How often a connected client asks whether this machine is to be wiped.
    """

    margin: timedelta = timedelta(hours=12)
    hard_end: timedelta = LONGEST
    warned: timedelta = timedelta(hours=2)
    tolerance: timedelta = timedelta(minutes=10)
    ask_every: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        if not timedelta(0) < self.hard_end <= LONGEST:
            raise ValueError("the hard end lies within 72 hours")
        if self.margin < timedelta(0):
            raise ValueError("a lease never ends before the shift")

"""The lease: for how long charts may be read here after the journal was last reached.

Time is counted and never compared. Each look adds what has passed since the look before, by whichever clock says most: the
clock on the wall, the monotonic one within a run, or the journal's own. So a clock that is put back takes nothing off what is
counted, and a clock that is simply wrong costs nothing, as long as it goes on being wrong by as much. What nobody can see is
a machine that was off while its clock was put back; the put-back itself is seen at the next start, and said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from offline_cache.lease_state import LeaseState

if TYPE_CHECKING:
    from offline_cache.retention_policy import RetentionPolicy
    from ports.clock import Clock


@dataclass(frozen=True, slots=True)
class LeaseRecord:
    """What is kept of a lease, in the store; spans are in seconds.

    Attributes:
        lasts: From the last contact with the journal to the end of the lease.
        hard: From the last contact to the hard end.
        counted: What has been counted since the last contact.
        looked_at: What the clock on the wall showed at the last look.
        journal_at: The journal's own time at the last contact; None where it gives none.
        put_back: By how much the clock has been put back since the last contact.
        withdrawn: Whether the journal has ordered a wipe that could not be carried out yet.
    """

    lasts: float
    hard: float
    counted: float
    looked_at: datetime
    journal_at: datetime | None = None
    put_back: float = 0.0
    withdrawn: bool = False

    def to_bytes(self) -> bytes:
        """Return the record for the store."""
        return msgspec.json.encode(self)

    @classmethod
    def from_bytes(cls, kept: bytes) -> LeaseRecord:
        """Read what `to_bytes` gave."""
        return msgspec.json.decode(kept, type=cls)


@dataclass(frozen=True, slots=True)
class LeaseView:
    """How the lease stands. The instants are on the clock of the wall, as the person beside it reads them."""

    state: LeaseState
    ends_at: datetime
    hard_end_at: datetime
    is_put_back: bool


class Lease:
    """One lease, counted within one run of the program."""

    def __init__(self, clock: Clock, policy: RetentionPolicy, record: LeaseRecord) -> None:
        self._clock = clock
        self._policy = policy
        self._record = record
        self._monotonic = clock.monotonic()

    @classmethod
    def begin(
        cls, clock: Clock, policy: RetentionPolicy, shift_end: datetime, *, since: datetime | None = None
    ) -> Lease:
        """Begin a lease where none was kept.

        Args:
            clock: The clocks.
            policy: The limits.
            shift_end: When the shift ends that holds the last contact.
            since: The last contact, when it is not now: that of a store from before there were leases.
        """
        now = clock.now()
        contact = min(since or now, now)
        lasts, hard = _spans(policy, contact, shift_end)
        counted = (now - contact).total_seconds()
        return cls(clock, policy, LeaseRecord(lasts, hard, counted, now))

    @property
    def record(self) -> LeaseRecord:
        """What must be kept of it."""
        return self._record

    def look(self) -> LeaseView:
        """Count what has passed, and say how the lease stands."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        by_wall = (now - self._record.looked_at).total_seconds()
        by_run = max(0.0, monotonic - self._monotonic)
        self._monotonic = monotonic
        self._record = replace(
            self._record,
            counted=self._record.counted + max(by_wall, by_run),
            looked_at=now,
            put_back=self._record.put_back + max(0.0, by_run - by_wall),
        )
        return self._view(now)

    def renew(self, shift_end: datetime, journal_at: datetime | None) -> None:
        """Begin anew: the journal was reached, and let this clinician in.

        Args:
            shift_end: When the shift ends that holds the journal's time; by our own clock where it gives none.
            journal_at: The journal's own time, where it gives one.
        """
        now = self._clock.now()
        lasts, hard = _spans(self._policy, journal_at or now, shift_end)
        self._record = LeaseRecord(lasts, hard, 0.0, now, journal_at)
        self._monotonic = self._clock.monotonic()

    def hear(self, journal_at: datetime) -> None:
        """Take in the journal's time from an answer that does not renew the lease: it can only shorten what is left."""
        self.look()
        if self._record.journal_at is None:
            begun = journal_at - timedelta(seconds=self._record.counted)
            self._record = replace(self._record, journal_at=begun)
            return
        by_journal = (journal_at - self._record.journal_at).total_seconds()
        self._record = replace(self._record, counted=max(self._record.counted, by_journal))

    def withdraw(self) -> None:
        """End it on the journal's word, until the journal takes the word back."""
        self._record = replace(self._record, withdrawn=True)

    def give_back(self) -> None:
        """The journal has taken the word back; what was left of the lease is left, and no more."""
        self._record = replace(self._record, withdrawn=False)

    def _view(self, now: datetime) -> LeaseView:
        record = self._record
        left, hard_left = record.lasts - record.counted, record.hard - record.counted
        return LeaseView(
            self._state(left, hard_left),
            now + timedelta(seconds=left),
            now + timedelta(seconds=hard_left),
            record.put_back > self._policy.tolerance.total_seconds(),
        )

    def _state(self, left: float, hard_left: float) -> LeaseState:
        if hard_left <= 0:
            return LeaseState.HARD_END
        if self._record.withdrawn:
            return LeaseState.WITHDRAWN
        if left <= 0:
            return LeaseState.ENDED
        return LeaseState.ENDING if left <= self._policy.warned.total_seconds() else LeaseState.HELD


def _spans(policy: RetentionPolicy, contact: datetime, shift_end: datetime) -> tuple[float, float]:
    """Return the seconds from the contact to the end of the lease and to the hard end; the lease is never the longer."""
    hard = policy.hard_end.total_seconds()
    return min((shift_end - contact + policy.margin).total_seconds(), hard), hard

"""The journal's own time, as far as it has been heard; the local clock has no say in what has been read.

A stamp on a resource is given before the resource is published, at most `OVERLAP` earlier (journal.md §4a: 3.5 s was
measured, 120 s is what one engine allows). So whoever has heard the stamp M may read on from M - OVERLAP and misses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OVERLAP = timedelta(seconds=150)
"""How far behind the heard time a delta begins: stamps are given early and published late."""


def instant_of(text: str) -> datetime | None:
    """Return a FHIR instant as an aware time; None for what is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def instant_text(moment: datetime) -> str:
    """Return a time as a FHIR instant in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True)
class ServerTime:
    """The latest stamp that was heard: a lower bound of what the journal's clock shows now."""

    heard: datetime | None = None

    def hear(self, stamps: Iterable[str], date: datetime | None) -> datetime | None:
        """Take in the stamps of one answer and return the latest that it gave.

        A stamp later than the answer's own Date is a slip of some clock and is believed only as far as the Date.
        """
        latest = _latest(list(stamps))
        if latest is not None and date is not None:
            latest = min(latest, date)
        self.heard = later(not_ahead(self.heard, date), latest)
        return latest


def not_ahead(moment: datetime | None, date: datetime | None) -> datetime | None:
    """Return a time that was heard, or nothing where the journal's clock shows less now: it was ahead, and has been set right."""
    is_ahead = moment is not None and date is not None and date < moment - OVERLAP
    return None if is_ahead else moment


def _latest(stamps: Sequence[str]) -> datetime | None:
    """Return the latest of the stamps that are instants; those of one length in UTC sort as they follow each other."""
    last = max(stamps, default="")
    if last and all(len(text) == len(last) and text.endswith("Z") for text in stamps):
        moment = instant_of(last)
        if moment is not None:
            return moment
    return max((moment for text in stamps if (moment := instant_of(text)) is not None), default=None)


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two times that may be unknown."""
    return max((moment for moment in (one, other) if moment is not None), default=None)

"""The shifts a pull is about: the round that is asked for, and those to come (policy: how far ahead)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import msgspec

from clinical.shifts import ZONE, next_shift
from offline_cache.server_time import instant_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from client.resource import Resource
    from clinical.shifts import ShiftSpan
    from offline_cache.chart_parts import Query

LOOK_AHEAD = timedelta(hours=24)
"""Shifts that begin within this time after the round ends are taken along; never more than `MOST_AHEAD`."""

MOST_AHEAD = timedelta(hours=72)
"""What is kept about people nobody visits within three days does not belong on a laptop (offline-cache.md §1.4)."""


class Span(Protocol):
    """A shift: its name, its day and its two instants."""

    @property
    def name(self) -> str:
        """The shift's word: dag, kveld, natt."""
        ...

    @property
    def day(self) -> date:
        """The date on which the shift begins."""
        ...

    @property
    def start(self) -> datetime:
        """The first instant."""
        ...

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        ...


def shifts_ahead(span: ShiftSpan, ahead: timedelta = LOOK_AHEAD, zone: str = ZONE) -> tuple[ShiftSpan, ...]:
    """Return the shifts that follow a shift and begin within `ahead` of its end, over midnight and over a change of clocks."""
    found: list[ShiftSpan] = []
    following = next_shift(span, zone)
    # As instants: times of one zone would be compared by their walls, an hour wrong where the clocks change.
    while following.start.timestamp() - span.end.timestamp() < min(ahead, MOST_AHEAD).total_seconds():
        found.append(following)
        following = next_shift(following, zone)
    return tuple(found)


def visit_query(actor: str, start: datetime, end: datetime) -> Query:
    """Return the question for an actor's visits from one instant to another."""
    return (("actor", actor), *between(start, end))


def between(start: datetime, end: datetime) -> Query:
    """Return the two date conditions."""
    return (("date", f"ge{_instant(start)}"), ("date", f"lt{_instant(end)}"))


def visits_in(visits: Sequence[Resource], span: Span, *, unplaced: bool) -> list[Resource]:
    """Return the visits that begin within a shift; with `unplaced` also those before it and those whose start cannot be read."""
    found = []
    for visit in visits:
        start = start_of(visit.body)
        if start is None:
            if unplaced:
                found.append(visit)
        elif (unplaced or span.start <= start) and start < span.end:
            found.append(visit)
    return found


def start_of(body: bytes) -> datetime | None:
    """Return when a visit begins, or None."""
    tree = msgspec.json.decode(body)
    start = tree.get("start") if isinstance(tree, dict) else None
    return instant_of(start) if isinstance(start, str) else None


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")

"""The three shifts of home care. A night belongs to the day it began on, and crosses midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import date

ZONE = "Europe/Oslo"


class ShiftName(StrEnum):
    """What a nurse calls the shift."""

    DAY = "dag"
    EVENING = "kveld"
    NIGHT = "natt"


# When each shift begins on the clock on the wall; it ends when the next one begins.
STARTS = (
    (ShiftName.DAY, time(7, 30)),
    (ShiftName.EVENING, time(15, 0)),
    (ShiftName.NIGHT, time(22, 30)),
)


@dataclass(frozen=True, slots=True)
class ShiftSpan:
    """One shift: `start` is part of it, `end` is not; both are aware, in the zone of the place."""

    name: ShiftName
    day: date
    start: datetime
    end: datetime


def shift_at(now: datetime, zone: str = ZONE) -> ShiftSpan:
    """Return the shift that holds `now`.

    Args:
        now: an aware time, usually UTC.
        zone: the IANA name of the place's zone.

    Raises:
        ValueError: `now` carries no zone.
    """
    if now.tzinfo is None:
        raise ValueError("a shift is found from an aware time only")
    local = now.astimezone(ZoneInfo(zone))
    begun = [index for index, (_, start) in enumerate(STARTS) if start <= local.time()]
    if begun:
        return _span(begun[-1], local.date(), zone)
    return _span(len(STARTS) - 1, local.date() - timedelta(days=1), zone)


def next_shift(span: ShiftSpan, zone: str = ZONE) -> ShiftSpan:
    """Return the shift that begins when this one ends."""
    return shift_at(span.end, zone)


def _span(index: int, day: date, zone: str) -> ShiftSpan:
    name, start = STARTS[index]
    following = (index + 1) % len(STARTS)
    end_day = day if following else day + timedelta(days=1)
    return ShiftSpan(name, day, _at(day, start, zone), _at(end_day, STARTS[following][1], zone))


def _at(day: date, wall: time, zone: str) -> datetime:
    return datetime.combine(day, wall, ZoneInfo(zone))

"""Times as FHIR writes them: an instant, a day, a month or a year, each at the precision it came with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from services.journal_tree import Tree, word

OSLO = ZoneInfo("Europe/Oslo")
EPOCH = datetime(
    1, 1, 2, tzinfo=UTC
)  # sorts before everything; the 2nd so that a zone cannot push it out of range

_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class FhirTime:
    """One time of the journal.

    Attributes:
        at: the instant, aware, when the journal gave one with its zone; otherwise None.
        day: the day in Norway, when it is known to the day.
        text: what to show when `at` is None: `03.05.2024`, `05.2024`, `2024`, or the journal's own text.
        order: an aware datetime to sort by and for nothing else: the start of what is known.
    """

    at: datetime | None
    day: date | None
    text: str
    order: datetime


UNKNOWN = FhirTime(at=None, day=None, text="", order=EPOCH)


def parse_time(raw: str) -> FhirTime:
    """Read a FHIR date, dateTime or instant; what cannot be read keeps its own text, no time is made up."""
    raw = raw.strip()
    if not raw:
        return UNKNOWN
    if "T" in raw:
        return _instant(raw)
    return _partial(raw)


def _instant(raw: str) -> FhirTime:
    """Read a date with a time of day."""
    try:
        stamp = datetime.fromisoformat(raw)
        if stamp.tzinfo is None:
            return _without_zone(stamp)
        local = stamp.astimezone(OSLO)
        return FhirTime(
            at=stamp, day=local.date(), text=f"{local:%d.%m.%Y %H:%M}", order=stamp.astimezone(UTC)
        )
    except (ValueError, OverflowError):
        return FhirTime(at=None, day=None, text=raw, order=EPOCH)


def _without_zone(stamp: datetime) -> FhirTime:
    """A time of day whose zone is not known is not an instant: the day stands, and the lack is said."""
    text = f"{stamp:%d.%m.%Y %H:%M} (uten tidssone)"
    return FhirTime(at=None, day=stamp.date(), text=text, order=_start(stamp.year, stamp.month, stamp.day))


def _partial(raw: str) -> FhirTime:
    """Read a day, a month or a year."""
    try:
        if match := _DAY.fullmatch(raw):
            day = date(int(match[1]), int(match[2]), int(match[3]))
            order = _start(day.year, day.month, day.day)
            return FhirTime(at=None, day=day, text=f"{day:%d.%m.%Y}", order=order)
        if match := _MONTH.fullmatch(raw):
            order = _start(int(match[1]), int(match[2]), 1)
            return FhirTime(at=None, day=None, text=f"{match[2]}.{match[1]}", order=order)
        if _YEAR.fullmatch(raw):
            return FhirTime(at=None, day=None, text=raw, order=_start(int(raw), 1, 1))
    except (ValueError, OverflowError):
        pass
    return FhirTime(at=None, day=None, text=raw, order=EPOCH)


def _start(year: int, month: int, day: int) -> datetime:
    """Return the start of a Norwegian day, to sort by."""
    start = datetime.combine(date(year, month, day), time(), tzinfo=OSLO)
    return max(start.astimezone(UTC), EPOCH) if year > 1 else EPOCH


def is_under_way(period: Tree, now: datetime) -> bool:
    """Tell whether a FHIR Period has begun and is not over; a day, a month or a year that it ends with counts to its end.

    One whose end cannot be read is over.
    """
    end = parse_time(word(period, "end"))
    if end.at is not None:
        is_over = end.at <= now
    elif end is UNKNOWN:
        is_over = False
    else:
        raw = end.day.isoformat() if end.day else word(period, "end")
        is_over = end.order == EPOCH or now.astimezone(OSLO).date().isoformat()[: len(raw)] > raw
    return not is_over and parse_time(word(period, "start")).order <= now


def wire(moment: datetime) -> str:
    """Write an instant for the journal, with seconds and the Norwegian offset it was experienced in."""
    if moment.tzinfo is None:
        msg = "an instant needs its zone"
        raise ValueError(msg)
    return moment.astimezone(OSLO).isoformat(timespec="seconds")


def whole_years(born: date, today: date) -> int:
    """Return the age in whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

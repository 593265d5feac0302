"""FHIR dates as spans of time: every date, partial or not, covers from `low` up to, not including, `high`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("Europe/Oslo")
_PATTERN = re.compile(
    r"^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$"
)
EARLIEST = "0000"
LATEST = "9999"


def sortable(moment: datetime) -> str:
    """Return UTC text of fixed width, so that order of text is order of time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant(moment: datetime) -> str:
    """Return the FHIR instant of a moment, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def span(text: str) -> tuple[str, str] | None:
    """Return (low, high) of a FHIR date, dateTime or instant; None when it is not one."""
    match = _PATTERN.match(text.replace(" ", "+"))
    if match is None:
        return None
    try:
        low, high = _bounds(*match.groups())
        return sortable(low), sortable(high)
    except (ValueError, OverflowError):
        return None


def _bounds(
    year: str,
    month: str | None,
    day: str | None,
    hour: str | None,
    minute: str | None,
    second: str | None,
    fraction: str | None,
    zone: str | None,
) -> tuple[datetime, datetime]:
    if month is None:
        return _midnight(date(int(year), 1, 1)), _midnight(date(int(year) + 1, 1, 1))
    if day is None:
        first = date(int(year), int(month), 1)
        return _midnight(first), _midnight((first + timedelta(days=32)).replace(day=1))
    if hour is None:
        whole = date(int(year), int(month), int(day))
        return _midnight(whole), _midnight(whole + timedelta(days=1))
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    naive = datetime(  # noqa: DTZ001  the zone is put on in the next line
        int(year), int(month), int(day), int(hour), int(minute or 0), int(second or 0), micro
    )
    low = _zoned(naive, zone)
    return low, low + _width(second, fraction)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=_ZONE)


def _zoned(naive: datetime, zone: str | None) -> datetime:
    if zone is None:
        return naive.replace(tzinfo=_ZONE)
    return datetime.fromisoformat(naive.isoformat() + zone.replace("Z", "+00:00"))


def _width(second: str | None, fraction: str | None) -> timedelta:
    if second is None:
        return timedelta(minutes=1)
    return timedelta(microseconds=10 ** (6 - min(len(fraction or ""), 6)))

"""Times of the population, counted back from the day it is made."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("Europe/Oslo")


class Moments:
    """Turns "two days ago at 08:20" into FHIR times."""

    def __init__(self, now: datetime) -> None:
        self._today = now.astimezone(_ZONE).date()

    def at(self, days_ago: int, clock: str) -> str:
        """Return the dateTime of so many days ago at a time of day."""
        day = self._today - timedelta(days=days_ago)
        return datetime.combine(day, time.fromisoformat(clock), _ZONE).isoformat()

    def day(self, days_ago: int) -> str:
        """Return the date of so many days ago."""
        return (self._today - timedelta(days=days_ago)).isoformat()

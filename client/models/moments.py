"""FHIR's dates and times, which may be partial: read into Python's, or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime


def read_moment(text: str | None) -> datetime | None:
    """Return an instant as aware UTC time; None for a date alone, and for one without a zone."""
    if not text or "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def read_day(text: str | None) -> date | None:
    """Return the day that a date or an instant names in its own zone; None for a year or a month alone."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None

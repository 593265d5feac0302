"""Shifts: the borders, the night across midnight, and both changes of summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.shifts import ShiftName, next_shift, shift_at

OSLO = ZoneInfo("Europe/Oslo")


def oslo(text: str) -> datetime:
    """Return the wall time in Oslo."""
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


@pytest.mark.parametrize(
    ("wall", "name", "day"),
    [
        ("2026-11-23T07:29:59", ShiftName.NIGHT, "2026-11-22"),
        ("2026-11-23T07:30:00", ShiftName.DAY, "2026-11-23"),
        ("2026-11-23T14:59:59", ShiftName.DAY, "2026-11-23"),
        ("2026-11-23T15:00:00", ShiftName.EVENING, "2026-11-23"),
        ("2026-11-23T22:29:59", ShiftName.EVENING, "2026-11-23"),
        ("2026-11-23T22:30:00", ShiftName.NIGHT, "2026-11-23"),
        ("2026-11-24T00:00:00", ShiftName.NIGHT, "2026-11-23"),
        ("2027-01-01T03:00:00", ShiftName.NIGHT, "2026-12-31"),
    ],
)
def test_borders(wall: str, name: ShiftName, day: str) -> None:
    found = shift_at(oslo(wall).astimezone(UTC))
    assert (found.name, found.day) == (name, date.fromisoformat(day))


@pytest.mark.parametrize(
    ("inside", "hours"), [("2026-10-25T02:30:00", 10), ("2026-03-29T03:30:00", 8), ("2026-06-01T02:30:00", 9)]
)
def test_a_night_is_longer_or_shorter_when_the_clocks_change(inside: str, hours: int) -> None:
    """Fault: C2."""
    found = shift_at(oslo(inside).astimezone(UTC))
    assert found.end.astimezone(UTC) - found.start.astimezone(UTC) == timedelta(hours=hours)
    assert (found.start.strftime("%H:%M"), found.end.strftime("%H:%M")) == ("22:30", "07:30")


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        shift_at(datetime(2026, 11, 23, 8, 0))  # noqa: DTZ001  that is the point


def test_the_zone_is_that_of_the_place() -> None:
    assert shift_at(oslo("2026-11-23T07:45:00")).name is ShiftName.DAY
    assert shift_at(oslo("2026-11-23T07:45:00"), "Atlantic/Reykjavik").name is ShiftName.NIGHT


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  bounds


@given(moments)
def test_a_shift_holds_its_moment_and_the_next_one_begins_where_it_ends(now: datetime) -> None:
    found = shift_at(now)
    assert found.start <= now < found.end
    following = next_shift(found)
    assert following.start == found.end
    assert following.name is not found.name

"""FHIR times at the precision they came with."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fhir_time import parse_time, wire


@pytest.mark.parametrize(
    ("raw", "day", "text"),
    [
        ("1948-07-29", date(1948, 7, 29), "29.07.1948"),
        ("2024-05", None, "05.2024"),
        ("2024", None, "2024"),
        ("2024-13-40", None, "2024-13-40"),
        ("2026-11-24T08:21:00", date(2026, 11, 24), "24.11.2026 08:21 (uten tidssone)"),
        ("i fjor", None, "i fjor"),
        ("2016-12-31T23:59:60Z", None, "2016-12-31T23:59:60Z"),
        ("", None, ""),
    ],
)
def test_no_instant_is_made_up(raw: str, day: date | None, text: str) -> None:
    """Fault: C6."""
    time = parse_time(raw)
    assert time.at is None
    assert (time.day, time.text) == (day, text)


def test_an_instant_keeps_its_zone_and_is_told_in_norwegian_time() -> None:
    time = parse_time("2026-06-30T23:30:00.123456789Z")
    assert time.at == datetime(2026, 6, 30, 23, 30, 0, 123456, tzinfo=UTC)
    assert (time.day, time.text) == (date(2026, 7, 1), "01.07.2026 01:30")


def test_what_is_less_exact_sorts_by_its_start() -> None:
    """Fault: C6."""
    raws = [
        "2024-05",
        "2024-05-01T10:00:00+02:00",
        "2024",
        "2024-04-30T10:00:00+02:00",
        "0001-01-01T00:00:00Z",
    ]
    ordered = sorted(raws, key=lambda raw: parse_time(raw).order)
    assert ordered == [raws[4], "2024", raws[3], "2024-05", raws[1]]


@given(st.text(alphabet="0123456789-T:+.Z ", max_size=30))
def test_no_text_breaks_it(raw: str) -> None:
    time = parse_time(raw)
    assert time.order.tzinfo is not None
    assert bool(time.text) == bool(raw.strip())


def test_what_is_written_has_the_offset_of_the_place() -> None:
    """Fault: C2."""
    assert wire(datetime(2026, 11, 24, 7, 21, tzinfo=UTC)) == "2026-11-24T08:21:00+01:00"
    assert wire(datetime(2026, 6, 24, 7, 21, tzinfo=UTC)) == "2026-06-24T09:21:00+02:00"
    with pytest.raises(ValueError, match="zone"):
        wire(datetime(2026, 11, 24, 7, 21))  # noqa: DTZ001  the fault itself

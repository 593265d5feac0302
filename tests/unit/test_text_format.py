"""Dates, numbers, names and identity numbers are written in one Norwegian way."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.text import format as fmt

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def test_times_are_norwegian_and_24_hours() -> None:
    assert fmt.clock(NOON) == "12:00"
    assert fmt.clock(datetime(2026, 7, 1, 22, 0, tzinfo=UTC)) == "00:00"
    assert fmt.moment(NOON) == "24.11.2026 12:00"
    assert fmt.clock(None) == "–"


def test_both_hours_of_the_autumn_night_are_told_by_the_clock_on_the_wall() -> None:
    assert fmt.clock(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == "02:30"
    assert fmt.clock(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == "02:30"


@pytest.mark.parametrize(("at", "said"), [
    (datetime(2026, 11, 24, 5, 7, tzinfo=UTC), "06:07"),
    (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), "i går"),
    (datetime(2026, 11, 23, 23, 1, tzinfo=UTC), "00:01"),
    (datetime(2026, 11, 18, 8, 0, tzinfo=UTC), "18.11."),
])  # fmt: skip
def test_a_reading_is_named_by_the_hour_yesterday_or_the_date(at: datetime, said: str) -> None:
    assert fmt.ago(at, NOON) == said


def test_an_unknown_date_is_said_in_words_and_never_with_a_question_mark() -> None:
    assert fmt.date_long(date(1948, 7, 29)) == "29.07.1948"
    assert fmt.date_long(None) == "ikke kjent"


def test_the_identity_number_stands_in_six_and_five() -> None:
    assert fmt.identity_number("29874849837") == "298748 49837"
    assert fmt.identity_number("") == ""


def test_numbers_have_a_decimal_comma_and_a_minus() -> None:
    assert fmt.decimal(37.25, 1) == "37,2"
    assert fmt.decimal(-2.1, 1) == "−2,1"


def test_the_surname_is_in_capitals_and_what_is_missing_is_said() -> None:
    assert fmt.name("Rønning-Åsen", "Eli Margrethe") == "RØNNING-ÅSEN, Eli Margrethe"
    assert fmt.name("", "") == "navn ikke kjent"
    assert fmt.name_short("Hansen", "Odd Berg", 13) == "HANSEN, Odd B"


@given(st.text(max_size=60), st.integers(min_value=1, max_value=40))
def test_a_cell_has_exactly_its_width(text: str, width: int) -> None:
    assert cell_len(fmt.left(text, width)) == width
    assert cell_len(fmt.fit(text, width)) <= width


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=200),
    st.integers(10, 80),
)
def test_breaking_lines_loses_no_character_but_blanks(text: str, width: int) -> None:
    lines = fmt.wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(cell_len(line) <= width for line in lines)

"""Age in whole years, from the birth date the journal holds and never from an identity number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def age_on(birth_date: date | None, day: date) -> int | None:
    """Return the whole years lived on `day`; None when the birth date is unknown or lies ahead.

    Somebody born on 29 February has the birthday on 1 March in years without that day.
    """
    if birth_date is None or birth_date > day:
        return None
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)

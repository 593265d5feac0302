"""A number as a person types it: comma or point, and tenths without either. A unit is never guessed."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum

_WHOLE = re.compile(r"[0-9]{1,4}")
_PARTED = re.compile(r"([0-9]{1,4})[.,]([0-9]{1,4})")


class Unreadable(StrEnum):
    """Why what was typed is not a value."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not-a-number"
    TOO_MANY_DECIMALS = "too-many-decimals"
    IMPOSSIBLE = "impossible"  # outside what the instrument, or a body, can give


def read_number(text: str, decimals: int, *, tenths_digits: int = 0) -> Decimal | Unreadable:
    """Return the number that was typed.

    Args:
        text: as typed; blanks around it are ignored, nothing else is.
        decimals: how many the measure has.
        tenths_digits: a whole number of this many digits is tenths (temperature: 372 is 37,2); 0 is never.
    """
    typed = text.strip()
    if not typed:
        return Unreadable.EMPTY
    if _WHOLE.fullmatch(typed):
        number = Decimal(typed)
        return number.scaleb(-1) if len(typed) == tenths_digits else number
    parted = _PARTED.fullmatch(typed)
    if parted is None:
        return Unreadable.NOT_A_NUMBER
    if len(parted[2].rstrip("0")) > decimals:
        return Unreadable.TOO_MANY_DECIMALS
    return Decimal(f"{parted[1]}.{parted[2][:decimals] or '0'}")

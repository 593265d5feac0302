"""Norwegian identity numbers: which kind, which synthetic series, which checksum rule.

Never sex, century or age. Both the 1964 checksum and the one for numbers given out from 2032 are accepted. A
number from the journal whose checksum fails is a warning for the reader, not a reason to drop the patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_LENGTH = 11
_WEIGHTS_1 = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_WEIGHTS_2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_FIRST_REMAINDERS_2032 = frozenset({0, 1, 2, 3})
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_D_OFFSET = 40


class Kind(StrEnum):
    """What sort of number it is; the values are the codes of the Norwegian identifier types."""

    FNR = "FNR"
    DNR = "DNR"
    HNR = "HNR"
    FHN = "FHN"
    INVALID = ""


class Series(StrEnum):
    """Which synthetic series the month gives away; NONE is the range of real people."""

    NONE = ""
    PLUS_40 = "+40"
    PLUS_65 = "+65"
    PLUS_80 = "+80"


class Checksum(StrEnum):
    """Which rule the check digits satisfy."""

    BOTH = "both"
    ONLY_2032 = "2032-only"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """What a number tells about itself. `series` is "+40" for a local help number too: they look alike."""

    digits: str
    kind: Kind
    series: Series
    checksum: Checksum

    @property
    def is_valid(self) -> bool:
        """Tell whether the form and one of the checksum rules hold."""
        return self.kind is not Kind.INVALID and self.checksum is not Checksum.NONE

    @property
    def is_real_range(self) -> bool:
        """Tell whether a living person may have this number; +40 counts: local help numbers lie there."""
        return self.is_valid and self.series in {Series.NONE, Series.PLUS_40}


def classify(number: str) -> IdentityNumber:
    """Return what the number is; blanks in it are ignored, anything else than eleven digits is invalid."""
    digits = "".join(number.split())
    if len(digits) != _LENGTH or not (digits.isascii() and digits.isdigit()):
        return IdentityNumber(digits, Kind.INVALID, Series.NONE, Checksum.NONE)
    kind, series = _kind_and_series(digits)
    return IdentityNumber(digits, kind, series, _checksum(digits))


def is_valid(number: str) -> bool:
    """Tell whether the number has a valid form and holds one of the two checksum rules."""
    return classify(number).is_valid


def format_spaced(number: str) -> str:
    """Return the number as it is read aloud, six and five; what is not eleven digits comes back as it is."""
    digits = "".join(number.split())
    if len(digits) != _LENGTH or not digits.isdigit():
        return number
    return f"{digits[:6]} {digits[6:]}"


def _kind_and_series(digits: str) -> tuple[Kind, Series]:
    """Read kind and series from day and month; a first digit of 8 or 9 holds no date at all."""
    if digits[0] in "89":
        return Kind.FHN, Series.NONE
    day, month = int(digits[:2]), int(digits[2:4])
    has_d = day > _D_OFFSET
    series, month = _strip_series(month)
    if not _is_date(day - _D_OFFSET if has_d else day, month):
        return Kind.INVALID, Series.NONE
    if has_d:
        return Kind.DNR, series
    return (Kind.HNR if series is Series.PLUS_40 else Kind.FNR), series


def _strip_series(month: int) -> tuple[Series, int]:
    """Take the synthetic offset off the month."""
    for series, offset in ((Series.PLUS_80, 80), (Series.PLUS_65, 65), (Series.PLUS_40, 40)):
        if offset < month <= offset + len(_DAYS):
            return series, month - offset
    return Series.NONE, month


def _is_date(day: int, month: int) -> bool:
    """Tell whether the day exists in the month of some year; the year's century is not known."""
    return 1 <= month <= len(_DAYS) and 1 <= day <= _DAYS[month - 1]


def _checksum(digits: str) -> Checksum:
    values = [int(digit) for digit in digits]
    first = sum(weight * value for weight, value in zip(_WEIGHTS_1, values, strict=False)) % _LENGTH
    second = sum(weight * value for weight, value in zip(_WEIGHTS_2, values, strict=True)) % _LENGTH
    if second != 0 or first not in _FIRST_REMAINDERS_2032:
        return Checksum.NONE
    return Checksum.BOTH if first == 0 else Checksum.ONLY_2032

"""How a measured value stands to its range: by our own table, and by the journal's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.coded import codings
from services.journal_tree import Tree, children
from services.views import Flag

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from clinical import news2
    from clinical.vitals import Measure

_INTERPRETED: Mapping[str, Flag] = {
    "HH": Flag.CRITICAL_HIGH, "HU": Flag.CRITICAL_HIGH, "LL": Flag.CRITICAL_LOW, "LU": Flag.CRITICAL_LOW,
    "H": Flag.HIGH, ">": Flag.HIGH, "L": Flag.LOW, "<": Flag.LOW,
}  # fmt: skip
_GRAVE = frozenset({Flag.CRITICAL_HIGH, Flag.CRITICAL_LOW})
NEWS2_MEDIUM, NEWS2_HIGH = 5, 7


def graver(*flags: Flag) -> Flag:
    """Return the gravest of the flags; the first of those that are equally grave."""
    return max(flags, key=lambda flag: (flag in _GRAVE) + (flag is not Flag.NORMAL), default=Flag.NORMAL)


def interpreted(tree: Tree) -> Flag:
    """Return the journal's own flag."""
    codes = [code for concept in children(tree, "interpretation") for _, code in codings(concept)]
    return graver(*(_INTERPRETED[code] for code in codes if code in _INTERPRETED))


def measured(measure: Measure, value: Decimal, unit: str, *, scale: news2.Scale, oxygen: bool | None) -> Flag:
    """Return our flag of an adult's value; none where the unit is not the table's, for no unit is guessed."""
    if unit != measure.unit:
        return Flag.NORMAL
    return Flag(measure.flag(value, scale=scale, oxygen=oxygen).value)


def news2_flag(total: Decimal, *, any_three: bool) -> Flag:
    """Return the flag of a whole NEWS2: 7 and more is critical; 5, 6, or a single three, is high."""
    if total >= NEWS2_HIGH:
        return Flag.CRITICAL_HIGH
    return Flag.HIGH if any_three or total >= NEWS2_MEDIUM else Flag.NORMAL

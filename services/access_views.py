"""What the screens know of opening a patient: the reasons, their limits, and what comes next. Imports nothing heavy."""

from __future__ import annotations

from enum import StrEnum

REASONS = ("acute", "no-list", "consent", "other")
"""Codes of the reasons for emergency access (norway.md §5.7); the screens put them into words."""

FEWEST_LETTERS = 10
"""A reason in fewer letters than this is none."""

LONGEST = 4
"""Hours that emergency access may last."""

HIDDEN = "Adresse: skjult"
"""What stands for an address of grade 7; a key that is logged shows it."""


class Approach(StrEnum):
    """How a patient who was found may be opened."""

    OPEN = "open"  # a ground is known, and the chart is here
    NEEDS_REASON = "needs-reason"  # emergency access alone

"""How a value stands to its range; the words are those of the rows the screens get (UX-13)."""

from __future__ import annotations

from enum import StrEnum


class Flag(StrEnum):
    """Symbol and colour come from the screen; the word comes from here."""

    NORMAL = ""
    LOW = "lav"
    HIGH = "høy"
    CRITICAL_LOW = "kritisk lav"
    CRITICAL_HIGH = "kritisk høy"

    @property
    def critical(self) -> bool:
        """Tell whether the value is far out of its range."""
        return self in {Flag.CRITICAL_LOW, Flag.CRITICAL_HIGH}

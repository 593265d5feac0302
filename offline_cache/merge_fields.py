"""What a merge says of each field, and what a person may choose."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Who changed the field since the version both began with."""

    MINE_ONLY = "mine"
    THEIRS_ONLY = "theirs"
    SAME = "same"
    BOTH = "both"


class Choice(StrEnum):
    """What shall stand. BOTH is for things of a list, which can stand beside each other."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


WHOLE = ""
"""The path of the resource as a whole."""


@dataclass(frozen=True, slots=True)
class FieldMerge:
    """One field that somebody changed.

    Attributes:
        path: Where it is, by identity keys and never by position: `activity[id=3].detail.status`. A key may be a
            phone or an identity number, so a path is patient data and goes into no log.
        base: The JSON of what both began with; None where there was nothing.
        mine: The JSON of what I made of it.
        theirs: The JSON of what the journal has.
        kind: Who changed it.
        can_both: Whether Choice.BOTH is allowed.
        asked: Whether a person must choose.
        settled: What a rule chose where both changed it.
    """

    path: str = field(repr=False)
    base: bytes | None = field(repr=False)
    mine: bytes | None = field(repr=False)
    theirs: bytes | None = field(repr=False)
    kind: Kind
    can_both: bool = False
    asked: bool = False
    settled: Choice | None = None

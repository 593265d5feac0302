"""Acts that were done twice: a dose within its interval, a task or a visit completed by two, a problem found by two.

Nothing here decides who was right. It finds the pairs, with both times and both authors, for the red notice (fault M6).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime


class ActKind(StrEnum):
    """What was done."""

    DOSE = "dose"
    TASK = "task"
    VISIT = "visit"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Act:
    """One act that was carried out.

    Attributes:
        kind: What was done.
        about: What it was done for: the order, the task, the visit, or the code of the problem, with the patient.
        at: When it happened (not when it was written down); aware.
        by: Who did it.
        name: The act's own identifier, the same before and after delivery, so that an act that comes back from the
            journal is not taken for a second one.
        least_gap: For a dose, the shortest time to the next one that is no double dose; see `least_gap`.
    """

    kind: ActKind
    about: str
    at: datetime
    by: str
    name: str
    least_gap: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class DoubleAct:
    """Two acts of which there should be one; `first` happened first."""

    first: Act
    second: Act

    @property
    def apart(self) -> timedelta:
        """The time between them."""
        return self.second.at - self.first.at


def least_gap(interval: timedelta, *, as_needed: bool) -> timedelta:
    """Return how near two doses of an order may come without a warning.

    An interval between doses as needed is a limit and holds as it stands. A dose of a schedule may be early by a quarter
    of its interval: a warning at every dose that is half an hour early would soon be read by nobody.
    """
    return interval if as_needed else interval * 3 / 4


def double_acts(acts: Iterable[Act]) -> tuple[DoubleAct, ...]:
    """Return the pairs of acts of which there should be one, the earliest first.

    A dose within its interval counts whoever gave it. A task, a visit or a problem counts when two people have it; the
    same person's second try is no safety matter. Whoever calls leaves out what was not done or was entered in error.

    Raises:
        ValueError: An act without a time zone.
    """
    groups: defaultdict[tuple[ActKind, str], dict[str, Act]] = defaultdict(dict)
    for act in acts:
        if act.at.tzinfo is None:
            raise ValueError("an act happens at an aware time")
        groups[act.kind, act.about].setdefault(act.name, act)
    found = [pair for (kind, _), group in groups.items() for pair in _pairs(kind, _in_order(group.values()))]
    return tuple(
        sorted(found, key=lambda pair: (pair.first.at, pair.second.at, pair.first.name, pair.second.name))
    )


def _in_order(acts: Iterable[Act]) -> list[Act]:
    return sorted(acts, key=lambda act: (act.at, act.name))


def _pairs(kind: ActKind, acts: list[Act]) -> Iterator[DoubleAct]:
    if kind is ActKind.DOSE:
        for first, second in pairwise(acts):
            if second.at - first.at < max(first.least_gap, second.least_gap):
                yield DoubleAct(first, second)
    else:
        for first, second in combinations(acts, 2):
            if first.by != second.by:
                yield DoubleAct(first, second)

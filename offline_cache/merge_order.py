"""The order of what stands in the end: that of one side, with what the other side added put where that side had it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

T = TypeVar("T")


def place(skeleton: Iterable[T], other: Iterable[T], kept: Collection[T]) -> list[T]:
    """Return what is kept, in the order of the skeleton.

    What only the other side has comes behind the thing that stands before it on that side, and behind what the skeleton's
    own side added there.
    """
    placed = [one for one in skeleton if one in kept]
    known, others = set(placed), list(other)
    shared = set(others)
    before: T | None = None
    for one in others:
        if one not in known:
            if one not in kept:
                continue
            at = 0 if before is None else placed.index(before) + 1
            while at < len(placed) and placed[at] not in shared:
                at += 1
            placed.insert(at, one)
            known.add(one)
        before = one
    return placed

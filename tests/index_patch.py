"""The way not to merge: the difference as a JSON Patch with positions, carried out on what the journal has now.

A small port of what google/android-fhir sends (D5): lists are compared by their longest common part, and each operation names a
position in the base. Only tests use it, to see that the merge's own tests would notice.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Operation: TypeAlias = "tuple[str, tuple[str | int, ...], Any]"


class DoesNotApply(Exception):
    """The patch names a place that is not there."""


def patched(base: Any, mine: Any, theirs: Any) -> Any:
    """Return theirs with the operations that lead from the base to mine.

    Raises:
        DoesNotApply: An operation finds no place.
    """
    tree = copy.deepcopy(theirs)
    for operation, place, value in _difference(base, mine, ()):
        try:
            _apply(tree, operation, place, copy.deepcopy(value))
        except (KeyError, IndexError, TypeError):
            raise DoesNotApply from None
    return tree


def _difference(base: Any, mine: Any, place: tuple[str | int, ...]) -> Iterator[Operation]:
    if base == mine:
        return
    if isinstance(base, dict) and isinstance(mine, dict):
        for name in base.keys() - mine.keys():
            yield "remove", (*place, name), None
        for name, value in mine.items():
            if name in base:
                yield from _difference(base[name], value, (*place, name))
            else:
                yield "add", (*place, name), value
    elif isinstance(base, list) and isinstance(mine, list):
        yield from _of_lists(base, mine, place)
    else:
        yield "replace", place, mine


def _of_lists(base: list[Any], mine: list[Any], place: tuple[str | int, ...]) -> Iterator[Operation]:
    """Walk along the longest common part; between two of its things, one by one replaced, then removed or added."""
    at, of_base, of_mine = 0, 0, 0
    for end_base, end_mine in [*_common(base, mine), (len(base), len(mine))]:
        while of_base < end_base and of_mine < end_mine:
            yield from _difference(base[of_base], mine[of_mine], (*place, at))
            at, of_base, of_mine = at + 1, of_base + 1, of_mine + 1
        for _ in range(of_base, end_base):
            yield "remove", (*place, at), None
        for value in mine[of_mine:end_mine]:
            yield "add", (*place, at), value
            at += 1
        at, of_base, of_mine = at + 1, end_base + 1, end_mine + 1


def _common(base: list[Any], mine: list[Any]) -> list[tuple[int, int]]:
    """Return the positions of the longest common part."""
    best: list[list[list[tuple[int, int]]]] = [
        [[] for _ in range(len(mine) + 1)] for _ in range(len(base) + 1)
    ]
    for i in reversed(range(len(base))):
        for j in reversed(range(len(mine))):
            if base[i] == mine[j]:
                best[i][j] = [(i, j), *best[i + 1][j + 1]]
            else:
                best[i][j] = max(best[i + 1][j], best[i][j + 1], key=len)
    return best[0][0]


def _apply(tree: Any, operation: str, place: tuple[str | int, ...], value: Any) -> None:
    *way, last = place
    for step in way:
        tree = tree[step]
    if operation == "remove":
        del tree[last]
    elif operation == "add" and isinstance(tree, list):
        if not isinstance(last, int) or last > len(tree):
            raise DoesNotApply
        tree.insert(last, value)
    else:
        if operation == "replace":
            _ = tree[last]
        tree[last] = value

"""From a failing seed to the shortest schedule that still fails: steps are left out, the larger pieces first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    T = TypeVar("T")

MOST_TRIES = 120
"""A schedule is played this often at most while it is made shorter."""


def shrink(steps: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return steps of which, as far as was tried, none can be left out.

    Args:
        steps: a schedule that fails.
        fails: plays some of its steps, in their order, and tells whether it still fails.
    """
    kept, tries, size = list(steps), 0, max(1, len(steps) // 2)
    while tries < MOST_TRIES:
        start = 0
        has_shrunk = False
        while start < len(kept) and tries < MOST_TRIES:
            rest = kept[:start] + kept[start + size :]
            tries += 1
            if fails(rest):
                kept, has_shrunk = rest, True
            else:
                start += size
        if size == 1 and not has_shrunk:
            break
        size = size if has_shrunk and size == 1 else max(1, size // 2)
    return kept

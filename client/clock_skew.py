"""How far another machine's clock is from ours, by the `Date` of its answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from client.answer import Answer

_NOTHING = timedelta(seconds=2)
"""`Date` has whole seconds, and an answer takes its time: less than this is no difference."""


def is_another(before: timedelta, now: timedelta) -> bool:
    """Tell whether one measure of a clock differs from another by more than a measure can."""
    return abs(now - before) >= _NOTHING


def clock_ahead(answer: Answer) -> timedelta:
    """Return how far the other clock is ahead of ours; negative when it is behind, zero when it cannot be told."""
    if answer.server_time is None:
        return timedelta()
    ahead = answer.server_time - answer.received_at
    return ahead if abs(ahead) >= _NOTHING else timedelta()

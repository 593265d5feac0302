"""The outbox keeps the order of signing for each patient (security.md §4.3), by no clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from offline_cache.states import EntryState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.simulation.books import Book, Truth

SINCE = timedelta(seconds=60)
"""What fell due later than this may have been signed or let go after the pass began."""

_SETTLED = 120.0
"""Seconds after a clock was turned, in which what is due is not told by it."""


def watch_order(book: Book, truth: Truth) -> Callable[[], None]:
    """Return what is to be called whenever a write leaves a laptop.

    An entry is judged by how things stood when its first write left: the rest of a long one goes on.
    """
    began: dict[tuple[str, int], tuple[datetime, float]] = {}

    def watch() -> None:
        clock, session = book.nurse.clock, book.nurse.day._session
        if session is None or clock.monotonic() - book.clock_turned_at < _SETTLED:
            return
        entries = session.store.entries
        for late in [e for e in entries.all() if e.state is EntryState.SENDING]:
            now = (clock.now(), clock.monotonic())
            shown, moment = began.setdefault((late.entry_id, late.attempts), now)
            for earlier in entries.due(shown - SINCE):
                is_before = earlier.patient == late.patient and earlier.sequence < late.sequence
                untried = earlier.state is EntryState.SIGNED and not earlier.attempts and not earlier.detail
                waited = moment - book.made[earlier.entry_id].let_go_at
                if is_before and untried and waited > SINCE.total_seconds():
                    truth.out_of_turn.append(f"entry {late.sequence} before {earlier.sequence}")

    return watch

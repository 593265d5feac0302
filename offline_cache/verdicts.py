"""What each answer does to a signed entry: the HTTP table of offline-cache.md §1.5, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.states import EntryState

if TYPE_CHECKING:
    from offline_cache.entries import EntryRecord

LONGEST_PAUSE = 600.0
"""Seconds: the cap of the growing pause between two tries, and of what a journal may ask for (offline-cache.md §1.5)."""

READ_BACK_PAUSE = 3.0
"""Seconds before a lost answer is first read back: the journal may still be at work on it."""

PATIENCE = 5
"""How many times in a row an entry may meet what will not pass by itself."""

UNSUPPORTED = "unsupported"
TOO_LARGE = "too-large"

STOPS_ALL = frozenset({ErrorKind.UNREACHABLE, ErrorKind.UNAUTHORIZED, ErrorKind.TOO_MANY})
NOT_OFFERED = frozenset({405, 415, 501})
_NEEDS_A_PERSON = frozenset({ErrorKind.REFUSED, ErrorKind.CONFLICT, ErrorKind.NOT_FOUND, ErrorKind.GONE})
_READ_IN_VAIN = frozenset(
    {ErrorKind.NOT_FHIR, ErrorKind.BROKEN, ErrorKind.SERVER_FAULT, ErrorKind.ANSWER_LOST}
)
"""Met by a question on the way to a write, these say something of the line or the server and nothing of the entry."""
_LASTING = frozenset({ErrorKind.BROKEN, ErrorKind.WRONG_RESOURCE, ErrorKind.TOO_LARGE})
_EXISTS = "59189"
"""Epic's word for "reading already exists" (norway.md §4.2): the journal has it, so it is read back."""


def verdict(error: JournalError, now: EntryRecord, pause: float) -> tuple[EntryState, float]:
    """Decide the entry's next state, and how long it waits.

    A question that failed changes nothing: only our own finding ends an unknown entry's reading back.

    Args:
        error: what was met.
        now: the entry as it stands.
        pause: the growing pause for its number of tries, jitter included.
    """
    reading_back = now.state is EntryState.UNKNOWN
    if error.kind in (ErrorKind.UNREACHABLE, ErrorKind.UNAUTHORIZED):
        # the next connection sets the pace
        return (EntryState.UNKNOWN if reading_back else EntryState.SIGNED), 0.0
    asked = min(error.retry_after, LONGEST_PAUSE) if error.retry_after is not None else None
    pause = asked if asked is not None else pause
    if reading_back:
        return EntryState.UNKNOWN, pause
    if is_lasting(error) and now.failures + 1 >= PATIENCE:
        return EntryState.HELD, 0.0
    if error.status in NOT_OFFERED or error.status == 413:
        return EntryState.HELD, 0.0
    if error.kind in STOPS_ALL or error.status in (423, 503):
        return EntryState.SIGNED, pause
    if exists(error):
        return EntryState.UNKNOWN, 0.0
    if error.may_be_applied:
        return EntryState.UNKNOWN, max(READ_BACK_PAUSE, asked or 0.0)
    if error.kind in _READ_IN_VAIN:
        return EntryState.SIGNED, pause
    return (EntryState.REFUSED if error.kind in _NEEDS_A_PERSON else EntryState.HELD), 0.0


def may_be_there(error: JournalError) -> bool:
    """Tell whether the journal may have what was on its way when this was met."""
    if error.status in NOT_OFFERED:
        return False
    return error.may_be_applied or exists(error)


def exists(error: JournalError) -> bool:
    """Tell whether the journal says that it has such a reading already. That it is ours is not said with that."""
    return any(_EXISTS in outcome.codes for outcome in error.outcomes)


def is_lasting(error: JournalError) -> bool:
    """Tell whether the same will be met again: the journal's own words for a fault, or an answer that cannot be read."""
    if error.status == 423 or (error.kind in _LASTING and error.status):
        return True
    return error.status == 500 and bool(error.outcomes)


def word_for(error: JournalError) -> str:
    """Return the code word that says why an entry stands as it does."""
    if error.status in NOT_OFFERED:
        return UNSUPPORTED
    return TOO_LARGE if error.status == 413 else str(error.kind)

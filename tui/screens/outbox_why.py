"""Why something cannot be done with an entry of the outbox now, in words; nothing where it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.states import EntryKind, EntryState
from tui.text import nb
from tui.widgets.entry_line import URN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.views import EntryRow

_URGENCY = {
    EntryState.SENDING: 1,
    EntryState.SIGNED: 2,
    EntryState.HELD: 3,
    EntryState.UNKNOWN: 4,
    EntryState.REFUSED: 5,
    EntryState.CONFLICT: 6,
}
_MAY_BE_SENT = (EntryState.SIGNED, EntryState.UNKNOWN, EntryState.HELD, EntryState.REFUSED)
_MAY_BE_WITHDRAWN = (EntryState.SIGNED, EntryState.HELD, EntryState.REFUSED, EntryState.CONFLICT)
_PLACED = ("stranger", "behind")
"""Why an entry is shown as held although it is in the queue: something else lets it go."""
REVIEW = "review"


def why_not_send(entry: EntryRow) -> str:
    """Return why an entry cannot be sent now, or nothing."""
    if entry.state in _MAY_BE_SENT:
        return ""
    return nb.text(f"outbox.cannot_send.{entry.state.name.lower()}")


def why_not_withdraw(entry: EntryRow) -> str:
    """Return why an entry cannot be taken back, or nothing."""
    if entry.state in _MAY_BE_WITHDRAWN:
        return ""
    if entry.state is EntryState.WITHDRAWN:
        return nb.text("outbox.cannot_withdraw.withdrawn")
    return nb.text("outbox.cannot_withdraw")


def why_not_hold(entry: EntryRow) -> str:
    """Return why an entry can be neither held nor let go, or nothing."""
    if entry.state is EntryState.HELD and entry.detail in _PLACED:
        return nb.text(f"outbox.cannot_hold.{entry.detail}")
    return "" if entry.state in (EntryState.SIGNED, EntryState.HELD) else nb.text("outbox.cannot_hold")


def why_not_correct(entry: EntryRow) -> str:
    """Return why no correction can be begun from an entry, or nothing."""
    if entry.kind not in (EntryKind.NEWS2, EntryKind.NOTE):
        return nb.text("outbox.cannot_correct")
    return nb.text("outbox.cannot_correct.withdrawn") if entry.state is EntryState.WITHDRAWN else ""


def why_not_settle(entry: EntryRow) -> str:
    """Return why there is no conflict to decide, or nothing."""
    return "" if entry.state is EntryState.CONFLICT else nb.text("outbox.no_conflict")


def why_not_there(entry: EntryRow) -> str:
    """Return why it cannot be said that the journal has it, or nothing."""
    return "" if entry.state is EntryState.UNKNOWN else nb.text("outbox.not_unknown")


def why_not_match(entry: EntryRow) -> str:
    """Return why there is nobody to be matched, or nothing."""
    return "" if entry.patient_id.startswith(URN) else nb.text("outbox.not_stranger")


def of_same_visit(entry: EntryRow, entries: Iterable[EntryRow]) -> list[EntryRow]:
    """Return what waits for the review of the visit of an entry."""
    return [
        one
        for one in entries
        if (one.patient_id, one.visit_id) == (entry.patient_id, entry.visit_id)
        and one.state is EntryState.HELD
        and one.detail == REVIEW
    ]


def first_to_see(entries: Iterable[EntryRow]) -> str:
    """Return the entry to begin on: one that needs a person, else the last one signed that is not sent."""
    ranked = sorted(entries, key=lambda entry: _URGENCY.get(entry.state, 0))
    return ranked[-1].entry_id if ranked and ranked[-1].state in _URGENCY else ""

"""The unsent mark of a visit: the gravest state among its entries that the journal does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.states import EntryState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offline_cache.entry_records import DraftRecord
    from services.patient_file import PatientFile

_ORDER = tuple(EntryState)
_SETTLED = frozenset({EntryState.DELIVERED, EntryState.WITHDRAWN})


def gravest_unsent(file: PatientFile, visit_id: str, drafts: Sequence[DraftRecord]) -> EntryState | None:
    """Return the gravest state of the visit's entries and drafts, or None when the journal has them all."""
    states = [
        entry.state for entry, _ in file.entries if entry.visit == visit_id and entry.state not in _SETTLED
    ]
    if any(draft.visit == visit_id and draft.patient == file.patient_id for draft in drafts):
        states.append(EntryState.DRAFT)
    return max(states, key=_ORDER.index, default=None)

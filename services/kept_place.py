"""Where the clinician was when the client locked: kept in the encrypted store, given back once after the unlocking.

A locked process is gone with all that it had in memory, so the way back is written down first. It names a patient, so it lies
where charts lie. It is no draft: what was typed into a form is kept by the form itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as with_default
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offline_cache.store import Store

_PLACE = "place"


class PlaceName(StrEnum):
    """The places that are gone back to; from any other, one comes back to the place below it."""

    ROUND = "round"
    PATIENT = "patient"
    OUTBOX = "outbox"
    FORM = "form"
    STRANGER = "stranger"
    SEARCH = "search"
    EMERGENCY = "emergency"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Step:
    """One place on the way from the round to where one was.

    Attributes:
        place: Which.
        patient_id: Whose, for a patient and a form.
        visit_id: The visit; in the round the chosen one.
        page: Which page of the patient.
        entry_id: The draft of a form; else what is decided over: the entry of a conflict, the task of a reason.
        kind: What kind of entry the form is for; else what was being asked for.
        field: The field that had the focus.
        typed: What was typed where no draft keeps it, by field.
    """

    place: PlaceName
    patient_id: str = ""
    visit_id: str = ""
    page: int = 1
    entry_id: str = ""
    kind: str = ""
    field: str = ""
    typed: dict[str, str] = with_default(default_factory=dict, repr=False)


def keep_place(store: Store, steps: Sequence[Step]) -> None:
    """Keep the way back."""
    import msgspec

    store.meta.put(_PLACE, msgspec.json.encode(list(steps)))


def take_place(store: Store) -> tuple[Step, ...]:
    """Return the way back and forget it; empty where none is kept, or where it cannot be read any more."""
    import msgspec

    kept = store.meta.get(_PLACE)
    if kept is None:
        return ()
    store.meta.delete(_PLACE)
    try:
        return tuple(msgspec.json.decode(kept, type=list[Step]))
    except msgspec.MsgspecError:  # an earlier version's: then the round will do
        return ()

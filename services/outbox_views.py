"""What the screens are given of the outbox beyond its entries: conflicts, typed identities, lost receipts, double acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class ConflictField:
    """One field of a conflict. The texts are empty where there is nothing; `asked` fields must be chosen for."""

    path: str
    base: str
    mine: str
    theirs: str
    kind: str  # mine, theirs, same, both: who changed it
    asked: bool
    can_both: bool
    settled: str = ""  # mine, theirs, both: what a rule proposes


@dataclass(frozen=True, slots=True)
class ConflictView:
    """Mine and theirs beside each other, with who and when. `choices` of `settle` are by path: mine, theirs, both."""

    entry_id: str
    patient_id: str
    title: str
    kind: str  # changed, target-gone, patient-merged
    type: str
    policy: str  # append-only, state-machine, proposal, ask
    fields: tuple[ConflictField, ...]
    parallel: bool
    has_proposal: bool  # nothing must be chosen: the proposal needs a signature only
    mine_author: str
    mine_at: datetime | None
    theirs_author: str
    theirs_at: datetime | None
    found_at: datetime
    retype_digits: bool = False
    my_text: tuple[str, ...] = ()  # what a note would keep of mine
    is_readable: bool = True  # false: nothing to choose, mine is given up


@dataclass(frozen=True, slots=True)
class StrangerRow:
    """Somebody written of under a typed identity, whom nobody has matched yet."""

    local_id: str
    name: str
    number: str
    birth_date: str
    place: str
    note: str
    typed_at: datetime
    entries: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A patient of the journal who may be the one that was typed. `agrees` names what is the same: number, birth date, name."""

    patient_id: str
    name: str
    identity_number: str
    birth_date: date | None
    address: str
    agrees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """Whom the journal has under what was typed; `is_more` when it has more than are given."""

    rows: tuple[Candidate, ...]
    is_more: bool


@dataclass(frozen=True, slots=True)
class MissingReceipt:
    """Something that the journal had acknowledged and no longer has."""

    entry_id: str
    op_id: str
    title: str
    patient_id: str
    reference: str
    given_at: datetime
    missing_since: datetime | None


@dataclass(frozen=True, slots=True)
class SafetyNoticeRow:
    """The same act, maybe done twice: who and when, each."""

    notice_id: str
    kind: str  # task, administration
    patient_id: str
    about: str
    first_by: str
    first_at: datetime | None
    second_by: str
    second_at: datetime | None

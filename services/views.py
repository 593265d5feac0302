"""What the screens are given: small frozen rows, made from the cache. This module imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from offline_cache.pull_codes import ChangeKind, NoticeCode
from offline_cache.states import EntryKind, EntryState
from services.status_views import (
    BrowserView,
    CacheKind,
    CacheView,
    CodeView,
    Connection,
    Door,
    Environment,
    LeaseState,
    OnlyReads,
    Person,
    Status,
    Way,
)
from services.sync_views import NewsRow, NoticeRow, PatientSync, SyncView

if TYPE_CHECKING:
    from datetime import date, datetime


__all__ = [
    "BrowserView",
    "CacheKind",
    "CacheView",
    "ChangeKind",
    "CodeView",
    "Connection",
    "Door",
    "EntryKind",
    "EntryState",
    "Environment",
    "LeaseState",
    "NewsRow",
    "NoticeCode",
    "NoticeRow",
    "OnlyReads",
    "PatientSync",
    "Person",
    "Status",
    "SyncView",
    "Way",
]  # given on; the rest is defined here


class VisitStatus(StrEnum):
    """Where a visit stands (norway.md §5.1)."""

    PLANNED = "planlagt"
    UNDERWAY = "på vei"
    HERE = "hos"
    DONE = "utført"
    CANCELLED = "avlyst"
    NOT_HOME = "ikke hjemme"
    MOVED = "flyttet"


class Allergy(StrEnum):
    """The four states of the banner's allergy line (UX-03)."""

    KNOWN = "Kjente"
    NONE_KNOWN = "Ingen kjente"
    NOT_RECORDED = "Ikke registrert"
    UNAVAILABLE = "Utilgjengelig"


class Flag(StrEnum):
    """How a value stands to its range (UX-13)."""

    NORMAL = ""
    LOW = "lav"
    HIGH = "høy"
    CRITICAL_LOW = "kritisk lav"
    CRITICAL_HIGH = "kritisk høy"


@dataclass(frozen=True, slots=True)
class Shift:
    """A span of the working day: `name` is dag, kveld or natt; a night crosses midnight."""

    name: str
    day: date
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """One warning of a patient: a short code word (CAVE, SMITTE, NAVN …) and its whole text. Higher gravity comes first."""

    word: str
    text: str
    gravity: int


@dataclass(frozen=True, slots=True)
class LastNews2:
    """The latest NEWS2 in the chart, or in the outbox."""

    score: int
    scale: int
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One line of the round."""

    visit_id: str
    patient_id: str
    start: datetime
    end: datetime
    status: VisitStatus
    family: str
    given: str
    birth_date: date | None
    address: str
    access: str  # floor, door, key number, e-lock, dog: what one needs to get in
    reason: str
    warnings: tuple[Alert, ...]
    tasks_done: int
    tasks_all: int
    news2: LastNews2 | None
    unsent: EntryState | None
    complete: bool
    missing: tuple[str, ...]  # names of the parts of the chart that did not come down
    news: int = 0  # how many changes of the chart nobody has looked at


@dataclass(frozen=True, slots=True)
class RoundView:
    """The whole round of a shift. `journal_count` is the journal's own count of its visits, asked for separately."""

    shift: Shift
    zone: str
    visits: tuple[VisitRow, ...]
    journal_count: int | None
    as_of: datetime | None
    complete: bool
    notices: tuple[str, ...] = ()
    told: tuple[NoticeRow, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """How far "Ta med runden" has come: the patient just finished, or the list itself (patient_id empty)."""

    done: int
    total: int
    patient_id: str = ""
    name: str = ""
    complete: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Banner:
    """Who the patient is and what is dangerous: the two lines that never leave the screen."""

    patient_id: str
    family: str
    given: str
    birth_date: date | None
    age: int | None
    gender: str
    identity_number: str  # 11 digits, or empty
    deceased: bool
    allergy: Allergy
    allergy_worst: str
    allergy_count: int
    allergy_as_of: datetime | None
    alerts: tuple[str, ...]  # short words: "2 pleiere", "HLR minus"
    look_alikes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One thing to do in the visit."""

    task_id: str
    text: str
    done: bool
    done_at: datetime | None
    state: EntryState | None = None  # not None: ours, on its way


@dataclass(frozen=True, slots=True)
class Medicine:
    """One line of the medication list, each part as the journal gave it (UX-11)."""

    substance: str
    brand: str
    strength: str
    dose: str
    route: str
    frequency: str
    as_needed: bool
    reason: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value. `text` is the value as it is to be read, unit apart; `number` is for the trend."""

    code: (
        str  # our own short name: rr, spo2, o2, bp, pulse, acvpu, temp, weight, news2, or the journal's code
    )
    name: str
    text: str
    unit: str
    at: datetime | None
    flag: Flag = Flag.NORMAL
    number: float | None = None
    number_2: float | None = None  # diastolic
    state: EntryState | None = None  # not None: ours, on its way
    author: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """All readings of one kind, newest first."""

    code: str
    name: str
    unit: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One note of the chart, or of the outbox."""

    note_id: str
    title: str
    text: str
    at: datetime | None
    author: str
    state: EntryState | None = None
    unreadable: str = ""  # why the text is not shown: another format, a checksum that does not hold


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One line of the care plan: problem, goal or intervention."""

    kind: str  # problem, mål, tiltak
    text: str
    detail: str
    status: str


@dataclass(frozen=True, slots=True)
class Critical:
    """One piece of critical information (IS-2405), an allergy or a warning flag, in full."""

    category: str
    text: str
    detail: str
    gravity: int


@dataclass(frozen=True, slots=True)
class Section:
    """How fresh and how whole one part of the chart is; of a whole one `reason` tells what was not asked for."""

    name: str
    as_of: datetime | None
    complete: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ScaleTwo:
    """A physician's recorded decision that NEWS2 is scored with SpO2 scale 2."""

    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of the outbox: the unit that is signed, of one part or several."""

    entry_id: str
    kind: EntryKind
    patient_id: str
    patient_name: str
    birth_year: str
    visit_id: str
    title: str
    state: EntryState
    parts_done: int
    parts_all: int
    event_at: datetime
    signed_at: datetime | None
    send_after: datetime | None
    delivered_at: datetime | None
    detail: str = ""  # why it waits or was refused: a code word of ours, put into words by the screens
    shown: str = ""  # the journal's own words, through the filter only
    journal_ids: tuple[str, ...] = ()
    changed: tuple[
        str, ...
    ] = ()  # where the journal keeps something else than was signed: what and which field, in words


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the patient's screens show."""

    banner: Banner
    visit: VisitRow | None
    tasks: tuple[TaskRow, ...]
    medicines: tuple[Medicine, ...]
    series: tuple[Series, ...]
    notes: tuple[Note, ...]
    plan: tuple[PlanItem, ...]
    critical: tuple[Critical, ...]
    problems: tuple[str, ...]
    sections: tuple[Section, ...]
    scale_two: ScaleTwo | None
    entries: tuple[EntryRow, ...]
    news2_refused: str = ""  # why NEWS2 may not be scored: under 16, pregnant
    address: str = ""
    access: str = ""
    news: tuple[NewsRow, ...] = ()
    told: tuple[NoticeRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry being written. `fields` is what was typed, field by field; nothing is interpreted until signing."""

    entry_id: str
    kind: EntryKind
    patient_id: str
    visit_id: str
    event_at: datetime
    fields: dict[str, str] = field(default_factory=dict)
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignSummary:
    """What the signing line must name: what, who, which patient, when."""

    title: str
    patient: str
    birth_year: str
    clinician: str
    event_at: datetime
    parts: int
    critical: str = ""
    retype_digits: bool = False  # UX-06: the last three of the identity number must be typed

"""What the screens are given of the pull: notices, news of a chart, and how the last sync went. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.pull_codes import ChangeKind, NoticeCode


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Something the pull must tell: a code, whom and what it is about, and a detail that is the journal's own word."""

    code: NoticeCode
    patient_id: str
    patient_name: str
    type: str = ""
    id: str = ""
    detail: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewsRow:
    """One change of a chart since it was last looked at. `part` names the chart's part; title and author may be empty."""

    sequence: int
    kind: ChangeKind
    part: str
    title: str
    at: datetime
    author: str
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class PatientSync:
    """One patient in a sync report. `missing` holds the name of each part and the code of the reason."""

    patient_id: str
    name: str
    came: int
    changed: int
    gone: int
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SyncView:
    """The last sync: what came, what went, what is missing, and what it cost. `error` is a kind of failure, or nothing."""

    started: datetime
    ended: datetime
    profile: str
    whole: bool
    visits: int
    journal_count: int | None
    requests: int
    received: int
    seconds: float
    patients: tuple[PatientSync, ...]
    told: tuple[NoticeRow, ...]
    error: str = ""

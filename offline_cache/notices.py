"""What the pull must tell a person: codes and ids, kept until the journal says otherwise. The words are the screens'."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from offline_cache.instants import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from offline_cache.engine import Engine, Row


class NoticeCode(StrEnum):
    """What there is to tell. `detail` is named beside each."""

    PATIENT_MERGED = "patient-merged"  # the id of the record that replaces this one
    PATIENT_INACTIVE = "patient-inactive"
    PATIENT_GONE = "patient-gone"  # 404 or 410
    ACCESS_WITHDRAWN = "access-withdrawn"  # 403; the part, or empty for the whole patient
    PART_BLOCKED = "part-blocked"  # the part: the journal holds something back (59204, suppressed)
    PART_SHORT = "part-short"  # the part: the journal says that more may exist (4119 and the like)
    VISIT_MOVED = "visit-moved"  # who has it now, by name or reference
    VISIT_RESCHEDULED = "visit-rescheduled"  # the new start, a FHIR instant
    VISIT_CANCELLED = "visit-cancelled"
    VISIT_GONE = "visit-gone"
    VISIT_WITHHELD = "visit-withheld"  # 403
    VISIT_UNEXPLAINED = "visit-unexplained"  # it left the list, and the journal could not be asked why
    NO_VISIT = "no-visit"  # on the configured list of patients, without a visit in this shift
    GHOST = "ghost"  # gone in the journal, kept here because unsent work stands on it


OF_PATIENT = (
    NoticeCode.PATIENT_MERGED,
    NoticeCode.PATIENT_INACTIVE,
    NoticeCode.PATIENT_GONE,
    NoticeCode.ACCESS_WITHDRAWN,
)
OF_VISIT = (
    NoticeCode.VISIT_MOVED,
    NoticeCode.VISIT_RESCHEDULED,
    NoticeCode.VISIT_CANCELLED,
    NoticeCode.VISIT_GONE,
    NoticeCode.VISIT_WITHHELD,
    NoticeCode.VISIT_UNEXPLAINED,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell, about a patient and perhaps one resource."""

    code: NoticeCode
    patient: str
    type: str = ""
    id: str = ""
    detail: str = ""
    at: datetime | None = None


class NoticeTable:
    """Notices by patient."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, notice: Notice, at: datetime) -> None:
        """Keep a notice; one that is known already keeps the instant it was first met."""
        self._engine.run(
            """INSERT INTO notice (code, patient, type, id, detail, at) VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT (patient, code, type, id) DO UPDATE SET detail = excluded.detail""",
            (notice.code.value, notice.patient, notice.type, notice.id, notice.detail, to_text(at)),
        )

    def of(self, patient: str) -> list[Notice]:
        """Return the notices of one patient."""
        return [
            _notice(row)
            for row in self._engine.run(f"{_SELECT} WHERE patient = ? ORDER BY at, code, id", (patient,))
        ]

    def all(self) -> list[Notice]:
        """Return every notice, the oldest first."""
        return [_notice(row) for row in self._engine.run(f"{_SELECT} ORDER BY at, patient, code, id")]

    def ghosts(self, patient: str, type_: str) -> set[str]:
        """Return the ids that are kept although the journal has them no more."""
        rows = self._engine.run(
            "SELECT id FROM notice WHERE patient = ? AND type = ? AND code = ?",
            (patient, type_, NoticeCode.GHOST.value),
        )
        return {str(row[0]) for row in rows}

    def clear(
        self, patient: str, codes: Iterable[NoticeCode], *, type_: str = "", id_: str = "", detail: str = ""
    ) -> None:
        """Take back notices of a patient that hold no more; empty arguments narrow nothing down."""
        for code in codes:
            self._engine.run(
                """DELETE FROM notice WHERE patient = ? AND code = ? AND (? = '' OR type = ?)
                   AND (? = '' OR id = ?) AND (? = '' OR detail = ?)""",
                (patient, code.value, type_, type_, id_, id_, detail, detail),
            )

    def clear_whole_patient(self, patient: str) -> None:
        """Take back what was said of the patient's whole record; what was said of a part stays."""
        for code in OF_PATIENT:
            self._engine.run(
                "DELETE FROM notice WHERE patient = ? AND code = ? AND type = ''", (patient, code.value)
            )

    def clear_everywhere(self, codes: Iterable[NoticeCode]) -> None:
        """Take back the notices of these codes for all patients."""
        for code in codes:
            self._engine.run("DELETE FROM notice WHERE code = ?", (code.value,))


_SELECT = "SELECT code, patient, type, id, detail, at FROM notice"


def _notice(row: Row) -> Notice:
    code, patient, type_, id_, detail, at = row
    return Notice(NoticeCode(str(code)), str(patient), str(type_), str(id_), str(detail), from_text(at))

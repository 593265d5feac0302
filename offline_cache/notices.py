"""What the pull must tell a person: codes and ids, kept until the journal says otherwise. The words are the screens'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache.instants import from_text, to_text
from offline_cache.pull_codes import NoticeCode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from offline_cache.engine import Engine, Row


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
        values = [code.value for code in codes]
        self._engine.run(
            f"""DELETE FROM notice WHERE patient = ? AND code IN ({", ".join("?" * len(values))})
               AND (? = '' OR type = ?) AND (? = '' OR id = ?) AND (? = '' OR detail = ?)""",  # noqa: S608  marks alone
            (patient, *values, type_, type_, id_, id_, detail, detail),
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

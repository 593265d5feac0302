"""Safety notices: the same act done twice, found after a pull, told until somebody has seen it (offline-cache.md §1.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache.instants import from_optional, from_text, to_text

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.engine import Engine, Row

_COLUMNS = "notice_id, kind, patient, about, first_by, first_at, second_by, second_at, found_at, seen_at"


@dataclass(frozen=True, slots=True)
class SafetyNotice:
    """Two acts that may be one too many: who did each, and when. `notice_id` is made of what it is about."""

    notice_id: str
    kind: str
    patient: str
    about: str
    first_by: str
    first_at: str
    second_by: str
    second_at: str
    found_at: datetime
    seen_at: datetime | None = None


class SafetyNotices:
    """Notices; one that was found already is not told a second time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, notice: SafetyNotice) -> bool:
        """Keep a notice; tell whether it is new."""
        self._engine.run(
            f"INSERT OR IGNORE INTO safety_notice ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",  # noqa: S608  constant
            (
                notice.notice_id,
                notice.kind,
                notice.patient,
                notice.about,
                notice.first_by,
                notice.first_at,
                notice.second_by,
                notice.second_at,
                to_text(notice.found_at),
            ),
        )
        return bool(self._engine.changes)

    def unseen(self) -> list[SafetyNotice]:
        """Return what nobody has seen, the first found first."""
        rows = self._engine.run(
            f"SELECT {_COLUMNS} FROM safety_notice WHERE seen_at IS NULL ORDER BY found_at, notice_id"  # noqa: S608  constant
        )
        return [_notice(row) for row in rows]

    def seen(self, notice_id: str, at: datetime) -> None:
        """Write down that somebody has seen it."""
        self._engine.run(
            "UPDATE safety_notice SET seen_at = coalesce(seen_at, ?) WHERE notice_id = ?",
            (to_text(at), notice_id),
        )


def _notice(row: Row) -> SafetyNotice:
    notice_id, kind, patient, about, first_by, first_at, second_by, second_at, found_at, seen_at = row
    return SafetyNotice(
        str(notice_id),
        str(kind),
        str(patient),
        str(about),
        str(first_by),
        str(first_at),
        str(second_by),
        str(second_at),
        from_text(found_at),
        from_optional(seen_at),
    )

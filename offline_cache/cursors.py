"""How far each part of each chart has been read, in the journal's own time; written in the commit of what was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache.instants import from_text, to_text

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.engine import Engine


@dataclass(frozen=True, slots=True)
class Cursor:
    """Read whole up to `since`. `shape` is the question it holds for; `whole_at`: when all of it was last read, by our clock."""

    since: datetime
    shape: str
    whole_at: datetime


class CursorTable:
    """One cursor per patient and part; the patient is empty for what belongs to no single one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, patient: str, part: str) -> Cursor | None:
        """Return the cursor, or None when the part was never read whole."""
        rows = self._engine.run(
            "SELECT since, shape, whole_at FROM cursor WHERE patient = ? AND part = ?", (patient, part)
        )
        return Cursor(from_text(rows[0][0]), str(rows[0][1]), from_text(rows[0][2])) if rows else None

    def put(self, patient: str, part: str, cursor: Cursor) -> None:
        """Move the cursor."""
        self._engine.run(
            "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?)",
            (patient, part, to_text(cursor.since), cursor.shape, to_text(cursor.whole_at)),
        )

    def drop_all(self) -> None:
        """Have everything read whole again."""
        self._engine.run("DELETE FROM cursor")

    def drop(self, patient: str, part: str) -> None:
        """Forget how far was read: the next question asks for everything."""
        self._engine.run("DELETE FROM cursor WHERE patient = ? AND part = ?", (patient, part))

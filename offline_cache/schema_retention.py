"""The step of the schema that retention stands on: which charts are to be removed, and how far each removal has come."""

from __future__ import annotations

STEP = (
    """CREATE TABLE purge (
        patient TEXT PRIMARY KEY, reason TEXT NOT NULL, ordered_at TEXT NOT NULL,
        step TEXT NOT NULL, held_by TEXT NOT NULL DEFAULT '') WITHOUT ROWID""",
)

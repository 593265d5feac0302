"""The step of the schema for access that ends by itself: to whom outside the list, on what ground, until when."""

from __future__ import annotations

STEP = (
    """CREATE TABLE access (
        patient TEXT PRIMARY KEY, kind TEXT NOT NULL, basis TEXT NOT NULL,
        begun_at TEXT NOT NULL, ends_at TEXT NOT NULL) WITHOUT ROWID""",
)

"""The step of the schema for answers that broke off: where each is gone on with."""

from __future__ import annotations

STEP = (
    """CREATE TABLE place (
        patient TEXT NOT NULL, part TEXT NOT NULL, question TEXT NOT NULL, link TEXT NOT NULL,
        generation INTEGER NOT NULL, since TEXT, begun_at TEXT NOT NULL,
        PRIMARY KEY (patient, part)) WITHOUT ROWID""",
)

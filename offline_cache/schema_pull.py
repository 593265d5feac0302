"""The step that gives the pull its memory: how far it has read, what changed, what must be told, how each sync went."""

from __future__ import annotations

STEP = (
    """CREATE TABLE cursor (
        patient TEXT NOT NULL, part TEXT NOT NULL, since TEXT NOT NULL, shape TEXT NOT NULL, whole_at TEXT NOT NULL,
        PRIMARY KEY (patient, part)) WITHOUT ROWID""",
    """CREATE TABLE notice (
        code TEXT NOT NULL, patient TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
        detail TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (patient, code, type, id)) WITHOUT ROWID""",
    """CREATE TABLE change (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, patient TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
        kind TEXT NOT NULL, at TEXT NOT NULL, author TEXT NOT NULL, title TEXT NOT NULL,
        UNIQUE (patient, type, id))""",
    "CREATE TABLE sync_report (sequence INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL)",
    "CREATE TABLE round_ahead (start TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID",
)

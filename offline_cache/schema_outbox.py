"""The schema's step for the whole outbox: updates, dependencies, conflicts, receipts, typed identities, notices."""

from __future__ import annotations

STEP: tuple[str, ...] = (
    "ALTER TABLE part ADD COLUMN target_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE part ADD COLUMN base_version TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE part ADD COLUMN base_body BLOB NOT NULL DEFAULT x''",
    "ALTER TABLE part ADD COLUMN follows TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE part ADD COLUMN replaced_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE part ADD COLUMN missed_at TEXT",
    "ALTER TABLE entry ADD COLUMN failures INTEGER NOT NULL DEFAULT 0",
    """CREATE TRIGGER part_base_is_fixed BEFORE UPDATE OF target_id, base_version, base_body, follows ON part
        BEGIN SELECT RAISE(ABORT, 'what a signed part was based on is never changed'); END""",
    """CREATE TABLE depends (
        entry_id TEXT NOT NULL REFERENCES entry (entry_id), on_entry TEXT NOT NULL REFERENCES entry (entry_id),
        PRIMARY KEY (entry_id, on_entry), CHECK (entry_id <> on_entry)) WITHOUT ROWID""",
    "CREATE INDEX depends_on ON depends (on_entry)",
    """CREATE TABLE conflict (
        conflict_id INTEGER PRIMARY KEY,
        op_id TEXT NOT NULL REFERENCES part (op_id), entry_id TEXT NOT NULL REFERENCES entry (entry_id),
        kind TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
        base BLOB NOT NULL, mine BLOB NOT NULL, theirs BLOB NOT NULL, theirs_version TEXT NOT NULL,
        mine_author TEXT NOT NULL, mine_at TEXT NOT NULL, theirs_author TEXT NOT NULL, theirs_at TEXT NOT NULL,
        found_at TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'open', decision TEXT NOT NULL DEFAULT '',
        decided_by TEXT NOT NULL DEFAULT '', decided_at TEXT, reason TEXT NOT NULL DEFAULT '')""",
    "CREATE INDEX conflict_of_entry ON conflict (entry_id, status)",
    """CREATE TRIGGER conflict_stays BEFORE DELETE ON conflict
        BEGIN SELECT RAISE(ABORT, 'what stood against each other is never removed'); END""",
    """CREATE TRIGGER conflict_is_fixed
        BEFORE UPDATE OF op_id, entry_id, kind, type, id, base, mine, theirs, theirs_version ON conflict
        BEGIN SELECT RAISE(ABORT, 'what stood against each other is never changed'); END""",
    """CREATE TABLE receipt (
        op_id TEXT PRIMARY KEY REFERENCES part (op_id), entry_id TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
        version_id TEXT NOT NULL, given_at TEXT NOT NULL, verified_at TEXT, missing_since TEXT) WITHOUT ROWID""",
    """CREATE TABLE local_patient (
        local_id TEXT PRIMARY KEY, name TEXT NOT NULL, number TEXT NOT NULL, birth_date TEXT NOT NULL,
        place TEXT NOT NULL, note TEXT NOT NULL, typed_by TEXT NOT NULL, typed_at TEXT NOT NULL,
        patient TEXT NOT NULL DEFAULT '', matched_by TEXT NOT NULL DEFAULT '', matched_at TEXT) WITHOUT ROWID""",
    """CREATE TRIGGER match_is_fixed BEFORE UPDATE ON local_patient WHEN OLD.patient <> ''
        BEGIN SELECT RAISE(ABORT, 'a match is made once'); END""",
    """CREATE TABLE safety_notice (
        notice_id TEXT PRIMARY KEY, kind TEXT NOT NULL, patient TEXT NOT NULL, about TEXT NOT NULL,
        first_by TEXT NOT NULL, first_at TEXT NOT NULL, second_by TEXT NOT NULL, second_at TEXT NOT NULL,
        found_at TEXT NOT NULL, seen_at TEXT) WITHOUT ROWID""",
)

"""The schema as numbered steps. A released step is never changed; a new one is added below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache import (
    schema_access,
    schema_outbox,
    schema_place,
    schema_pull,
    schema_retention,
    schema_search,
    schema_speed,
)
from offline_cache.errors import StoreBusy, StoreTooNew

if TYPE_CHECKING:
    from collections.abc import Callable

    from offline_cache.engine import Engine

_STEP_1 = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE resource (
        rid INTEGER PRIMARY KEY,
        type TEXT NOT NULL, id TEXT NOT NULL, patient TEXT NOT NULL,
        version_id TEXT NOT NULL, last_updated TEXT NOT NULL,
        generation INTEGER NOT NULL, fetched_at TEXT NOT NULL, address_cut INTEGER NOT NULL,
        sha256 BLOB NOT NULL, body BLOB NOT NULL,
        UNIQUE (type, id))""",
    "CREATE INDEX resource_of_patient ON resource (patient, type, id)",
    "CREATE TABLE round (one INTEGER PRIMARY KEY CHECK (one = 1), record TEXT NOT NULL)",
    """CREATE TABLE section (
        patient TEXT NOT NULL, name TEXT NOT NULL,
        complete INTEGER NOT NULL, as_of TEXT, reason TEXT NOT NULL,
        PRIMARY KEY (patient, name)) WITHOUT ROWID""",
    """CREATE TABLE entry (
        entry_id TEXT PRIMARY KEY, sequence INTEGER UNIQUE,
        kind TEXT NOT NULL, patient TEXT NOT NULL, visit TEXT NOT NULL, event_at TEXT NOT NULL,
        fields TEXT NOT NULL, author TEXT NOT NULL, saved_at TEXT NOT NULL,
        state TEXT NOT NULL, title TEXT NOT NULL DEFAULT '', signed_at TEXT, send_after TEXT, next_at TEXT,
        delivered_at TEXT, withdrawn_at TEXT, attempts INTEGER NOT NULL DEFAULT 0,
        detail TEXT NOT NULL DEFAULT '', shown TEXT NOT NULL DEFAULT '',
        CHECK ((state = 'utkast') = (sequence IS NULL)))""",
    "CREATE INDEX entry_by_state ON entry (state, sequence)",
    """CREATE TABLE part (
        op_id TEXT PRIMARY KEY, entry_id TEXT NOT NULL REFERENCES entry (entry_id),
        number INTEGER NOT NULL, type TEXT NOT NULL, body BLOB NOT NULL,
        state TEXT NOT NULL, server_id TEXT NOT NULL DEFAULT '', version_id TEXT NOT NULL DEFAULT '',
        status INTEGER NOT NULL DEFAULT 0, detail TEXT NOT NULL DEFAULT '',
        UNIQUE (entry_id, number))""",
    """CREATE TRIGGER entry_stays BEFORE DELETE ON entry WHEN OLD.state <> 'utkast'
        BEGIN SELECT RAISE(ABORT, 'a signed entry is never removed'); END""",
    """CREATE TRIGGER part_stays BEFORE DELETE ON part
        BEGIN SELECT RAISE(ABORT, 'a signed part is never removed'); END""",
    """CREATE TRIGGER part_is_fixed BEFORE UPDATE OF op_id, entry_id, number, type, body ON part
        BEGIN SELECT RAISE(ABORT, 'a signed part is never changed'); END""",
    """CREATE TABLE audit (
        sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, patient TEXT NOT NULL,
        action TEXT NOT NULL, basis TEXT NOT NULL, detail TEXT NOT NULL, hash BLOB NOT NULL)""",
    """CREATE TRIGGER audit_stays BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END""",
    """CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END""",
)

STEPS: tuple[tuple[str, ...], ...] = (
    _STEP_1,
    schema_search.STEP,
    schema_outbox.STEP,
    schema_pull.STEP,
    schema_retention.STEP,
    schema_speed.STEP,
    schema_place.STEP,
    schema_access.STEP,
)
"""All steps in order; a store's version is the number of steps it has taken."""


_VERSION_OF_OUTBOX = 1
"""Since this version `entry`, `part` and `audit` have had the columns that are read here. They never lose one."""


def require_readable(engine: Engine) -> bool:
    """Tell whether a later version wrote a store that is only to be read; one without the outbox's tables is refused."""
    version = engine.run("PRAGMA user_version")[0][0]
    if not isinstance(version, int) or version < _VERSION_OF_OUTBOX:
        raise StoreBusy("the store is being made")
    return version > len(STEPS)


DESTRUCTIVE: frozenset[int] = frozenset()
"""The numbers of the steps that take something away: before one is taken, the whole store is copied beside itself."""


def migrate(engine: Engine, keep_copy: Callable[[int], None]) -> int:
    """Take the steps that the store has not taken, all in one transaction, and return how many there were.

    Args:
        engine: The store.
        keep_copy: Copies the store as it is, of this version; called first when a step takes something away.
    """
    version = engine.run("PRAGMA user_version")[0][0]
    taken = version if isinstance(version, int) else 0
    if taken > len(STEPS):
        raise StoreTooNew(f"the store is of version {taken}")
    if taken == len(STEPS):
        return 0
    if taken and DESTRUCTIVE & set(range(taken + 1, len(STEPS) + 1)):
        keep_copy(taken)
    engine.run("BEGIN IMMEDIATE")
    try:
        for statement in (s for step in STEPS[taken:] for s in step):
            engine.run(statement)
        engine.run(f"PRAGMA user_version = {len(STEPS)}")
        engine.run("COMMIT")
    except BaseException:
        if engine.in_transaction:
            engine.run("ROLLBACK")
        raise
    return len(STEPS) - taken

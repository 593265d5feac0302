"""The database of the journal: every version of every resource, and an index over the current ones.

`gone` holds what was deleted and has not come back: the number and the time of its last version, the tombstone.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS version (
    type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    last_updated TEXT NOT NULL, method TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (type, id, version)
);
CREATE TABLE IF NOT EXISTS current (
    type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, last_updated TEXT NOT NULL,
    PRIMARY KEY (type, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS current_by_time ON current (type, last_updated, id);
CREATE INDEX IF NOT EXISTS version_by_time ON version (type, last_updated);
CREATE TABLE IF NOT EXISTS gone (
    type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, last_updated TEXT NOT NULL,
    PRIMARY KEY (type, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS gone_by_time ON gone (type, last_updated, id);
CREATE TABLE IF NOT EXISTS term (
    type TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, system TEXT NOT NULL, value TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS term_by_value ON term (type, name, value, system, id);
CREATE INDEX IF NOT EXISTS term_by_id ON term (type, id, name);
CREATE TABLE IF NOT EXISTS span (
    type TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, low TEXT NOT NULL, high TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS span_by_time ON span (type, name, low, high, id);
CREATE INDEX IF NOT EXISTS span_by_id ON span (type, id, name);
CREATE TABLE IF NOT EXISTS family (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, client TEXT NOT NULL, scope TEXT NOT NULL, nonce TEXT NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS token (
    digest TEXT PRIMARY KEY, family TEXT NOT NULL, kind TEXT NOT NULL, expires TEXT NOT NULL,
    used INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS token_by_family ON token (family);
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def open_tables(path: Path) -> sqlite3.Connection:
    """Return a connection on which every commit is on the disk before it returns."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -32768")
    connection.executescript(_SCHEMA)
    return connection

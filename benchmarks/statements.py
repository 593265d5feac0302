"""Counts what the statements of a store do: numbers that are the same in every run, so that a test can hold them.

The statements that FTS5 runs within ours are left out: SQLite sums their steps up over their whole life. They follow the words
of the notes that change.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import apsw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from offline_cache.store import Store

_OF_FTS5 = "'main'.'search_note"


@dataclass(slots=True)
class Statements:
    """How many statements ran, how many steps of SQLite's machine they took, how many rows were passed over in scans."""

    run: int = 0
    steps: int = 0
    scanned: int = 0
    commits: int = 0
    count: Counter[str] = field(default_factory=Counter)
    by_text: Counter[str] = field(default_factory=Counter)

    def take(self, event: dict[str, Any]) -> None:
        """Take in one statement that has ended."""
        if _OF_FTS5 in event["sql"]:
            return
        status = event["stmt_status"]
        self.run += 1
        self.commits += event["sql"] == "COMMIT"
        self.steps += status["SQLITE_STMTSTATUS_VM_STEP"]
        self.scanned += status["SQLITE_STMTSTATUS_FULLSCAN_STEP"]
        text = " ".join(event["sql"].split())
        self.count[text] += 1
        self.by_text[text] += status["SQLITE_STMTSTATUS_VM_STEP"]


@contextmanager
def counted(store: Store) -> Iterator[Statements]:
    """Count while the block runs."""
    found = Statements()
    connection = store._engine._connection
    connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, found.take)
    try:
        yield found
    finally:
        connection.trace_v2(0, None)

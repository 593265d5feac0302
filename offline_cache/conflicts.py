"""Conflicts: base, mine and theirs as they stood against each other, and what a person decided. Nothing here is ever removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from offline_cache.errors import WrongState
from offline_cache.instants import from_optional, from_text, to_text

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.engine import Engine, Row, Value

_COLUMNS = """conflict_id, op_id, entry_id, kind, type, id, base, mine, theirs, theirs_version,
    mine_author, mine_at, theirs_author, theirs_at, found_at, status, decision, decided_by, decided_at, reason"""


class ConflictKind(StrEnum):
    """What stands against an update."""

    CHANGED = "changed"  # somebody else changed it first
    TARGET_GONE = "target-gone"  # the journal does not have it any more
    MERGED_PATIENT = "patient-merged"


@dataclass(frozen=True, slots=True)
class NewConflict:
    """A conflict that was just met; `theirs` is empty when the journal has nothing there."""

    op_id: str
    entry_id: str
    kind: ConflictKind
    type: str
    id: str
    base: bytes = field(repr=False)
    mine: bytes = field(repr=False)
    theirs: bytes = field(repr=False)
    theirs_version: str
    mine_author: str
    mine_at: str
    theirs_author: str
    theirs_at: str


@dataclass(frozen=True, slots=True)
class ConflictRecord:
    """A conflict with its number, and the decision when there is one."""

    conflict_id: int
    met: NewConflict
    found_at: datetime
    status: str
    decision: str
    decided_by: str
    decided_at: datetime | None
    reason: str


class ConflictTable:
    """Conflicts by entry; at most one is open for each part."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, met: NewConflict, at: datetime) -> None:
        """Keep a conflict. One that was open for the same part has been overtaken by a later version."""
        self._engine.run(
            "UPDATE conflict SET status = 'overtaken' WHERE op_id = ? AND status = 'open'", (met.op_id,)
        )
        self._engine.run(
            """INSERT INTO conflict (op_id, entry_id, kind, type, id, base, mine, theirs, theirs_version,
               mine_author, mine_at, theirs_author, theirs_at, found_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                met.op_id,
                met.entry_id,
                met.kind.value,
                met.type,
                met.id,
                met.base,
                met.mine,
                met.theirs,
                met.theirs_version,
                met.mine_author,
                met.mine_at,
                met.theirs_author,
                met.theirs_at,
                to_text(at),
            ),
        )

    def of(self, entry_id: str) -> list[ConflictRecord]:
        """Return every conflict that an entry ever met, the first one first."""
        return self._select("WHERE entry_id = ? ORDER BY conflict_id", (entry_id,))

    def waiting(self) -> list[ConflictRecord]:
        """Return the conflicts that nobody has decided. Of an entry that was taken back there is nothing to decide any more."""
        return self._select(
            """WHERE status = 'open' AND EXISTS (SELECT 1 FROM entry
               WHERE entry.entry_id = conflict.entry_id AND entry.state = 'konflikt') ORDER BY conflict_id""",
            (),
        )

    def decide(self, conflict_id: int, *, decision: str, by: str, at: datetime, reason: str = "") -> None:
        """Write the decision down.

        Raises:
            WrongState: it was decided already, or a later version has overtaken it.
        """
        self._engine.run(
            """UPDATE conflict SET status = 'settled', decision = ?, decided_by = ?, decided_at = ?, reason = ?
               WHERE conflict_id = ? AND status = 'open'""",
            (decision, by, to_text(at), reason, conflict_id),
        )
        if not self._engine.changes:
            raise WrongState("not an open conflict")

    def _select(self, rest: str, values: tuple[str, ...]) -> list[ConflictRecord]:
        return [_record(row) for row in self._engine.run(f"SELECT {_COLUMNS} FROM conflict {rest}", values)]  # noqa: S608  constant


def _record(row: Row) -> ConflictRecord:
    number, op_id, entry_id, kind, type_, id_, base, mine, theirs, theirs_version = row[:10]
    mine_author, mine_at, theirs_author, theirs_at, found_at, status, decision, by, at, reason = row[10:]
    met = NewConflict(
        str(op_id),
        str(entry_id),
        ConflictKind(str(kind)),
        str(type_),
        str(id_),
        _bytes(base),
        _bytes(mine),
        _bytes(theirs),
        str(theirs_version),
        str(mine_author),
        str(mine_at),
        str(theirs_author),
        str(theirs_at),
    )
    return ConflictRecord(
        number if isinstance(number, int) else 0,
        met,
        from_text(found_at),
        str(status),
        str(decision),
        str(by),
        from_optional(at),
        str(reason),
    )


def _bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else b""

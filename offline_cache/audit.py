"""The audit log: who did what to whose record, on what basis, as a chain that shows every later change.

Each row's hash is HMAC-SHA256 over the hash before it and the row, keyed apart from the database.
A tail cut off together with its head is only seen by a head kept elsewhere (the keyring item, the journal).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache.errors import AuditBroken
from offline_cache.instants import to_text

if TYPE_CHECKING:
    from offline_cache.engine import Engine, Row
    from offline_cache.meta import MetaTable
    from ports.clock import Clock

_HEAD = "audit.head"
_KEY = "audit.key"
_START = bytes(32)
_COLUMNS = "sequence, at, actor, patient, action, basis, detail, hash"


@dataclass(frozen=True, slots=True)
class AuditHead:
    """How far the chain reaches, and the hash of its last row."""

    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One row of the log."""

    sequence: int
    at: str
    actor: str
    patient: str
    action: str
    basis: str
    detail: str
    hash: bytes


class AuditLog:
    """Appends and verifies. What is written inside a transaction stands or falls with it."""

    def __init__(self, engine: Engine, meta: MetaTable, key: bytes, clock: Clock) -> None:
        self._engine = engine
        self._meta = meta
        self._key = meta.get(_KEY) or key
        self._clock = clock

    def keep_key(self) -> None:
        """Keep the key of the chain in the database: it outlives the database key that it was derived from."""
        self._meta.put(_KEY, self._key)

    @property
    def head(self) -> AuditHead:
        """The end of the chain, to be mirrored where the database is not."""
        kept = self._meta.get(_HEAD)
        return AuditHead(int.from_bytes(kept[:8], "big"), kept[8:]) if kept else AuditHead(0, _START)

    def append(
        self, action: str, *, patient: str = "", basis: str = "", detail: str = "", actor: str
    ) -> None:
        """Write one event.

        Args:
            action: What was done, as a code word.
            patient: The patient's id, where there is one.
            basis: Why it was allowed: an item of the round, a reason that was given.
            detail: Ids and code words only.
            actor: The clinician's id.
        """
        head = self.head
        row = (head.sequence + 1, str(to_text(self._clock.now())), actor, patient, action, basis, detail)
        digest = self._link(head.hash, row)
        self._engine.run(f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, digest))  # noqa: S608  constant
        self._meta.put(_HEAD, row[0].to_bytes(8, "big") + digest)

    def records(self, after: int = 0, most: int = -1) -> list[AuditRecord]:
        """Return the rows after a sequence number, in order; `most` of them at most, or all."""
        statement = f"SELECT {_COLUMNS} FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?"  # noqa: S608  constant
        return [_record(row) for row in self._engine.run(statement, (after, most))]

    def verify(self, mirrored: AuditHead | None = None) -> int:
        """Recompute the whole chain and return its length.

        Args:
            mirrored: A head kept elsewhere; it must be a link of this chain, else an older copy was put back.

        Raises:
            AuditBroken: The chain does not hold.
        """
        before, count = _START, 0
        for record in self.records():
            count += 1
            row = (
                record.sequence,
                record.at,
                record.actor,
                record.patient,
                record.action,
                record.basis,
                record.detail,
            )
            before = self._link(before, row)
            if record.sequence != count or not hmac.compare_digest(before, record.hash):
                raise AuditBroken(count)
            if mirrored and mirrored.sequence == count and not hmac.compare_digest(before, mirrored.hash):
                raise AuditBroken(count)
        if self.head != AuditHead(count, before) or (mirrored and mirrored.sequence > count):
            raise AuditBroken(count + 1)
        return count

    def has(self, action: str, detail: str) -> bool:
        """Tell whether there is a row of this action with this detail."""
        return bool(
            self._engine.run("SELECT 1 FROM audit WHERE action = ? AND detail = ? LIMIT 1", (action, detail))
        )

    def holds(self, mirrored: AuditHead) -> bool:
        """Tell whether a head kept elsewhere is a link of this chain; if not, this is an older copy, or a fork."""
        rows = self._engine.run("SELECT hash FROM audit WHERE sequence = ?", (mirrored.sequence,))
        return bool(rows) and rows[0][0] == mirrored.hash

    def _link(self, before: bytes, row: tuple[int | str, ...]) -> bytes:
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        return hmac.new(self._key, before + text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def _record(row: Row) -> AuditRecord:
    sequence, at, actor, patient, action, basis, detail, digest = row
    return AuditRecord(
        sequence if isinstance(sequence, int) else 0,
        str(at),
        str(actor),
        str(patient),
        str(action),
        str(basis),
        str(detail),
        digest if isinstance(digest, bytes) else b"",
    )

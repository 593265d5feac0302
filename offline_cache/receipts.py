"""Receipts: what the journal said it had, kept for fourteen days so that a journal put back from a copy is noticed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from offline_cache.instants import from_optional, from_text, to_text

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.engine import Engine, Row

KEPT = timedelta(days=14)
"""How long a receipt is kept (offline-cache.md §1.5)."""

_COLUMNS = "op_id, entry_id, type, id, version_id, given_at, verified_at, missing_since"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The journal's word for one part: under which id and version it had it, and when that was last seen to be so."""

    op_id: str
    entry_id: str
    type: str
    id: str
    version_id: str
    given_at: datetime
    verified_at: datetime | None
    missing_since: datetime | None


class ReceiptTable:
    """Receipts by the part they are for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def give(self, receipt: Receipt) -> None:
        """Keep a receipt; a part that is delivered anew has a new one."""
        self._engine.run(
            f"INSERT OR REPLACE INTO receipt ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  constant
            (
                receipt.op_id,
                receipt.entry_id,
                receipt.type,
                receipt.id,
                receipt.version_id,
                to_text(receipt.given_at),
                to_text(receipt.verified_at),
                to_text(receipt.missing_since),
            ),
        )

    def all(self) -> list[Receipt]:
        """Return all receipts, the oldest first."""
        rows = self._engine.run(f"SELECT {_COLUMNS} FROM receipt ORDER BY given_at, op_id")  # noqa: S608  constant
        return [_receipt(row) for row in rows]

    def missing(self) -> list[Receipt]:
        """Return the receipts of which the journal no longer has the resource."""
        return [receipt for receipt in self.all() if receipt.missing_since is not None]

    def verified(self, op_id: str, at: datetime) -> None:
        """Write down that the journal has it still."""
        self._engine.run(
            "UPDATE receipt SET verified_at = ?, missing_since = NULL WHERE op_id = ?", (to_text(at), op_id)
        )

    def lost(self, op_id: str, at: datetime) -> None:
        """Write down that the journal has it no more; the first time counts."""
        self._engine.run(
            "UPDATE receipt SET missing_since = coalesce(missing_since, ?) WHERE op_id = ?",
            (to_text(at), op_id),
        )

    def drop_old(self, now: datetime) -> int:
        """Remove receipts that have been kept long enough; what is missing stays until somebody has decided."""
        self._engine.run(
            "DELETE FROM receipt WHERE given_at < ? AND missing_since IS NULL", (to_text(now - KEPT),)
        )
        return self._engine.changes


def _receipt(row: Row) -> Receipt:
    op_id, entry_id, type_, id_, version_id, given_at, verified_at, missing_since = row
    return Receipt(
        str(op_id),
        str(entry_id),
        str(type_),
        str(id_),
        str(version_id),
        from_text(given_at),
        from_optional(verified_at),
        from_optional(missing_since),
    )

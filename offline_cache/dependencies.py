"""What waits for what: an entry for those it refers to, a part for those of its own entry (architecture.md, lane)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.errors import WrongState
from offline_cache.states import EntryState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from offline_cache.engine import Engine
    from offline_cache.entry_records import NewPart, PartRecord

_STUCK = (
    EntryState.UNKNOWN,
    EntryState.HELD,
    EntryState.REFUSED,
    EntryState.CONFLICT,
    EntryState.WITHDRAWN,
)


class Dependencies:
    """Pairs of signed entries; only an earlier one can be waited for, so there is never a ring of entries."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, entry_id: str, on: Iterable[str]) -> None:
        """Let an entry wait for entries that were signed before it.

        Raises:
            WrongState: one of them is not signed yet, was withdrawn, or is not older.
        """
        for first in sorted(set(on)):
            rows = self._engine.run(
                """SELECT 1 FROM entry AS late, entry AS early WHERE late.entry_id = ? AND early.entry_id = ?
                   AND early.state NOT IN ('utkast', 'trukket') AND early.sequence < late.sequence""",
                (entry_id, first),
            )
            if not rows:
                raise WrongState("what it refers to is not signed")
            self._engine.run(
                "INSERT OR IGNORE INTO depends (entry_id, on_entry) VALUES (?, ?)", (entry_id, first)
            )

    def of(self, entry_id: str) -> list[str]:
        """Return the entries that an entry waits for."""
        rows = self._engine.run(
            "SELECT on_entry FROM depends WHERE entry_id = ? ORDER BY on_entry", (entry_id,)
        )
        return [str(row[0]) for row in rows]

    def dependants(self, entry_id: str) -> list[str]:
        """Return the entries that wait for an entry."""
        rows = self._engine.run(
            "SELECT entry_id FROM depends WHERE on_entry = ? ORDER BY entry_id", (entry_id,)
        )
        return [str(row[0]) for row in rows]

    def behind(self) -> set[str]:
        """Return the entries behind one that cannot go on by itself, over any number of steps."""
        marks = ", ".join("?" * len(_STUCK))
        rows = self._engine.run(
            f"""WITH RECURSIVE stuck (entry_id) AS (
                    SELECT entry_id FROM entry WHERE state IN ({marks})
                    UNION SELECT depends.entry_id FROM depends JOIN stuck ON depends.on_entry = stuck.entry_id)
                SELECT DISTINCT depends.entry_id FROM depends JOIN stuck ON depends.on_entry = stuck.entry_id
                JOIN entry ON entry.entry_id = depends.entry_id WHERE entry.state = 'signert'""",  # noqa: S608  marks only
            tuple(state.value for state in _STUCK),
        )
        return {str(row[0]) for row in rows}


def in_order(parts: Sequence[PartRecord]) -> list[PartRecord] | None:
    """Return the parts so that each comes after those it refers to; None when they refer to each other in a ring."""
    order = _order([(part.op_id, part.body) for part in parts])
    by_id = {part.op_id: part for part in parts}
    return None if order is None else [by_id[op_id] for op_id in order]


def has_ring(parts: Sequence[NewPart]) -> bool:
    """Tell whether the parts refer to each other in a ring, so that only one transaction can carry them."""
    return _order([(part.op_id, part.body) for part in parts]) is None


def _order(parts: Sequence[tuple[str, bytes]]) -> list[str] | None:
    waits = {
        op_id: {other for other, _ in parts if other != op_id and b'"urn:uuid:%b"' % other.encode() in body}
        for op_id, body in parts
    }
    order: list[str] = []
    while len(order) < len(parts):
        free = next((op_id for op_id, _ in parts if op_id not in order and waits[op_id] <= set(order)), None)
        if free is None:
            return None
        order.append(free)
    return order

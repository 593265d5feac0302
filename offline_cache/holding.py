"""What a person decides over an entry that waits: hold it, let it go, decide over one that nobody can answer for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.errors import WrongState
from offline_cache.instants import to_text
from offline_cache.states import RESENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from offline_cache.engine import Engine

HELD_BY_HAND = "hold"
HELD_FOR_REVIEW = "review"
NOT_FOUND_TWICE = "not-found-twice"
SEVERAL_FOUND = "several-found"
OTHER_VALUE = "other-value"
"""The journal says that it has such a reading already, and what it has there says something else than ours."""


class Holding:
    """Holds and lets go. What the journal may have is never held back by these: it is read back first."""

    def __init__(self, engine: Engine, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._engine = engine
        self._transaction = transaction

    def hold(self, entry_id: str) -> None:
        """Keep an entry from being sent until somebody lets it go."""
        self._move(
            "UPDATE entry SET state = 'holdt', detail = ?, next_at = NULL WHERE entry_id = ? AND state = 'signert'",
            (HELD_BY_HAND, entry_id),
        )

    def await_review(self, entry_id: str) -> None:
        """Let a newly signed entry wait for the review of its visit."""
        self._move(
            "UPDATE entry SET state = 'holdt', detail = ?, next_at = NULL WHERE entry_id = ? AND state = 'signert'",
            (HELD_FOR_REVIEW, entry_id),
        )

    def release(self, entry_id: str, now: datetime) -> None:
        """Put a held entry back into the queue, whatever it was held for."""
        self._move(
            """UPDATE entry SET state = 'signert', detail = '', shown = '', next_at = NULL, failures = 0,
               send_after = min(send_after, ?) WHERE entry_id = ? AND state = 'holdt'""",
            (to_text(now), entry_id),
        )

    def release_reviewed(self, visit: str, now: datetime) -> list[str]:
        """Release what waits for the review of a visit; return the entries."""
        rows = self._engine.run(
            "SELECT entry_id FROM entry WHERE visit = ? AND state = 'holdt' AND detail = ? ORDER BY sequence",
            (visit, HELD_FOR_REVIEW),
        )
        released = [str(row[0]) for row in rows]
        with self._transaction():
            for entry_id in released:
                self.release(entry_id, now)
        return released

    def release_all(self, detail: str, now: datetime) -> int:
        """Release everything that was held for one reason: the reason is gone."""
        rows = self._engine.run("SELECT entry_id FROM entry WHERE state = 'holdt' AND detail = ?", (detail,))
        with self._transaction():
            for row in rows:
                self.release(str(row[0]), now)
        return len(rows)

    def resend(self, entry_id: str, now: datetime) -> None:
        """Send an unknown entry again although the journal may have it: a person has decided, knowing that.

        Its parts stay unknown: what may be there can still not be taken back.
        """
        with self._transaction():
            self._move(
                """UPDATE entry SET state = 'signert', detail = '', shown = '', next_at = NULL, failures = 0,
                   send_after = min(send_after, ?) WHERE entry_id = ? AND state = 'ukjent'""",
                (to_text(now), entry_id),
            )
            self._engine.run(
                """UPDATE part SET detail = ?, missed_at = NULL
                   WHERE entry_id = ? AND state = 'ukjent' AND server_id = '' AND replaced_by = ''""",
                (RESENT, entry_id),
            )

    def requeue(self, entry_id: str, op_id: str, now: datetime) -> None:
        """Queue a delivered part again that a restored journal no longer has; it is asked for once more before it is sent."""
        with self._transaction():
            self._move(
                "UPDATE part SET state = 'ukjent', server_id = '', version_id = '', missed_at = NULL "
                "WHERE op_id = ? AND entry_id = ? AND server_id <> ''",
                (op_id, entry_id),
            )
            self._move(
                """UPDATE entry SET state = 'ukjent', detail = '', next_at = NULL, delivered_at = NULL,
                   send_after = min(send_after, ?) WHERE entry_id = ? AND state IN ('i journalen', 'ukjent')""",
                (to_text(now), entry_id),
            )

    def _move(self, statement: str, values: tuple[str, ...]) -> None:
        self._engine.run(statement, values)
        if not self._engine.changes:
            raise WrongState("not in a state for this")

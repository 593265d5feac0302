"""What the nurse wrote: drafts, and signed entries with their parts on the way to the journal.

A signed entry is never removed and its parts are never changed: the schema refuses both.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from offline_cache.entry_records import (
    DRAFT_SELECT,
    ENTRY_SELECT,
    PART_SELECT,
    Base,
    DraftRecord,
    EntryRecord,
    NewPart,
    PartRecord,
    draft_from,
    entry_from,
    part_from,
)
from offline_cache.errors import WrongState
from offline_cache.instants import from_optional, to_text
from offline_cache.states import RESENDING, EntryState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from offline_cache.engine import Engine
    from ports.clock import Clock

__all__ = ["REGRET", "Base", "DraftRecord", "EntryRecord", "EntryTable", "NewPart", "PartRecord"]

REGRET = timedelta(seconds=30)
"""How long a signed entry waits at least, so that it can be taken back (architecture.md, taking back)."""

_FINAL = (EntryState.DRAFT, EntryState.DELIVERED, EntryState.WITHDRAWN)
_NEW_PART = """INSERT INTO part
    (op_id, entry_id, number, type, body, state, target_id, base_version, base_body, follows)
    VALUES (?, ?, ?, ?, ?, 'signert', ?, ?, ?, ?)"""
_WITHDRAWABLE = (EntryState.SIGNED, EntryState.HELD, EntryState.REFUSED, EntryState.CONFLICT)
_FREE = """NOT EXISTS (
    SELECT 1 FROM depends JOIN entry AS first ON first.entry_id = depends.on_entry
    WHERE depends.entry_id = entry.entry_id AND first.state <> 'i journalen')
    AND NOT EXISTS (SELECT 1 FROM local_patient WHERE local_id = entry.patient)"""
"""Waits for nothing but its time: what it refers to is in the journal, and its patient is known there."""


class EntryTable:
    """Entries by their id; signed ones also by the sequence in which they were signed."""

    def __init__(
        self, engine: Engine, clock: Clock, transaction: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._transaction = transaction

    def save_draft(self, draft: DraftRecord) -> None:
        """Keep a draft, new or again; a signed entry is not written over."""
        self._engine.run(
            """INSERT INTO entry (entry_id, kind, patient, visit, event_at, fields, author, saved_at, state)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'utkast')
               ON CONFLICT (entry_id) DO UPDATE SET event_at = excluded.event_at, fields = excluded.fields,
                   author = excluded.author, saved_at = excluded.saved_at
               WHERE state = 'utkast' AND patient = excluded.patient AND kind = excluded.kind""",
            (
                draft.entry_id,
                draft.kind.value,
                draft.patient,
                draft.visit,
                to_text(draft.event_at),
                json.dumps(draft.fields, ensure_ascii=True),
                draft.author,
                to_text(self._clock.now()),
            ),
        )
        if not self._engine.changes:
            raise WrongState("not a draft, or another patient's")

    def draft(self, entry_id: str) -> DraftRecord | None:
        """Return one draft, or None."""
        rows = self._engine.run(f"{DRAFT_SELECT} AND entry_id = ?", (entry_id,))
        return draft_from(rows[0]) if rows else None

    def drafts(self, patient: str = "") -> list[DraftRecord]:
        """Return the drafts of a patient, or all, the last saved first."""
        rows = self._engine.run(
            f"{DRAFT_SELECT} AND (? = '' OR patient = ?) ORDER BY saved_at DESC, entry_id", (patient, patient)
        )
        return [draft_from(row) for row in rows]

    def discard(self, entry_id: str) -> None:
        """Remove a draft."""
        self._engine.run("DELETE FROM entry WHERE entry_id = ? AND state = 'utkast'", (entry_id,))
        if not self._engine.changes:
            raise WrongState("not a draft")

    def sign(
        self,
        entry_id: str,
        parts: Sequence[NewPart],
        *,
        title: str,
        signed_at: datetime,
        send_after: datetime,
        author: str,
    ) -> None:
        """Turn a draft into the next signed entry; the caller audits in the same transaction."""
        with self._transaction():
            self._engine.run(
                """UPDATE entry SET state = 'signert', title = ?, signed_at = ?, send_after = ?, author = ?,
                   sequence = (SELECT coalesce(max(sequence), 0) + 1 FROM entry)
                   WHERE entry_id = ? AND state = 'utkast'""",
                (title, to_text(signed_at), to_text(send_after), author, entry_id),
            )
            if not self._engine.changes or not parts:
                raise WrongState("not a draft, or nothing to sign")
            for part in parts:
                self._add(entry_id, part)

    def replace_part(self, old: PartRecord, part: NewPart) -> None:
        """Put a part in the place of one that can no longer be sent; the old one stays as it was signed.

        Raises:
            WrongState: the journal has the old one, or it was replaced already.
        """
        with self._transaction():
            self._engine.run(
                "UPDATE part SET replaced_by = ? WHERE op_id = ? AND replaced_by = '' AND server_id = ''",
                (part.op_id, old.op_id),
            )
            if not self._engine.changes:
                raise WrongState("not a part that waits")
            self._add(old.entry_id, part)

    def give_up_part(self, old: PartRecord) -> None:
        """Take a part out of what is sent, for good: a person chose the journal's version."""
        self._engine.run(
            "UPDATE part SET replaced_by = op_id WHERE op_id = ? AND replaced_by = '' AND server_id = ''",
            (old.op_id,),
        )
        if not self._engine.changes:
            raise WrongState("not a part that waits")

    def next_number(self, entry_id: str) -> int:
        """Return the number of the next part of an entry."""
        rows = self._engine.run("SELECT max(number) FROM part WHERE entry_id = ?", (entry_id,))
        last = rows[0][0]
        return (last if isinstance(last, int) else 0) + 1

    def _add(self, entry_id: str, part: NewPart) -> None:
        base = part.base or Base("", "", b"")
        values = (part.op_id, entry_id, part.number, part.type, part.body)
        self._engine.run(_NEW_PART, (*values, base.target_id, base.version_id, base.body, base.follows))

    def get(self, entry_id: str) -> EntryRecord | None:
        """Return one signed entry, or None."""
        rows = self._engine.run(f"{ENTRY_SELECT} AND entry_id = ?", (entry_id,))
        return entry_from(rows[0]) if rows else None

    def all(self) -> list[EntryRecord]:
        """Return all signed entries, in the order of signing."""
        return [entry_from(row) for row in self._engine.run(f"{ENTRY_SELECT} ORDER BY sequence")]

    def parts(self, entry_id: str) -> list[PartRecord]:
        """Return the parts of an entry that count, by number: those that were replaced are left out."""
        return [part for part in self.all_parts(entry_id) if not part.replaced_by]

    def all_parts(self, entry_id: str) -> list[PartRecord]:
        """Return every part that was ever signed for an entry, by number."""
        rows = self._engine.run(f"{PART_SELECT} WHERE entry_id = ? ORDER BY number", (entry_id,))
        return [part_from(row) for row in rows]

    def part(self, op_id: str) -> PartRecord | None:
        """Return one part, or None."""
        rows = self._engine.run(f"{PART_SELECT} WHERE op_id = ?", (op_id,))
        return part_from(rows[0]) if rows else None

    def updates_of(self, type_: str, id_: str) -> list[PartRecord]:
        """Return our signed updates of one resource that count, in the order of signing."""
        rows = self._engine.run(
            f"""{PART_SELECT} WHERE type = ? AND target_id = ? AND replaced_by = '' AND EXISTS (
                SELECT 1 FROM entry WHERE entry.entry_id = part.entry_id AND entry.state <> 'trukket')
                ORDER BY (SELECT sequence FROM entry WHERE entry.entry_id = part.entry_id), number""",  # noqa: S608  constant
            (type_, id_),
        )
        return [part_from(row) for row in rows]

    def named(self, type_: str) -> set[str]:
        """Return the ids that the journal gave our parts of a type: none of them can be another part of ours."""
        rows = self._engine.run("SELECT server_id FROM part WHERE type = ? AND server_id <> ''", (type_,))
        return {str(row[0]) for row in rows}

    def due(self, now: datetime) -> list[EntryRecord]:
        """Return what may be sent or must be read back now, in the order of signing."""
        at = to_text(now)
        rows = self._engine.run(
            f"""{ENTRY_SELECT} AND (next_at IS NULL OR next_at <= ?)
                AND (state = 'ukjent' OR (state = 'signert' AND send_after <= ? AND {_FREE})) ORDER BY sequence""",
            (at, at),
        )
        return [entry_from(row) for row in rows]

    def next_due(self) -> datetime | None:
        """Return when the next entry falls due (a past instant: it is due); None when nothing waits."""
        rows = self._engine.run(
            f"""SELECT min(CASE state WHEN 'ukjent' THEN coalesce(next_at, signed_at)
                          ELSE max(send_after, coalesce(next_at, send_after)) END)
               FROM entry WHERE state = 'ukjent' OR (state = 'signert' AND {_FREE})"""  # noqa: S608  constant
        )
        return from_optional(rows[0][0])

    def set_state(
        self,
        entry_id: str,
        state: EntryState,
        *,
        detail: str = "",
        shown: str = "",
        next_at: datetime | None = None,
        delivered_at: datetime | None = None,
        failures: int | None = None,
    ) -> None:
        """Move a signed entry on; one that is in the journal, or withdrawn, moves no more.

        Args:
            entry_id: Which one.
            state: Where to; SENDING counts as an attempt.
            detail: Why, in a code word of ours.
            shown: The journal's own words.
            next_at: When to try again; None is at once.
            delivered_at: When the journal acknowledged the last part.
            failures: How many times in a row it has met what will not pass by itself; None leaves the number.
        """
        if state in (EntryState.DRAFT, EntryState.WITHDRAWN):
            raise WrongState("not reached this way")
        self._engine.run(
            """UPDATE entry SET state = ?, detail = ?, shown = ?, next_at = ?, delivered_at = ?,
                   attempts = attempts + ?, failures = coalesce(?, failures)
               WHERE entry_id = ? AND state NOT IN (?, ?, ?)""",
            (
                state.value,
                detail,
                shown,
                to_text(next_at),
                to_text(delivered_at),
                int(state is EntryState.SENDING),
                failures,
                entry_id,
                *_FINAL,
            ),
        )
        if not self._engine.changes:
            raise WrongState("not a signed entry on its way")

    def set_part(
        self,
        op_id: str,
        state: EntryState,
        server_id: str = "",
        version_id: str = "",
        status: int = 0,
        detail: str = "",
    ) -> None:
        """Write down what the journal said of one part; an id that it gave is never lost again."""
        self._engine.run(
            """UPDATE part SET state = ?, status = ?, detail = ?,
               server_id = CASE ? WHEN '' THEN server_id ELSE ? END,
               version_id = CASE ? WHEN '' THEN version_id ELSE ? END WHERE op_id = ?""",
            (state.value, status, detail, server_id, server_id, version_id, version_id, op_id),
        )
        if not self._engine.changes:
            raise WrongState("no such part")

    def kept_otherwise(self, op_id: str, detail: str) -> None:
        """Write down at a part in the journal what the journal made of it."""
        self._engine.run("UPDATE part SET detail = ? WHERE op_id = ? AND server_id <> ''", (detail, op_id))

    def send_now(self, entry_id: str, now: datetime) -> None:
        """Let an entry wait no longer, neither for its half minute nor for the next try nor for a person."""
        self._engine.run(
            """UPDATE entry SET send_after = min(send_after, ?), next_at = NULL, failures = 0,
                   state = CASE state WHEN 'ukjent' THEN state ELSE 'signert' END
               WHERE entry_id = ? AND state IN ('signert', 'ukjent', 'holdt', 'avvist')""",
            (to_text(now), entry_id),
        )
        if not self._engine.changes:
            raise WrongState("not waiting")

    def queue_again(self, entry_id: str, *, send_after: datetime) -> None:
        """Put an entry whose conflict is decided back into the queue."""
        self._engine.run(
            """UPDATE entry SET state = 'signert', send_after = ?, next_at = NULL, detail = '', shown = '', failures = 0
               WHERE entry_id = ? AND state = 'konflikt'""",
            (to_text(send_after), entry_id),
        )
        if not self._engine.changes:
            raise WrongState("not in conflict")

    def wait_no_longer(self, send_after: datetime, next_at: datetime) -> None:
        """Bring instants back that lie further off than any wait: they were set by a clock that has been put back.

        What was signed later for the same patient, by the clock as it is now, does not overtake them.
        """
        latest = to_text(send_after)
        self._engine.run(
            """UPDATE entry SET send_after = (
                   SELECT min(?, coalesce(min(later.send_after), ?)) FROM entry AS later
                   WHERE later.patient = entry.patient AND later.sequence > entry.sequence AND later.state = 'signert')
               WHERE send_after > ? AND state IN ('signert', 'ukjent')""",
            (latest, latest, latest),
        )
        self._engine.run(
            "UPDATE entry SET next_at = ? WHERE next_at > ? AND state IN ('signert', 'ukjent')",
            (to_text(next_at), to_text(next_at)),
        )

    def withdraw(self, entry_id: str, at: datetime) -> None:
        """Take a signed entry back while the journal cannot have any of it; it is kept, as withdrawn."""
        with self._transaction():
            self._engine.run(
                """UPDATE entry SET state = 'trukket', withdrawn_at = ?, next_at = NULL
                   WHERE entry_id = ? AND state IN (?, ?, ?, ?) AND NOT EXISTS (
                       SELECT 1 FROM part WHERE part.entry_id = entry.entry_id
                       AND (server_id <> '' OR part.state IN ('sender', 'ukjent', 'i journalen')))""",
                (to_text(at), entry_id, *_WITHDRAWABLE),
            )
            if not self._engine.changes:
                raise WrongState("the journal may have it")

    def missed(self, op_id: str, at: datetime) -> None:
        """Write down when a part was first asked for and not found."""
        self._engine.run("UPDATE part SET missed_at = ? WHERE op_id = ?", (to_text(at), op_id))

    def recover(self) -> int:
        """At the start: whatever was being sent when the program ended is unknown now; return how many."""
        with self._transaction():
            self._engine.run("UPDATE part SET state = 'ukjent' WHERE state = 'sender'")
            self._engine.run(
                "UPDATE part SET detail = '' WHERE detail = ? AND state = 'ukjent'",
                (RESENDING,),
            )
            self._engine.run("UPDATE entry SET state = 'ukjent', next_at = NULL WHERE state = 'sender'")
            return self._engine.changes

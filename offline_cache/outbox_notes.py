"""What the outbox writes down: each step of a delivery in one commit, before the wire is touched or after it answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from offline_cache.change_facts import author_of, time_of
from offline_cache.conflicts import ConflictKind, NewConflict
from offline_cache.kept_differently import differing, to_detail
from offline_cache.receipts import Receipt
from offline_cache.states import RESENDING, RESENT, EntryState
from offline_cache.verdicts import (
    LONGEST_PAUSE,
    PATIENCE,
    UNSUPPORTED,
    exists,
    is_lasting,
    may_be_there,
    word_for,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.capability import Capabilities
    from client.errors import JournalError
    from client.resource import Resource
    from offline_cache.entries import EntryRecord, PartRecord
    from offline_cache.part_sending import Named
    from offline_cache.store import Store
    from ports.clock import Clock
    from ports.ids import Ids

REPLACED = "replaced"
"""Stands for the part that another follows, when something else came to the journal in its place."""

EXISTS = "exists"
"""Stands at a part of which the journal said that it has such a reading already."""

_SAID = "journal.said"
_TRANSACTION = "journal.transaction"


class OutboxNotes:
    """Synchronous: runs on the store's worker."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    def set_right(self, regret: timedelta, longest: timedelta, can: Capabilities) -> None:
        """Before a pass nothing is being sent: what a broken pass left so is unknown. No clock set back delays for long.

        What was held because the journal could not take it is tried again when its statement has changed.
        """
        at = self._clock.now()
        said = fingerprint_of(can)
        with self._store.transaction():
            self._store.entries.recover()
            self._store.entries.wait_no_longer(at + regret, at + longest)
            self._store.receipts.drop_old(at)
            if self._store.meta.get(_SAID) != said:
                self._store.holding.release_all(UNSUPPORTED, at)
                self._store.meta.put(_SAID, said)
                self._store.meta.put(_TRANSACTION, b"yes" if can.transaction else b"no")

    def parts(self, entry: EntryRecord) -> list[PartRecord]:
        """Return the parts that count. One that follows a part of our own is based on the version that this one made."""
        return [self._based(part) for part in self._store.entries.parts(entry.entry_id)]

    def _based(self, part: PartRecord) -> PartRecord:
        first = self._store.entries.part(part.follows) if part.follows else None
        if first is None:
            return part
        if first.replaced_by:
            return replace(part, follows=REPLACED, base_body=first.body)
        return replace(part, base_version=first.version_id, base_body=first.body)

    def known(self, entry: EntryRecord, parts: list[PartRecord]) -> dict[str, str]:
        """Return what stands now for each `urn:uuid:` that the parts may refer to: parts before, and matched patients."""
        known = self._store.strangers.known()
        for entry_id in (entry.entry_id, *self._store.depends.of(entry.entry_id)):
            for part in self._store.entries.parts(entry_id):
                if part.server_id:
                    known[part.op_id] = f"{part.type}/{part.server_id}"
        return known | {p.op_id: f"{p.type}/{p.server_id}" for p in parts if p.server_id}

    def mark_sending(self, entry: EntryRecord, parts: list[PartRecord]) -> bool:
        """Commit "sender" before the first byte leaves; False when the entry was withdrawn or held in the meantime."""
        with self._store.transaction():
            now = self._store.entries.get(entry.entry_id)
            if now is None or now.state is not EntryState.SIGNED:
                return False
            self._store.entries.set_state(entry.entry_id, EntryState.SENDING)
            for part in parts:
                self.mark_part(part)
            self._store.audit.append("send", patient=entry.patient, detail=entry.entry_id, actor=entry.author)
        return True

    def mark_part(self, part: PartRecord) -> None:
        """Say that a part is on its way. One that was once unknown stays so until the journal names it."""
        if part.state is not EntryState.UNKNOWN:
            self._store.entries.set_part(part.op_id, EntryState.SENDING)
        elif part.detail == RESENT:
            self._store.entries.set_part(part.op_id, EntryState.UNKNOWN, detail=RESENDING)

    def unmark(self, parts: list[PartRecord]) -> None:
        """Say that parts are not on their way after all: the journal refused them as a whole."""
        with self._store.transaction():
            for part in parts:
                if part.state is not EntryState.UNKNOWN:
                    self._store.entries.set_part(part.op_id, EntryState.SIGNED)

    def mark_unknown(self, entry: EntryRecord) -> bool:
        """Begin reading back; False when the entry was withdrawn or held in the meantime."""
        with self._store.transaction():
            now = self._store.entries.get(entry.entry_id)
            if now is None or now.state is not EntryState.SIGNED:
                return False
            self._store.entries.set_state(entry.entry_id, EntryState.UNKNOWN)
        return True

    def delivered(self, named: Sequence[Named]) -> None:
        """Keep the ids that the journal gave, each with its receipt and what the journal made of it, all in one commit."""
        at = self._clock.now()
        with self._store.transaction():
            for one in named:
                part = one.part
                self._store.entries.set_part(
                    part.op_id,
                    EntryState.DELIVERED,
                    server_id=one.server_id,
                    version_id=one.version_id,
                    status=one.status,
                )
                self._store.receipts.give(
                    Receipt(part.op_id, part.entry_id, part.type, one.server_id, one.version_id, at, at, None)
                )
                if one.kept is not None:
                    note_differing(self._store, part, one.kept)

    def settle(self, entry: EntryRecord, pause: float) -> bool:
        """Close the entry when the journal has named every part; else put it back in the queue."""
        with self._store.transaction():
            at = self._clock.now()
            if all(p.server_id for p in self._store.entries.parts(entry.entry_id)):
                self._store.entries.set_state(
                    entry.entry_id, EntryState.DELIVERED, delivered_at=at, failures=0
                )
                self._store.audit.append(
                    "receipt", patient=entry.patient, detail=entry.entry_id, actor=entry.author
                )
                return True
            next_at = at + timedelta(seconds=pause)
            self._store.entries.set_state(entry.entry_id, EntryState.SIGNED, next_at=next_at)
            return False

    def missed(self, entry: EntryRecord, part: PartRecord, since: datetime, again: datetime) -> None:
        """Write down that a part was not found once; it is asked for again before anything follows from it."""
        with self._store.transaction():
            self._store.entries.missed(part.op_id, since)
            self._store.entries.set_state(
                entry.entry_id, EntryState.UNKNOWN, detail="not-found", next_at=again
            )

    def may_go_again(self, part: PartRecord) -> None:
        """Let a part be sent again: it was not there twice, and the journal would notice a second one."""
        self._store.entries.set_part(part.op_id, EntryState.SIGNED)

    def await_person(self, entry: EntryRecord, why: str) -> None:
        """Leave the entry unknown until a person decides; it is asked for now and then all the same."""
        at = self._clock.now()
        with self._store.transaction():
            if entry.detail != why:
                self._store.audit.append(
                    f"entry-{why}", patient=entry.patient, detail=entry.entry_id, actor=entry.author
                )
            self._store.entries.set_state(
                entry.entry_id,
                EntryState.UNKNOWN,
                detail=why,
                next_at=at + timedelta(seconds=LONGEST_PAUSE),
            )

    def trouble(self, entry: EntryRecord, error: JournalError, state: EntryState, pause: float) -> None:
        """Write down what an entry met, in one commit."""
        at = self._clock.now()
        with self._store.transaction():
            now = self._store.entries.get(entry.entry_id) or entry
            self._store.entries.set_state(
                entry.entry_id,
                state,
                detail=now.detail
                if now.detail and now.state is state is EntryState.UNKNOWN
                else word_for(error),
                shown=error.outcome_text,
                next_at=at + timedelta(seconds=pause),
                failures=now.failures + 1 if is_lasting(error) else 0,
            )
            marked = EntryState.UNKNOWN if may_be_there(error) else state
            for part in self._store.entries.parts(entry.entry_id):
                said = EXISTS if exists(error) else ""
                if part.state is EntryState.SENDING:
                    self._store.entries.set_part(part.op_id, marked, detail=said)
                elif (
                    part.detail == RESENDING
                ):  # what did not arrive this time goes again, as the person wanted
                    again = "" if may_be_there(error) else RESENT
                    self._store.entries.set_part(part.op_id, EntryState.UNKNOWN, detail=said or again)
            if state is not entry.state:
                self._audit_state(entry, state)

    def nonsense(self, entry: EntryRecord, pause: float) -> None:
        """Write down that our own program could not make sense of an entry: after five times it is held, and others go on."""
        at = self._clock.now()
        with self._store.transaction():
            now = self._store.entries.get(entry.entry_id) or entry
            failures = now.failures + 1
            was_sending = now.state is EntryState.SENDING
            state = (
                EntryState.UNKNOWN if was_sending or now.state is EntryState.UNKNOWN else EntryState.SIGNED
            )
            state = EntryState.HELD if failures >= PATIENCE else state
            self._store.entries.recover()
            self._store.entries.set_state(
                entry.entry_id,
                state,
                detail="nonsense",
                next_at=at + timedelta(seconds=pause),
                failures=failures,
            )
            if state is not entry.state:
                self._audit_state(entry, state)

    def conflict(self, entry: EntryRecord, part: PartRecord, current: Resource | None) -> None:
        """Keep base, mine and theirs beside each other; a person decides."""
        at = self._clock.now()
        kind = ConflictKind.CHANGED if current is not None else ConflictKind.TARGET_GONE
        theirs = current.body if current is not None else b""
        with self._store.transaction():
            self._store.conflicts.open(
                NewConflict(
                    part.op_id,
                    entry.entry_id,
                    kind,
                    part.type,
                    part.target_id,
                    part.base_body,
                    part.body,
                    theirs,
                    current.version_id if current is not None else "",
                    entry.author,
                    entry.signed_at.isoformat(),
                    author_of(theirs, part.base_body),
                    time_of(theirs, current.last_updated if current is not None else ""),
                ),
                at,
            )
            self._store.entries.recover()
            self._store.entries.set_part(part.op_id, EntryState.CONFLICT)
            self._store.entries.set_state(entry.entry_id, EntryState.CONFLICT, detail=kind.value)
            self._audit_state(entry, EntryState.CONFLICT)

    def _audit_state(self, entry: EntryRecord, state: EntryState) -> None:
        self._store.audit.append(
            f"entry-{state.name.lower()}", patient=entry.patient, detail=entry.entry_id, actor=entry.author
        )


def note_differing(store: Store, part: PartRecord, kept: bytes) -> None:
    """Write down where the journal's copy says something else than what was signed; the caller commits."""
    paths = differing(part.body, kept, is_update=part.is_update)
    if not paths:
        return
    entry = store.entries.get(part.entry_id)
    store.entries.kept_otherwise(part.op_id, to_detail(paths))
    store.audit.append(
        "changed-by-journal",
        patient=entry.patient if entry else "",
        detail=part.entry_id,
        actor=entry.author if entry else "",
    )


def fingerprint_of(can: Capabilities) -> bytes:
    """Return a short mark of what the journal says it can do, to see when it says something else."""
    import hashlib

    types = sorted(
        (name, sorted(one.interactions), one.conditional_create, one.update_create, one.versioning)
        for name, one in can.types.items()
    )
    said = (types, sorted(can.system), can.software, can.software_version)
    return hashlib.sha256(repr(said).encode()).digest()

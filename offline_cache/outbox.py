"""The outbox: carries signed entries to the journal, each exactly once, and says "i journalen" only on the journal's word.

An entry is sent as one transaction where the journal has them, else part by part. Every part is a conditional create on its own
identifier, so a repeated request finds the first one's work. An answer that was lost makes the entry "ukjent": it is read back
by those identifiers before anything is sent again (offline-cache.md §1.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.delivery_bundle import transaction_bundle, with_references
from offline_cache.states import EntryState

if TYPE_CHECKING:
    from datetime import datetime

    from client.capability import Capabilities
    from client.journal import JournalClient
    from offline_cache.entries import EntryRecord, PartRecord
    from offline_cache.store import Store
    from ports.clock import Clock
    from ports.ids import Ids
    from ports.worker import Worker

IDENTIFIER_SYSTEM = "urn:ietf:rfc:3986"
"""The identifier system of what we create: a URI, here `urn:uuid:` and the part's own id (FHIR R4, identifier registry)."""

LONGEST_PAUSE = 600.0
"""Seconds: the cap of the growing pause between two tries (offline-cache.md §1.5)."""

READ_BACK_PAUSE = 3.0
"""Seconds before a lost answer is first read back: the journal may still be at work on it."""

_STOPS_ALL = {ErrorKind.UNREACHABLE, ErrorKind.UNAUTHORIZED, ErrorKind.TOO_MANY}
_NEEDS_A_PERSON = {ErrorKind.REFUSED, ErrorKind.CONFLICT, ErrorKind.NOT_FOUND, ErrorKind.GONE}


@dataclass(frozen=True, slots=True)
class DeliveryPass:
    """What one pass through the outbox came to."""

    delivered: int = 0
    stopped_by: ErrorKind | None = None
    next_at: datetime | None = None


class Outbox:
    """Delivers what is due. One pass at a time; the caller decides when the next one is worth while."""

    def __init__(self, client: JournalClient, store: Store, worker: Worker, clock: Clock, ids: Ids) -> None:
        self._client = client
        self._store = store
        self._worker = worker
        self._clock = clock
        self._ids = ids

    async def deliver_due(self, capabilities: Capabilities) -> DeliveryPass:
        """Deliver or read back every entry that is due, in the order of signing.

        What one entry meets stops only that entry, except no network, a lost sign-in and "too many": they stop the pass.
        """
        delivered = 0
        for entry in await self._worker.run(self._store.entries.due, self._clock.now()):
            try:
                if entry.state is EntryState.UNKNOWN:
                    delivered += await self._read_back(entry, capabilities)
                else:
                    delivered += await self._send(entry, capabilities)
            except JournalError as error:
                await self._worker.run(self._note_trouble, entry, error)
                if error.kind in _STOPS_ALL:
                    return DeliveryPass(delivered, error.kind, await self._next_at())
        return DeliveryPass(delivered, None, await self._next_at())

    async def _next_at(self) -> datetime | None:
        return await self._worker.run(self._store.entries.next_due)

    async def _send(self, entry: EntryRecord, capabilities: Capabilities) -> bool:
        if not await self._worker.run(self._mark_sending, entry):
            return False
        parts = await self._worker.run(self._store.entries.parts, entry.entry_id)
        if capabilities.transaction and len(parts) > 1:
            await self._send_together(parts)
        else:
            await self._send_one_by_one(parts, capabilities)
        return await self._worker.run(self._settle, entry)

    async def _send_together(self, parts: list[PartRecord]) -> None:
        answers = await self._client.transaction(transaction_bundle(parts))
        if len(answers) != len(parts):
            raise JournalError(ErrorKind.BROKEN, may_be_applied=True)
        refused: JournalError | None = None
        for part, answer in zip(parts, answers, strict=True):
            if answer.status in (200, 201) and answer.id:
                await self._worker.run(
                    self._part_delivered, part, answer.id, answer.version_id, answer.status
                )
            else:
                refused = JournalError(ErrorKind.REFUSED, status=answer.status, outcomes=answer.outcome)
        if refused is not None:
            raise refused

    async def _send_one_by_one(self, parts: list[PartRecord], capabilities: Capabilities) -> None:
        known = {p.op_id: f"{p.type}/{p.server_id}" for p in parts if p.server_id}
        for part in parts:
            if part.server_id:
                continue
            condition = _condition(part) if capabilities.conditional_create(part.type) else ""
            body = with_references(part.body, part.op_id, known)
            written = await self._client.create(part.type, body, if_none_exist=condition)
            if not written.id:
                raise JournalError(ErrorKind.BROKEN, may_be_applied=True)
            await self._worker.run(self._part_delivered, part, written.id, written.version_id, written.status)
            known[part.op_id] = f"{part.type}/{written.id}"

    async def _read_back(self, entry: EntryRecord, capabilities: Capabilities) -> bool:
        """Ask the journal, part by part, whether it has what we sent; what it lacks goes back into the queue."""
        for part in await self._worker.run(self._store.entries.parts, entry.entry_id):
            if part.server_id:
                continue
            found = [
                r
                async for p in self._client.search(part.type, [_identifier(part)], in_body=True)
                for r in p.resources
            ]
            if len(found) > 1:
                raise JournalError(ErrorKind.CONFLICT)
            if found:
                await self._worker.run(self._part_delivered, part, found[0].id, found[0].version_id, 200)
            elif not capabilities.conditional_create(part.type):
                raise JournalError(
                    ErrorKind.NOT_FOUND, detail="sent once, not found, and not safe to send again"
                )
        return await self._worker.run(self._settle, entry)

    def _mark_sending(self, entry: EntryRecord) -> bool:
        """Commit "sender" before the first byte leaves; False when the entry was withdrawn in the meantime."""
        with self._store.transaction():
            now = self._store.entries.get(entry.entry_id)
            if now is None or now.state is not EntryState.SIGNED:
                return False
            self._store.entries.set_state(entry.entry_id, EntryState.SENDING)
            self._mark_parts(entry, EntryState.SIGNED, EntryState.SENDING)
            self._store.audit.append("send", patient=entry.patient, detail=entry.entry_id, actor=entry.author)
        return True

    def _part_delivered(self, part: PartRecord, server_id: str, version_id: str, status: int) -> None:
        with self._store.transaction():
            self._store.entries.set_part(
                part.op_id, EntryState.DELIVERED, server_id=server_id, version_id=version_id, status=status
            )

    def _settle(self, entry: EntryRecord) -> bool:
        """Close the entry when the journal has named every part; else put it back in the queue."""
        with self._store.transaction():
            at = self._clock.now()
            if all(p.server_id for p in self._store.entries.parts(entry.entry_id)):
                self._store.entries.set_state(entry.entry_id, EntryState.DELIVERED, delivered_at=at)
                self._store.audit.append(
                    "receipt", patient=entry.patient, detail=entry.entry_id, actor=entry.author
                )
                return True
            self._store.entries.set_state(entry.entry_id, EntryState.SIGNED, next_at=at)
            return False

    def _note_trouble(self, entry: EntryRecord, error: JournalError) -> None:
        """Write down what an entry met, in one commit, by the table of offline-cache.md §1.5."""
        at = self._clock.now()
        with self._store.transaction():
            now = self._store.entries.get(entry.entry_id)
            attempts = now.attempts if now else 0
            state, pause = self._verdict(entry, error, attempts)
            self._store.entries.set_state(
                entry.entry_id,
                state,
                detail=str(error.kind),
                shown=error.outcome_text,
                next_at=at + timedelta(seconds=pause),
            )
            marked = EntryState.UNKNOWN if error.may_be_applied else state
            self._mark_parts(entry, EntryState.SENDING, marked)
            if state is not entry.state:
                self._store.audit.append(
                    f"entry-{state.name.lower()}",
                    patient=entry.patient,
                    detail=entry.entry_id,
                    actor=entry.author,
                )

    def _mark_parts(self, entry: EntryRecord, before: EntryState, after: EntryState) -> None:
        """Move the parts that stand at `before`. One that was once unknown stays so until the journal names it."""
        for part in self._store.entries.parts(entry.entry_id):
            if part.state is before:
                self._store.entries.set_part(part.op_id, after)

    def _verdict(self, entry: EntryRecord, error: JournalError, attempts: int) -> tuple[EntryState, float]:
        """Decide the entry's next state, and how long it waits.

        A question that failed changes nothing: an entry that was unknown before reading back is still unknown.
        """
        reading_back = entry.state is EntryState.UNKNOWN
        if error.kind in (ErrorKind.UNREACHABLE, ErrorKind.UNAUTHORIZED):
            return (
                EntryState.UNKNOWN if reading_back else EntryState.SIGNED
            ), 0.0  # the next connection sets the pace
        pause = error.retry_after if error.retry_after is not None else self._pause(attempts)
        if reading_back and error.kind not in (ErrorKind.CONFLICT, ErrorKind.NOT_FOUND):
            return EntryState.UNKNOWN, pause
        if error.kind in _NEEDS_A_PERSON:
            return EntryState.REFUSED, 0.0
        if error.kind in _STOPS_ALL or error.status == 503:
            return EntryState.SIGNED, pause
        if error.may_be_applied:
            return EntryState.UNKNOWN, max(READ_BACK_PAUSE, error.retry_after or 0.0)
        return EntryState.HELD, 0.0

    def _pause(self, attempts: int) -> float:
        """Return the growing pause with jitter, in seconds: 1, 2, 4 … 600, each taken at 50-100 %."""
        longest: float = min(LONGEST_PAUSE, 2.0 ** min(attempts, 10))
        return longest * (0.5 + self._ids.fraction() / 2)


def _identifier(part: PartRecord) -> tuple[str, str]:
    return ("identifier", f"{IDENTIFIER_SYSTEM}|urn:uuid:{part.op_id}")


def _condition(part: PartRecord) -> str:
    return f"identifier={IDENTIFIER_SYSTEM}|urn:uuid:{part.op_id}"

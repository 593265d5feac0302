"""The outbox: carries signed entries to the journal, each exactly once, and says "i journalen" only on the journal's word.

An entry is sent as one transaction where the journal has them, else part by part. Every part is a conditional create on its own
identifier, so a repeated request finds the first one's work. An answer that was lost makes the entry "ukjent": it is read back
by those identifiers before anything is sent again (offline-cache.md §1.5).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.delivery_bundle import transaction_bundle, with_references
from offline_cache.entries import REGRET
from offline_cache.errors import CacheError
from offline_cache.states import EntryState

if TYPE_CHECKING:
    from datetime import datetime

    from client.capability import Capabilities
    from client.journal import JournalClient
    from client.resource import Resource
    from offline_cache.entries import EntryRecord, PartRecord
    from offline_cache.seals import Seals
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

_CREATED = 201
_QUICK_TRIES = 3
_STOPS_ALL = {ErrorKind.UNREACHABLE, ErrorKind.UNAUTHORIZED, ErrorKind.TOO_MANY}
_NEEDS_A_PERSON = {ErrorKind.REFUSED, ErrorKind.CONFLICT, ErrorKind.NOT_FOUND, ErrorKind.GONE}


@dataclass(frozen=True, slots=True)
class DeliveryPass:
    """What one pass through the outbox came to."""

    delivered: int = 0
    tried: int = 0
    stopped_by: ErrorKind | None = None
    next_at: datetime | None = None


class Outbox:
    """Delivers what is due. One pass at a time; the caller decides when the next one is worth while."""

    def __init__(
        self,
        client: JournalClient,
        store: Store,
        worker: Worker,
        clock: Clock,
        ids: Ids,
        seals: Seals | None = None,
    ) -> None:
        self._client = client
        self._store = store
        self._worker = worker
        self._clock = clock
        self._ids = ids
        self._seals = seals
        self._turn = asyncio.Lock()

    async def deliver_due(self, capabilities: Capabilities) -> DeliveryPass:
        """Deliver or read back every entry that is due, in the order of signing.

        What one entry meets stops only that entry, except no network, a lost sign-in and "too many": they stop the pass.
        """
        async with self._turn:
            await self._worker.run(self._set_right)
            return await self._pass(capabilities)

    async def _pass(self, capabilities: Capabilities) -> DeliveryPass:
        delivered = tried = 0
        broken: Exception | None = None
        for entry in await self._worker.run(self._store.entries.due, self._clock.now()):
            tried += 1
            try:
                delivered += await self._deliver(entry, capabilities)
            except JournalError as error:
                await self._worker.run(self._note_trouble, entry, error)
                if error.kind in _STOPS_ALL:
                    return DeliveryPass(delivered, tried, error.kind, await self._next_at())
            except CacheError:
                raise
            except Exception as error:  # noqa: BLE001  an entry that makes no sense must not hold back the others
                broken = error
        if broken is not None:
            raise broken
        return DeliveryPass(delivered, tried, None, await self._next_at())

    async def _next_at(self) -> datetime | None:
        return await self._worker.run(self._store.entries.next_due)

    async def _deliver(self, entry: EntryRecord, capabilities: Capabilities) -> bool:
        """Send, or ask first where the journal may have a part and would take it twice."""
        parts = await self._worker.run(self._store.entries.parts, entry.entry_id)
        if entry.state is EntryState.UNKNOWN:
            return await self._read_back(entry, parts, capabilities)
        if any(_may_be_there(p) and not capabilities.conditional_create(p.type) for p in parts):
            if not await self._worker.run(self._mark_unknown, entry):
                return False
            return await self._read_back(entry, parts, capabilities)
        return await self._send(entry, parts, capabilities)

    async def _send(self, entry: EntryRecord, parts: list[PartRecord], capabilities: Capabilities) -> bool:
        known = {p.op_id: f"{p.type}/{p.server_id}" for p in parts if p.server_id}
        lacking = [p for p in parts if not p.server_id]
        together = capabilities.transaction and len(lacking) > 1
        if not await self._worker.run(self._mark_sending, entry, lacking if together else []):
            return False
        if together:
            await self._send_together(lacking, known)
        else:
            await self._send_one_by_one(lacking, known, capabilities)
        return await self._worker.run(self._close, entry)

    async def _send_together(self, parts: list[PartRecord], known: dict[str, str]) -> None:
        answers = await self._client.transaction(transaction_bundle(parts, known))
        named: list[tuple[PartRecord, str, str, int]] = []
        refused: JournalError | None = None
        for part, answer in zip(parts, answers, strict=True):
            if answer.status in (200, 201) and answer.id:
                if answer.type not in ("", part.type) or answer.id in {one[1] for one in named}:
                    raise _not_ours("an answer that names another resource")
                if answer.status != _CREATED:
                    await self._make_sure(part, answer.id)
                named.append((part, answer.id, answer.version_id, answer.status))
            else:
                refused = JournalError(
                    ErrorKind.REFUSED,
                    status=answer.status,
                    outcomes=answer.outcome,
                    may_be_applied=not 400 <= answer.status < 500,
                )
        await self._worker.run(self._parts_delivered, named)
        if refused is not None:
            raise refused

    async def _send_one_by_one(
        self, parts: list[PartRecord], known: dict[str, str], capabilities: Capabilities
    ) -> None:
        for part in parts:
            condition = _condition(part) if capabilities.conditional_create(part.type) else ""
            await self._worker.run(self._mark_part, part)
            body = with_references(part.body, part.op_id, known)
            written = await self._client.create(part.type, body, if_none_exist=condition)
            if not written.created:
                await self._make_sure(part, written.id, written.body)
            one = (part, written.id, written.version_id, written.status)
            await self._worker.run(self._parts_delivered, [one])
            known = {**known, part.op_id: f"{part.type}/{written.id}"}

    async def _make_sure(self, part: PartRecord, server_id: str, body: bytes | None = None) -> None:
        """Read what the journal says it had already: one that overlooks the condition would name anything."""
        try:
            there = body or (await self._client.read(part.type, server_id)).body
        except JournalError as error:
            error.may_be_applied = True
            raise
        if not _carries(there, part):
            raise _not_ours("what the journal had is something else")

    async def _read_back(
        self, entry: EntryRecord, parts: list[PartRecord], capabilities: Capabilities
    ) -> bool:
        """Ask the journal, part by part, whether it has what we sent; what it lacks goes back into the queue."""
        for part in parts:
            if not _may_be_there(part):
                continue
            found = await self._find(part)
            if found is not None:
                one = (part, found.id, found.version_id, 200)
                await self._worker.run(self._parts_delivered, [one])
            elif not capabilities.conditional_create(part.type):
                raise JournalError(
                    ErrorKind.NOT_FOUND, detail="sent once, not found, and not safe to send again"
                )
        return await self._worker.run(self._close, entry)

    async def _find(self, part: PartRecord) -> Resource | None:
        """Return the one resource with the part's identifier. A journal that finds others too has not understood."""
        found: list[Resource] = []
        async for page in self._client.search(part.type, [_identifier(part)], in_body=True):
            if not all(_carries(resource.body, part) for resource in page.resources):
                raise JournalError(ErrorKind.WRONG_RESOURCE, detail="found by another identifier")
            found += page.resources
        if len(found) > 1:
            raise JournalError(ErrorKind.CONFLICT)
        return found[0] if found else None

    def _set_right(self) -> None:
        """Before a pass nothing is being sent: what a broken pass left so is unknown. No clock set back delays for long."""
        at = self._clock.now()
        with self._store.transaction():
            self._store.entries.recover()
            self._store.entries.wait_no_longer(at + REGRET, at + timedelta(seconds=LONGEST_PAUSE))

    def _mark_sending(self, entry: EntryRecord, parts: list[PartRecord]) -> bool:
        """Commit "sender" before the first byte leaves; False when the entry was withdrawn in the meantime."""
        with self._store.transaction():
            now = self._store.entries.get(entry.entry_id)
            if now is None or now.state is not EntryState.SIGNED:
                return False
            self._store.entries.set_state(entry.entry_id, EntryState.SENDING)
            for part in parts:
                self._mark_part(part)
            self._store.audit.append("send", patient=entry.patient, detail=entry.entry_id, actor=entry.author)
        return True

    def _mark_part(self, part: PartRecord) -> None:
        """Say that a part is on its way. One that was once unknown stays so until the journal names it."""
        if part.state is not EntryState.UNKNOWN:
            self._store.entries.set_part(part.op_id, EntryState.SENDING)

    def _mark_unknown(self, entry: EntryRecord) -> bool:
        with self._store.transaction():
            now = self._store.entries.get(entry.entry_id)
            if now is None or now.state is not EntryState.SIGNED:
                return False
            self._store.entries.set_state(entry.entry_id, EntryState.UNKNOWN)
        return True

    def _parts_delivered(self, named: list[tuple[PartRecord, str, str, int]]) -> None:
        """Keep the ids that the journal gave, all in one commit."""
        with self._store.transaction():
            for part, server_id, version_id, status in named:
                self._store.entries.set_part(
                    part.op_id,
                    EntryState.DELIVERED,
                    server_id=server_id,
                    version_id=version_id,
                    status=status,
                )

    def _close(self, entry: EntryRecord) -> bool:
        """Settle the entry; when the journal has it, and that is committed, nobody needs to rescue it any more."""
        is_delivered = self._settle(entry)
        if is_delivered and self._seals is not None:
            self._seals.drop_if_possible(entry.entry_id)
        return is_delivered

    def _settle(self, entry: EntryRecord) -> bool:
        """Close the entry when the journal has named every part; else put it back in the queue."""
        with self._store.transaction():
            at = self._clock.now()
            now = self._store.entries.get(entry.entry_id)
            if all(p.server_id for p in self._store.entries.parts(entry.entry_id)):
                self._store.entries.set_state(entry.entry_id, EntryState.DELIVERED, delivered_at=at)
                self._store.audit.append(
                    "receipt", patient=entry.patient, detail=entry.entry_id, actor=entry.author
                )
                return True
            tried = now.attempts if now else 0
            pause = self._pause(tried) if tried > _QUICK_TRIES else 0.0
            next_at = at + timedelta(seconds=pause)
            self._store.entries.set_state(entry.entry_id, EntryState.SIGNED, next_at=next_at)
            return False

    def _note_trouble(self, entry: EntryRecord, error: JournalError) -> None:
        """Write down what an entry met, in one commit, by the table of offline-cache.md §1.5."""
        at = self._clock.now()
        with self._store.transaction():
            now = self._store.entries.get(entry.entry_id) or entry
            state, pause = self._verdict(error, now)
            self._store.entries.set_state(
                entry.entry_id,
                state,
                detail=str(error.kind),
                shown=error.outcome_text,
                next_at=at + timedelta(seconds=pause),
            )
            marked = EntryState.UNKNOWN if error.may_be_applied else state
            for part in self._store.entries.parts(entry.entry_id):
                if part.state is EntryState.SENDING:
                    self._store.entries.set_part(part.op_id, marked)
            if state is not entry.state:
                self._store.audit.append(
                    f"entry-{state.name.lower()}",
                    patient=entry.patient,
                    detail=entry.entry_id,
                    actor=entry.author,
                )

    def _verdict(self, error: JournalError, now: EntryRecord) -> tuple[EntryState, float]:
        """Decide the entry's next state, and how long it waits.

        A question that failed changes nothing: only our own finding ends an unknown entry's reading back.
        """
        reading_back = now.state is EntryState.UNKNOWN
        if error.kind in (ErrorKind.UNREACHABLE, ErrorKind.UNAUTHORIZED):
            return (
                EntryState.UNKNOWN if reading_back else EntryState.SIGNED
            ), 0.0  # the next connection sets the pace
        pause = error.retry_after if error.retry_after is not None else self._pause(now.attempts)
        if reading_back and (error.status or error.kind not in (ErrorKind.CONFLICT, ErrorKind.NOT_FOUND)):
            return EntryState.UNKNOWN, pause
        if error.kind in _STOPS_ALL or error.status == 503:
            return EntryState.SIGNED, pause
        if error.may_be_applied:
            return EntryState.UNKNOWN, max(READ_BACK_PAUSE, error.retry_after or 0.0)
        return (EntryState.REFUSED if error.kind in _NEEDS_A_PERSON else EntryState.HELD), 0.0

    def _pause(self, attempts: int) -> float:
        """Return the growing pause with jitter, in seconds: 1, 2, 4 … 600, each taken at 50-100 %."""
        longest: float = min(LONGEST_PAUSE, 2.0 ** min(attempts, 10))
        return longest * (0.5 + self._ids.fraction() / 2)


def _identifier(part: PartRecord) -> tuple[str, str]:
    return ("identifier", f"{IDENTIFIER_SYSTEM}|urn:uuid:{part.op_id}")


def _condition(part: PartRecord) -> str:
    return f"identifier={IDENTIFIER_SYSTEM}|urn:uuid:{part.op_id}"


def _may_be_there(part: PartRecord) -> bool:
    """Tell whether the part left this machine and the journal has neither named nor refused it."""
    return not part.server_id and part.state is EntryState.UNKNOWN


def _carries(body: bytes, part: PartRecord) -> bool:
    """Tell whether a resource is the part: nothing else in the world bears its id."""
    return part.op_id.encode() in body


def _not_ours(detail: str) -> JournalError:
    return JournalError(ErrorKind.WRONG_RESOURCE, may_be_applied=True, detail=detail)

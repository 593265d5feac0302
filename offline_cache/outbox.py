"""The outbox: carries signed entries to the journal, each exactly once, and says "i journalen" only on the journal's word.

An entry is sent as one transaction where the journal has them, else part by part. A create is conditional on the part's own
identifier, an update on the version that the clinician saw, so a repeated request does nothing twice. An answer that was lost
makes the entry "ukjent": it is read back before anything is sent again (offline-cache.md §1.5).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.dependencies import in_order
from offline_cache.entries import REGRET
from offline_cache.errors import CacheError
from offline_cache.fingerprint import is_vital_sign
from offline_cache.holding import NOT_FOUND_TWICE, OTHER_VALUE, SEVERAL_FOUND
from offline_cache.meeting import Meeting
from offline_cache.outbox_notes import EXISTS, REPLACED, OutboxNotes
from offline_cache.part_sending import IDENTIFIER_SYSTEM, Named, PartSending, StalePart
from offline_cache.reading_back import ReadingBack
from offline_cache.states import RESENT, EntryState
from offline_cache.verdicts import (
    LONGEST_PAUSE,
    NOT_OFFERED,
    READ_BACK_PAUSE,
    STOPS_ALL,
    UNSUPPORTED,
    verdict,
    word_for,
)

if TYPE_CHECKING:
    from datetime import datetime

    from client.capability import Capabilities
    from client.journal import JournalClient
    from offline_cache.entries import EntryRecord, PartRecord
    from offline_cache.seals import Seals
    from offline_cache.store import Store
    from ports.clock import Clock
    from ports.ids import Ids
    from ports.worker import Worker

__all__ = ["IDENTIFIER_SYSTEM", "LONGEST_PAUSE", "READ_BACK_PAUSE", "DeliveryPass", "Outbox"]

BETWEEN_MISSES = timedelta(minutes=2)
"""A journal may be slow to file: only what is not there twice, this far apart, counts as not there."""

_MISS_COUNTS = timedelta(days=14)
_QUICK_TRIES = 3
_MAY_SPLIT = NOT_OFFERED | {413}
_REFUSALS = frozenset({ErrorKind.REFUSED, ErrorKind.CONFLICT, ErrorKind.NOT_FOUND, ErrorKind.GONE})


@dataclass(frozen=True, slots=True)
class DeliveryPass:
    """What one pass through the outbox came to. `doubt` says that the journal cannot do what its statement says."""

    delivered: int = 0
    tried: int = 0
    stopped_by: ErrorKind | None = None
    next_at: datetime | None = None
    doubt: bool = False


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
        *,
        refuses_known_vitals: bool = False,
    ) -> None:
        """Take the seams.

        Args:
            client: the journal.
            store: where the entries lie.
            worker: the store's.
            clock: the time.
            ids: chance, for the pauses.
            seals: the sealed entries, where there are any.
            refuses_known_vitals: whether this journal is known to refuse a vital sign that it has (JournalAddress).
        """
        self._store = store
        self._worker = worker
        self._clock = clock
        self._ids = ids
        self._seals = seals
        self._refuses_known_vitals = refuses_known_vitals
        self._turn = asyncio.Lock()
        self._sending = PartSending(client)
        self._asking = ReadingBack(client)
        self._meeting = Meeting(client)
        self._notes = OutboxNotes(store, clock, ids)
        self._doubt = False
        self.moved_at = clock.monotonic()
        """When an entry last moved, or a pass began or ended: what the watchdog looks at."""
        self.is_asking = False
        """Whether a pass is under way, and so perhaps waits for an answer."""

    async def deliver_due(self, capabilities: Capabilities) -> DeliveryPass:
        """Deliver or read back every entry that is due, in the order of signing.

        What one entry meets stops only that entry and those that refer to it, except no network, a lost sign-in and
        "too many": they stop the pass.
        """
        async with self._turn:
            self._touch()
            self._doubt = False
            self.is_asking = True
            await self._worker.run(
                self._notes.set_right, REGRET, timedelta(seconds=LONGEST_PAUSE), capabilities
            )
            try:
                return await self._pass(capabilities)
            finally:
                self._touch()
                self.is_asking = False

    async def _pass(self, capabilities: Capabilities) -> DeliveryPass:
        delivered = 0
        tried: set[str] = set()
        broken: Exception | None = None
        is_new = True
        while is_new:  # what waited for an entry that has come through is due now
            before = delivered
            for entry in await self._worker.run(self._untried, tried):
                tried.add(entry.entry_id)
                self._touch()
                try:
                    if await self._deliver(entry, capabilities):
                        delivered += 1
                        if await self._worker.run(self._store.depends.dependants, entry.entry_id):
                            break  # what waited for it may have been signed before what is next
                except JournalError as error:
                    await self._worker.run(self._note_trouble, entry, error)
                    if error.kind in STOPS_ALL:
                        return DeliveryPass(
                            delivered, len(tried), error.kind, await self._next_at(), self._doubt
                        )
                except CacheError:
                    raise
                except Exception as error:  # noqa: BLE001  an entry that makes no sense must not hold back the others
                    broken = error
                    await self._worker.run(self._notes.nonsense, entry, self._pause(entry.attempts))
            is_new = delivered > before
        if broken is not None:
            raise broken
        return DeliveryPass(delivered, len(tried), None, await self._next_at(), self._doubt)

    def _untried(self, tried: set[str]) -> list[EntryRecord]:
        return [e for e in self._store.entries.due(self._clock.now()) if e.entry_id not in tried]

    def _touch(self) -> None:
        self.moved_at = self._clock.monotonic()

    async def _next_at(self) -> datetime | None:
        return await self._worker.run(self._store.entries.next_due)

    async def _deliver(self, entry: EntryRecord, capabilities: Capabilities) -> bool:
        """Send, or ask first where the journal may have a part and would take it twice."""
        parts = await self._worker.run(self._notes.parts, entry)
        try:
            if entry.state is EntryState.UNKNOWN:
                return await self._read_back(entry, parts, capabilities)
            if any(_must_be_asked_for(p, capabilities) for p in parts):
                if not await self._worker.run(self._notes.mark_unknown, entry):
                    return False
                return await self._read_back(entry, parts, capabilities)
            return await self._send(entry, parts, capabilities)
        except StalePart as stale:
            return await self._meet(entry, stale)

    async def _send(self, entry: EntryRecord, parts: list[PartRecord], capabilities: Capabilities) -> bool:
        known = await self._worker.run(self._notes.known, entry, parts)
        lacking = [p for p in parts if not p.server_id]
        for part in lacking:
            if part.follows == REPLACED:
                raise StalePart(part, 412)  # what it was made from came to the journal as something else
        together = len(lacking) > 1 and capabilities.transaction and _can_go_together(lacking, capabilities)
        if not await self._worker.run(self._notes.mark_sending, entry, lacking if together else []):
            return False
        if not together:
            await self._send_one_by_one(lacking, known, capabilities)
            return await self._worker.run(self._close, entry)
        try:
            await self._send_together(lacking, known, capabilities)
        except JournalError as error:
            if error.status not in _MAY_SPLIT:
                raise
            self._doubt = self._doubt or error.status in NOT_OFFERED
            await self._worker.run(self._notes.unmark, lacking)
            await self._send_one_by_one(lacking, known, capabilities)
        return await self._worker.run(self._close, entry)

    async def _send_together(
        self, parts: list[PartRecord], known: dict[str, str], capabilities: Capabilities
    ) -> None:
        try:
            sent = await self._sending.together(parts, known)
        except JournalError as error:
            if error.kind not in _REFUSALS or error.status in _MAY_SPLIT:
                raise
            left = await self._not_kept(parts, error, capabilities)
            if not left:
                return
            stale = await self._meeting.first_stale(left) if error.kind is ErrorKind.CONFLICT else None
            if stale is None:
                raise
            await self._worker.run(self._notes.unmark, left)
            raise stale from None
        await self._worker.run(self._parts_delivered, sent.named)
        self._touch()
        if sent.refused is not None:
            raise sent.refused
        if sent.stale:
            raise sent.stale[0]

    async def _not_kept(
        self, parts: list[PartRecord], refusal: JournalError, capabilities: Capabilities
    ) -> list[PartRecord]:
        """Ask for what was refused as a whole before it is called refused: not every journal rolls back (docs/engines.md).

        Raises:
            JournalError: the refusal, as one of which nobody knows what was kept, because the journal did not answer.
            StalePart: an update that was refused can no longer be made.
        """
        left: list[PartRecord] = []
        for part in parts:
            if part.is_update and refusal.kind is ErrorKind.CONFLICT:
                left.append(part)  # which of them was overtaken is asked by version
                continue
            named = await self._worker.run(self._store.entries.named, part.type)
            try:
                found = await self._asking.find(part, capabilities, named)
            except JournalError:
                refusal.may_be_applied = True
                raise refusal from None
            if found is None:
                left.append(part)
                continue
            await self._worker.run(self._parts_delivered, [found])
            self._touch()
        return left

    async def _send_one_by_one(
        self, parts: list[PartRecord], known: dict[str, str], capabilities: Capabilities
    ) -> None:
        ordered = in_order(parts)
        if ordered is None:
            raise JournalError(
                ErrorKind.OFF_ORIGIN, detail="parts that refer to each other need a transaction"
            )
        for part in ordered:
            await self._worker.run(self._notes.mark_part, part)
            named = await self._sending.one(part, known, capabilities)
            await self._worker.run(self._parts_delivered, [named])
            self._touch()
            known = {**known, part.op_id: f"{part.type}/{named.server_id}"}

    async def _read_back(
        self, entry: EntryRecord, parts: list[PartRecord], capabilities: Capabilities
    ) -> bool:
        """Ask the journal, part by part, whether it has what we sent; what it surely lacks goes back into the queue."""
        for part in parts:
            if not _may_be_there(part):
                continue
            named = await self._worker.run(self._store.entries.named, part.type)
            try:
                found = await self._asking.find(part, capabilities, named)
            except JournalError as error:
                if error.kind is not ErrorKind.CONFLICT or error.status:
                    raise
                await self._worker.run(self._notes.await_person, entry, SEVERAL_FOUND)
                return False
            if found is not None:
                await self._worker.run(self._parts_delivered, [found])
                self._touch()
            elif not _is_safe_twice(part, capabilities) and not await self._is_surely_absent(entry, part):
                return False
        return await self._worker.run(self._close, entry)

    async def _is_surely_absent(self, entry: EntryRecord, part: PartRecord) -> bool:
        """Tell whether a part that was not found may be sent again by itself: a vital sign, where the journal would notice."""
        at = self._clock.now()
        since = part.missed_at
        if since is None or not timedelta(0) <= at - since <= _MISS_COUNTS:  # a clock put back begins anew
            since = at
        if at - since < BETWEEN_MISSES:
            await self._worker.run(self._notes.missed, entry, part, since, since + BETWEEN_MISSES)
            return False
        if (
            part.detail == EXISTS
        ):  # it would be refused for ever: what stands there is another value, or another's
            await self._worker.run(self._notes.await_person, entry, OTHER_VALUE)
            return False
        if self._refuses_known_vitals and is_vital_sign(part.body):
            await self._worker.run(self._notes.may_go_again, part)
            return True
        await self._worker.run(self._notes.await_person, entry, NOT_FOUND_TWICE)
        return False

    async def _meet(self, entry: EntryRecord, stale: StalePart) -> bool:
        """An update whose base is gone: it may be our own earlier work; else it is a conflict, and a person decides."""
        current = stale.current
        if current is None:
            current = await self._meeting.current(stale.part)
        if current is not None and self._meeting.is_ours(current, stale.part):
            one = Named(stale.part, current.id, current.version_id, 200)
            await self._worker.run(self._parts_delivered, [one])
            return await self._worker.run(self._close, entry)
        if current is not None and stale.part.base_version and current.version_id == stale.part.base_version:
            raise JournalError(
                ErrorKind.BROKEN, status=stale.status, detail="stale, and yet the same version"
            )
        await self._worker.run(self._notes.conflict, entry, stale.part, current)
        return False

    def _parts_delivered(self, named: list[Named]) -> None:
        """Keep the ids that the journal gave, all in one commit."""
        self._notes.delivered(named)

    def _close(self, entry: EntryRecord) -> bool:
        """Settle the entry; when the journal has it, and that is committed, nobody needs to rescue it any more."""
        is_delivered = self._notes.settle(entry, self._pause_after(entry))
        if is_delivered and self._seals is not None:
            self._seals.drop_if_possible(entry.entry_id)
        return is_delivered

    def _note_trouble(self, entry: EntryRecord, error: JournalError) -> None:
        """Write down what an entry met, in one commit, by the table of offline-cache.md §1.5."""
        self._doubt = self._doubt or word_for(error) == UNSUPPORTED
        now = self._store.entries.get(entry.entry_id) or entry
        self._notes.trouble(entry, error, *self._verdict(error, now))

    def _verdict(self, error: JournalError, now: EntryRecord) -> tuple[EntryState, float]:
        """Decide the entry's next state, and how long it waits."""
        return verdict(error, now, self._pause(now.attempts))

    def _pause_after(self, entry: EntryRecord) -> float:
        """Return the pause before an entry that is not through is tried again: none for the first few times."""
        return self._pause(entry.attempts) if entry.attempts > _QUICK_TRIES else 0.0

    def _pause(self, attempts: int) -> float:
        """Return the growing pause with jitter, in seconds: 1, 2, 4 … 600, each taken at 50-100 %."""
        longest: float = min(LONGEST_PAUSE, 2.0 ** min(attempts, 10))
        return longest * (0.5 + self._ids.fraction() / 2)


def _may_be_there(part: PartRecord) -> bool:
    """Tell whether the part left this machine and the journal has neither named nor refused it."""
    return not part.server_id and part.state is EntryState.UNKNOWN


def _must_be_asked_for(part: PartRecord, capabilities: Capabilities) -> bool:
    """Tell whether a part may not be sent before the journal has been asked: unless a person wants it sent all the same."""
    return _may_be_there(part) and part.detail != RESENT and not _is_safe_twice(part, capabilities)


def _is_safe_twice(part: PartRecord, capabilities: Capabilities) -> bool:
    """Tell whether sending a part twice does nothing twice: the journal compares identifier or version."""
    if part.is_update:
        return True  # with If-Match by the journal, without by reading first: in both cases not over what we made ourselves
    return capabilities.conditional_create(part.type)


def _can_go_together(parts: list[PartRecord], capabilities: Capabilities) -> bool:
    return all(
        (part.base_version and capabilities.conditional_update(part.type)) for part in parts if part.is_update
    )

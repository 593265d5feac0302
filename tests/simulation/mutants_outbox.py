"""Bugs planted in the outbox: what is sent, how often, in which order, and what a person decided of it."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

from offline_cache import entries, outbox, part_sending
from offline_cache.delivery_bundle import transaction_bundle
from offline_cache.entries import EntryTable
from offline_cache.holding import Holding
from offline_cache.instants import to_text
from offline_cache.outbox import Outbox
from offline_cache.part_sending import Named, PartSending, Sent
from offline_cache.receipt_check import ReceiptCheck, Standing
from offline_cache.states import EntryState
from offline_cache.strangers import StrangerTable
from services.conflicts import Settling
from services.delivery import Delivery
from services.strangers import Strangers
from services.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from client.capability import Capabilities
    from client.errors import JournalError
    from offline_cache.conflicts import ConflictRecord
    from offline_cache.entries import DraftRecord, EntryRecord, PartRecord
    from offline_cache.part_sending import StalePart
    from offline_cache.strangers import Stranger


def new_id_on_retry() -> AbstractContextManager[object]:
    """A part that may be there is sent again under another id."""
    whole = transaction_bundle

    def renamed(part: PartRecord) -> PartRecord:
        other = part.op_id[:-4] + f"{int(part.op_id[-4:], 16) ^ 1:04x}"
        body = part.body.replace(part.op_id.encode(), other.encode())
        return replace(part, op_id=other, body=body) if part.state is EntryState.UNKNOWN else part

    def bundle(parts: Sequence[PartRecord], known: Mapping[str, str]) -> bytes:
        return whole([renamed(part) for part in parts], known)

    return patch.object(part_sending, "transaction_bundle", bundle)


def delivered_on_a_lost_answer() -> AbstractContextManager[object]:
    """A lost answer is taken for an acknowledgement."""
    noted = Outbox._note_trouble

    def note(self: Outbox, entry: EntryRecord, error: JournalError) -> None:
        if error.may_be_applied:
            self._store.entries.set_state(
                entry.entry_id, EntryState.DELIVERED, delivered_at=self._clock.now()
            )
        else:
            noted(self, entry, error)

    return patch.object(Outbox, "_note_trouble", note)


def no_conditional_create() -> AbstractContextManager[object]:
    """Creates without If-None-Exist."""
    whole = transaction_bundle

    def bundle(parts: Sequence[PartRecord], known: Mapping[str, str]) -> bytes:
        return re.sub(rb',"ifNoneExist":"[^"]*"', b"", whole(parts, known))

    held = contextlib.ExitStack()
    held.enter_context(patch.object(part_sending, "transaction_bundle", bundle))
    held.enter_context(patch.object(part_sending, "_condition", lambda part: ""))
    return held


def resent_without_asking() -> AbstractContextManager[object]:
    """What is unknown is sent again at once, whatever the journal can do."""

    async def ask(self: Outbox, entry: EntryRecord, parts: list[PartRecord], _can: Capabilities) -> bool:
        self._store.entries.set_state(entry.entry_id, EntryState.SIGNED)
        for part in parts:
            if not part.server_id:
                self._store.entries.set_part(part.op_id, EntryState.SIGNED)
        return False

    return patch.object(Outbox, "_read_back", ask)


def never_recovered() -> AbstractContextManager[object]:
    """What was being sent when the program ended stays so."""
    return patch.object(EntryTable, "recover", lambda self: 0)


def withdrawn_while_sending() -> AbstractContextManager[object]:
    """Taking back asks only whether the journal has acknowledged."""

    def withdraw(self: EntryTable, entry_id: str, at: datetime) -> None:
        self._engine.run(
            "UPDATE entry SET state = 'trukket', withdrawn_at = ? WHERE entry_id = ? AND state <> 'i journalen'",
            (to_text(at), entry_id),
        )

    return patch.object(EntryTable, "withdraw", withdraw)


def loop_ends_at_the_first_fault() -> AbstractContextManager[object]:
    """The background stops for good when anything unexpected is raised, and nobody looks after it."""

    async def run(self: Delivery) -> None:
        with contextlib.suppress(Exception):
            while True:
                self._wake.clear()
                await self._wait(await self.step())

    async def is_stuck(_self: Watchdog) -> bool:
        return False

    held = contextlib.ExitStack()
    held.enter_context(patch.object(Delivery, "run", run))
    held.enter_context(patch.object(Watchdog, "_is_stuck", is_stuck))
    return held


def server_faults_end_an_entry() -> AbstractContextManager[object]:
    """One 5xx, and nobody tries again."""
    judged = Outbox._verdict

    def verdict(self: Outbox, error: JournalError, now: EntryRecord) -> tuple[EntryState, float]:
        return (EntryState.HELD, 0.0) if error.status >= 500 else judged(self, error, now)

    return patch.object(Outbox, "_verdict", verdict)


def clock_is_trusted() -> AbstractContextManager[object]:
    """An instant far off is waited for, even when the clock has been put back since."""
    return patch.object(EntryTable, "wait_no_longer", lambda self, send_after, next_at: None)


def queue_ordered_by_clock() -> AbstractContextManager[object]:
    """What is due goes in the order of the clock it was signed by."""
    due = EntryTable.due

    def by_clock(self: EntryTable, now: datetime) -> list[EntryRecord]:
        return sorted(due(self, now), key=lambda entry: entry.signed_at)

    return patch.object(EntryTable, "due", by_clock)


def blocked_by_the_first() -> AbstractContextManager[object]:
    """An entry that waits for a person holds up all that were signed after it, whoever they are about."""
    due = EntryTable.due
    waits = (EntryState.HELD, EntryState.REFUSED, EntryState.CONFLICT)

    def in_line(self: EntryTable, now: datetime) -> list[EntryRecord]:
        first = min((e.sequence for e in self.all() if e.state in waits), default=1 << 60)
        return [entry for entry in due(self, now) if entry.sequence < first]

    return patch.object(EntryTable, "due", in_line)


def dependants_sent_although_refused() -> AbstractContextManager[object]:
    """An entry does not wait for those that it refers to."""
    free = "NOT EXISTS (SELECT 1 FROM local_patient WHERE local_id = entry.patient)"
    return patch.object(entries, "_FREE", free)


def written_over_after_412() -> AbstractContextManager[object]:
    """A version that is not the one that was seen is written over."""

    async def meet(self: Outbox, entry: EntryRecord, stale: StalePart) -> bool:
        part = stale.part
        current = stale.current or await self._meeting.current(part)
        version = current.version_id if current is not None else ""
        written = await self._sending._client.update(part.type, part.target_id, part.body, if_match=version)
        await self._worker.run(self._parts_delivered, [Named(part, part.target_id, written.version_id, 200)])
        return await self._worker.run(self._close, entry)

    return patch.object(Outbox, "_meet", meet)


def settled_against_the_old_version() -> AbstractContextManager[object]:
    """A conflict that was decided is sent against the version that the nurse began from."""
    send = Settling._send_against

    def against(
        self: Settling, entry: EntryRecord, part: PartRecord, record: ConflictRecord, body: bytes
    ) -> None:
        met = replace(record.met, theirs_version=part.base_version, theirs=part.base_body)
        send(self, entry, part, replace(record, met=met), body)

    return patch.object(Settling, "_send_against", against)


def hold_ignored() -> AbstractContextManager[object]:
    """Holding is logged, and nothing is held."""
    return patch.object(Holding, "hold", lambda self, entry_id: None)


def notes_sent_again_on_epic() -> AbstractContextManager[object]:
    """What was not found twice is sent again by itself, a note too."""
    return patch.object(outbox, "is_vital_sign", lambda body: True)


def receipts_never_checked() -> AbstractContextManager[object]:
    """A journal put back from a copy is not noticed."""

    async def same(self: ReceiptCheck, can: Capabilities) -> Standing:
        del self, can
        return Standing.SAME

    return patch.object(ReceiptCheck, "check", same)


def all_delivered_by_the_first_answer() -> AbstractContextManager[object]:
    """A transaction that was answered 200 counts as taken whole, whatever it says of each part."""

    async def together(self: PartSending, parts: Sequence[PartRecord], known: Mapping[str, str]) -> Sent:
        answers = await self._client.transaction(transaction_bundle(parts, known))
        pairs = zip(parts, answers, strict=True)
        return Sent([Named(part, one.id or "?", one.version_id, one.status) for part, one in pairs])

    return patch.object(PartSending, "together", together)


def matched_twice() -> AbstractContextManager[object]:
    """A typed identity that is bound can be bound to somebody else without a word."""
    bind = StrangerTable.match

    def typed(self: Strangers, local_id: str) -> Stranger:
        found = self._store.strangers.get(local_id)
        assert found is not None
        return found

    def match(self: StrangerTable, local_id: str, patient: str, *, by: str, at: datetime) -> None:
        found = self.get(local_id)
        if found is not None and found.patient:
            self._engine.run("DELETE FROM local_patient WHERE local_id = ?", (local_id,))
            self.add(found)  # the schema lets no match be changed, so that it is made anew
        bind(self, local_id, patient, by=by, at=at)

    held = contextlib.ExitStack()
    held.enter_context(patch.object(Strangers, "typed", typed))
    held.enter_context(patch.object(StrangerTable, "match", match))
    return held


def drafts_saved_once() -> AbstractContextManager[object]:
    """A draft that is there already is not saved again."""
    saved = EntryTable.save_draft

    def save(self: EntryTable, draft: DraftRecord) -> None:
        if self.draft(draft.entry_id) is None:
            saved(self, draft)

    return patch.object(EntryTable, "save_draft", save)

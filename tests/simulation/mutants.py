"""Bugs planted on purpose: a simulation that does not find them proves nothing."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

from offline_cache import part_sending
from offline_cache.delivery_bundle import transaction_bundle
from offline_cache.entries import EntryTable
from offline_cache.instants import to_text
from offline_cache.outbox import Outbox
from offline_cache.states import EntryState
from services.delivery import Delivery
from services.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from client.capability import Capabilities
    from client.errors import JournalError
    from offline_cache.entries import DraftRecord, EntryRecord, PartRecord


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


def drafts_saved_once() -> AbstractContextManager[object]:
    """A draft that is there already is not saved again."""
    saved = EntryTable.save_draft

    def save(self: EntryTable, draft: DraftRecord) -> None:
        if self.draft(draft.entry_id) is None:
            saved(self, draft)

    return patch.object(EntryTable, "save_draft", save)


MUTANTS: dict[str, Callable[[], AbstractContextManager[object]]] = {
    mutant.__name__: mutant
    for mutant in (
        new_id_on_retry,
        delivered_on_a_lost_answer,
        no_conditional_create,
        resent_without_asking,
        never_recovered,
        withdrawn_while_sending,
        loop_ends_at_the_first_fault,
        server_faults_end_an_entry,
        clock_is_trusted,
        drafts_saved_once,
    )
}

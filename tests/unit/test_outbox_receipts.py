"""A journal put back from a copy is noticed, an emptied or another one is sent nothing, nothing is filed again unasked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from offline_cache.cursors import Cursor
from offline_cache.receipt_check import ReceiptCheck, Standing
from offline_cache.sealed_entry import SealAuthor
from offline_cache.seals import Seals
from offline_cache.states import EntryState
from ports.disk import SystemDisk
from ports.ids import SystemIds
from ports.worker import InlineWorker
from services.outbox_desk import OutboxDesk
from services.session import Clinician
from services.writing import Writing
from tests.outbox_room import OutboxRoom, able, note
from tests.store_room import resource

if TYPE_CHECKING:
    from client.capability import Capabilities

WHO = Clinician("a", "A", "Practitioner/a", "", "")


class Checked(OutboxRoom):
    """A room whose journal is asked for its receipts."""

    def __init__(self) -> None:
        super().__init__()
        self.check = ReceiptCheck(self.journal, self.store, InlineWorker(), self.clock)  # type: ignore[arg-type]  # a hand-made client
        author = SealAuthor(WHO.subject, WHO.name, WHO.fhir_user)
        none = Seals(None, SystemDisk(), SystemIds(), journal="", database="", author=author)
        writing = Writing(self.store, self.clock, SystemIds(), WHO, none)
        self.desk = OutboxDesk(self.store, self.clock, WHO, writing)
        body = b'{"resourceType":"Patient","id":"p1"}'
        self.journal.put("Patient", "p1", body)
        self.store.resources.put(
            resource("Patient", "p1", body), patient="p1", fetched_at=self.clock.at, generation=1
        )

    async def look(self, can: Capabilities | None = None, hours: float = 2) -> Standing:
        """Let time pass, and ask."""
        self.clock.at += timedelta(hours=hours)
        return await self.check.check(can or able())


@pytest.fixture
async def room() -> Checked:
    made = Checked()
    for n in (1, 2):
        made.sign(f"e{n}", [note(f"note-{n}")])
    await made.look()
    await made.turn()
    return made


async def test_restored_journal_is_noticed_and_queued_again_only_when_confirmed(room: Checked) -> None:
    """Fault: S6."""
    assert await room.look() is Standing.SAME
    lost = next(k for k in room.journal.kept.values() if b"note-2" in k.body)
    del room.journal.kept[lost.id]
    assert await room.look() is Standing.RESTORED
    await room.turn()
    assert lost.id not in room.journal.kept
    (missing,) = room.desk.missing()
    assert (missing.entry_id, missing.reference) == ("e2", f"DocumentReference/{lost.id}")
    assert room.state("e2") is EntryState.DELIVERED
    assert room.desk.queue_missing() == 1
    assert room.state("e2") is EntryState.UNKNOWN
    await room.turn()
    await room.turn()
    assert room.state("e2") is EntryState.DELIVERED
    assert sum(b"note-2" in k.body for k in room.journal.kept.values()) == 1
    assert await room.look() is Standing.SAME


async def test_everything_is_read_whole_from_a_journal_that_was_put_back(room: Checked) -> None:
    """What a copy brings back is stamped before every cursor. An emptied journal is not read anew: it would sweep the cache.

    Fault: S6, S7.
    """

    def kept() -> list[bool]:
        return [room.store.cursors.get("p1", part) is not None for part in ("vitals", "medicines")]

    for part in ("vitals", "medicines"):
        room.store.cursors.put("p1", part, Cursor(room.clock.at, "", room.clock.at))
    assert await room.look() is Standing.SAME
    assert kept() == [True, True]
    whole = dict(room.journal.kept)
    room.journal.kept.clear()
    assert await room.look() is Standing.OTHER
    assert kept() == [True, True]
    room.journal.kept = {id_: one for id_, one in whole.items() if b"note-2" not in one.body}
    assert await room.look() is Standing.RESTORED
    assert kept() == [False, False]
    room.store.cursors.put("p1", "vitals", Cursor(room.clock.at, "", room.clock.at))
    assert await room.look() is Standing.RESTORED
    assert kept() == [True, False]  # once is enough


async def test_emptied_journal_is_sent_nothing(room: Checked) -> None:
    """Fault: S7, S10."""
    room.journal.kept.clear()
    assert await room.look() is Standing.OTHER
    assert await room.look(hours=0) is Standing.OTHER
    assert len(room.desk.missing()) == 2


async def test_other_name_of_the_same_journal_is_proved_by_what_it_has(room: Checked) -> None:
    renamed = replace(able(), instance_id="journal-2")
    assert await room.look(renamed, hours=0) is Standing.SAME
    asked = len(room.journal.asked)
    assert await room.look(renamed, hours=0.1) is Standing.SAME
    assert len(room.journal.asked) == asked


async def test_other_journal_under_the_same_address_is_sent_nothing(room: Checked) -> None:
    """It calls itself another and has nothing of ours. Fault: S7, S10."""
    room.journal.kept.clear()
    assert await room.look(replace(able(), instance_id="test-journal"), hours=0) is Standing.OTHER


async def test_resource_of_somebody_else_under_our_id_is_no_receipt(room: Checked) -> None:
    """After a restore the journal gives the same id to another note. Fault: S6, S5."""
    newest = room.store.receipts.all()[-1]
    room.journal.kept[newest.id].body = b'{"resourceType":"DocumentReference"}'
    assert await room.look() is Standing.RESTORED
    assert [one.op_id for one in room.store.receipts.missing()] == [newest.op_id]


async def test_one_question_an_hour_is_enough(room: Checked) -> None:
    await room.look()
    before = len(room.journal.asked)
    for _ in range(5):
        await room.look(hours=0.1)
    assert len(room.journal.asked) == before

"""A nurse's whole client before the embedded journal, with what networks and journals do to each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from services.views import EntryKind, EntryState
from tests.contract.day_room import DayRoom, row_of, sign

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def room(tmp_path: Path) -> DayRoom:
    return DayRoom(tmp_path)


async def test_request_that_a_proxy_delivers_twice_is_filed_once(room: DayRoom) -> None:
    """Fault: Q2."""
    day = await room.first_day()
    for kind, type_ in ((EntryKind.NEWS2, "Observation"), (EntryKind.NOTE, "DocumentReference")):
        _, patient = await sign(day, kind)
        before = len(room.filed(type_, patient))
        room.journal.fault("deliver-twice", method="POST", path="/fhir")
        await day.sync()
        room.clock.move(10.0)
        await day.sync()
        assert len(room.filed(type_, patient)) == before + (8 if kind is EntryKind.NEWS2 else 1)
    assert {row.state for row in await day.outbox()} == {EntryState.DELIVERED}
    assert room.journal.book.fired.count("deliver-twice") == 2
    await day.close()


async def test_journal_put_back_from_a_backup_gets_its_entry_again(room: DayRoom) -> None:
    """It had said "i journalen"; the copy that was put back has never heard of it. Told, and sent again when a person says so.

    Fault: S6.
    """
    day = await room.first_day()
    room.journal.acts.backup()
    entry, patient = await sign(day, EntryKind.NOTE)
    await day.sync()
    assert (await row_of(day, entry)).state is EntryState.DELIVERED
    before = len(room.filed("DocumentReference", patient))
    room.journal.acts.restore()
    assert len(room.filed("DocumentReference", patient)) == before - 1
    for _ in range(3):
        room.clock.move(2 * 3600.0)
        await day.sync()
    assert [one.entry_id for one in await day.missing_receipts()] == [entry]
    assert await day.queue_missing() == 1
    for _ in range(3):
        room.clock.move(60.0)
        await day.sync()
    assert (await row_of(day, entry)).state is EntryState.DELIVERED
    assert len(room.filed("DocumentReference", patient)) == before
    assert await day.missing_receipts() == ()
    await day.close()


async def test_round_that_comes_while_a_note_is_written_leaves_the_note_alone(room: DayRoom) -> None:
    """Fault: T2."""
    day = await room.first_day()
    taken = await day.round()
    assert taken is not None
    visit = taken.visits[0]
    draft = await day.new_draft(EntryKind.NOTE, visit.patient_id, visit.visit_id)
    draft = await day.save_draft(replace(draft, fields={"text": "Halvveis i en set"}))
    room.journal.acts.store({**room.filed("Flag", visit.patient_id)[0], "status": "inactive"})
    room.clock.move(600.0)
    await day.take_round(lambda _: None)
    (kept,) = await day.drafts(visit.patient_id)
    assert (kept.entry_id, kept.fields) == (draft.entry_id, {"text": "Halvveis i en set"})
    await day.close()

"""Updates in the outbox: only over the version that was seen, never twice, never over somebody else's work."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from client.errors import ErrorKind, JournalError
from offline_cache.conflicts import ConflictKind
from offline_cache.entries import Base, NewPart
from offline_cache.errors import StoreError, WrongState
from offline_cache.states import EntryState
from tests.outbox_room import EPIC, LOST, OutboxRoom, VersionedJournal, able, note, task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from client.resource import Page
    from client.written import PartAnswer

SEEN = Base("t1", "1", task())
DONE = task("completed")
THEIRS = task("cancelled")


@pytest.fixture
def room() -> OutboxRoom:
    made = OutboxRoom()
    made.journal.put("Task", "t1", task())
    return made


async def test_update_goes_with_the_version_that_was_seen(room: OutboxRoom) -> None:
    room.update("e1", DONE, SEEN)
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED
    assert room.journal.asked == ["update 1"]
    (part,) = room.store.entries.parts("e1")
    assert (part.server_id, part.version_id) == ("t1", "2")


async def test_stale_update_is_a_conflict_and_writes_over_nothing(room: OutboxRoom) -> None:
    """Fault: H7, M1, D5."""
    room.update("e1", DONE, SEEN)
    room.journal.put("Task", "t1", THEIRS)
    await room.turn()
    await room.turn()
    assert room.state("e1") is EntryState.CONFLICT
    assert room.journal.kept["t1"].body == THEIRS
    (conflict,) = room.store.conflicts.waiting()
    assert (conflict.met.base, conflict.met.mine, conflict.met.theirs) == (task(), DONE, THEIRS)
    assert conflict.met.theirs_version == "2"
    assert room.store.entries.next_due() is None


async def test_conflict_of_what_was_taken_back_waits_for_nobody(room: OutboxRoom) -> None:
    """Fault: M1, Q13."""
    room.update("e1", DONE, SEEN)
    room.journal.put("Task", "t1", THEIRS)
    await room.turn()
    assert len(room.store.conflicts.waiting()) == 1
    room.store.entries.withdraw("e1", room.clock.at)
    assert room.store.conflicts.waiting() == []
    assert len(room.store.conflicts.of("e1")) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_update_of_what_is_gone_is_a_conflict_of_its_own_kind(room: OutboxRoom, status: int) -> None:
    """Fault: H4, M4."""
    room.update("e1", DONE, SEEN)
    room.journal.kept.clear()
    room.journal.meets = [JournalError(ErrorKind.GONE, status=status)]
    await room.turn()
    assert room.state("e1") is EntryState.CONFLICT
    (conflict,) = room.store.conflicts.waiting()
    assert conflict.met.kind is ConflictKind.TARGET_GONE


async def test_lost_answer_to_an_update_is_read_back_and_not_made_twice(room: OutboxRoom) -> None:
    """Fault: Q1, N4, K9."""
    room.update("e1", DONE, SEEN)
    room.journal.meets = [LOST]
    await room.turn()
    assert room.state("e1") is EntryState.UNKNOWN
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED
    assert room.journal.asked == ["update 1", "read"]
    assert room.journal.kept["t1"].version == 2


async def test_update_that_never_arrived_is_sent_again(room: OutboxRoom) -> None:
    """Fault: Q1."""

    def lost() -> None:
        raise LOST

    room.update("e1", DONE, SEEN)
    room.journal.meets = [lost]
    await room.turn()
    for _ in range(2):
        await room.turn()
    assert room.state("e1") is EntryState.DELIVERED
    assert room.journal.asked == ["update 1", "read", "update 1"]


async def test_own_late_update_is_recognised_in_a_412(room: OutboxRoom) -> None:
    """The first try was carried out after the client had given up and found nothing: no conflict with oneself. Fault: Q3."""
    room.update("e1", DONE, SEEN)
    room.journal.put("Task", "t1", DONE)
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED
    assert room.store.conflicts.waiting() == []


async def test_edits_of_one_task_follow_each_other(room: OutboxRoom) -> None:
    """Each is based on what the one before makes, so five edits are five versions and no conflict. Fault: Q6, D8, D11."""
    room.update("e1", task("in-progress"), SEEN)
    for n in range(2, 6):
        body, before = task("in-progress", n=n), room.store.entries.parts(f"e{n - 1}")[0]
        room.update(f"e{n}", body, Base("t1", "", before.body, follows=before.op_id), (f"e{n - 1}",))
    await room.turn()
    assert [room.state(f"e{n}") for n in range(1, 6)] == [EntryState.DELIVERED] * 5
    assert room.journal.asked == [f"update {n}" for n in range(1, 6)]


async def test_edit_that_follows_a_settled_conflict_is_not_written_over_it(room: OutboxRoom) -> None:
    """What it was made from came to the journal as something else: that is a conflict too, not an overwrite. Fault: M7."""
    room.update("e1", DONE, SEEN)
    first = room.store.entries.parts("e1")[0]
    room.update("e2", task("completed", note=[]), Base("t1", "", DONE, follows=first.op_id), ("e1",))
    room.journal.put("Task", "t1", THEIRS)
    await room.turn()
    settled = task("cancelled", note=[{"text": "gjort likevel"}])
    room.store.entries.replace_part(first, NewPart("new", 2, "Task", settled, Base("t1", "2", THEIRS)))
    room.store.entries.queue_again("e1", send_after=room.clock.at)
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED
    assert room.state("e2") is EntryState.CONFLICT
    assert room.journal.kept["t1"].body == settled


async def test_journal_without_versions_is_asked_before_it_is_written_over() -> None:
    """Fault: M12."""
    room = OutboxRoom(VersionedJournal(versions=False))
    room.journal.put("Task", "t1", task())
    room.update("e1", DONE, Base("t1", "", task()))
    await room.turn(EPIC)
    assert room.journal.asked == ["read", "update"]
    assert room.state("e1") is EntryState.DELIVERED
    room.update("e2", task("failed"), Base("t1", "", task()))
    await room.turn(EPIC)
    assert room.state("e2") is EntryState.CONFLICT
    assert room.journal.kept["t1"].body == DONE


async def test_stale_part_of_a_transaction_that_is_not_rolled_back(room: OutboxRoom) -> None:
    """One 201 and one 412: what is filed is known as filed, and only the stale one is in conflict. Fault: H17."""
    parts = [note("n1"), NewPart("u1", 2, "Task", DONE, SEEN)]
    room.sign("e1", parts)
    room.journal.put("Task", "t1", THEIRS)
    await room.turn()
    assert room.state("e1") is EntryState.CONFLICT
    states = [p.state for p in room.store.entries.parts("e1")]
    assert states == [EntryState.DELIVERED, EntryState.CONFLICT]
    assert sum(k.type == "DocumentReference" for k in room.journal.kept.values()) == 1


async def test_stale_part_of_a_transaction_that_is_rolled_back(room: OutboxRoom) -> None:
    room.sign("e1", [note("n1"), NewPart("u1", 2, "Task", DONE, SEEN)])
    room.journal.put("Task", "t1", THEIRS)
    room.journal.meets = [JournalError(ErrorKind.CONFLICT, status=412)]
    await room.turn()
    assert room.state("e1") is EntryState.CONFLICT
    assert [p.state for p in room.store.entries.parts("e1")] == [EntryState.SIGNED, EntryState.CONFLICT]
    assert len(room.journal.kept) == 1


async def test_412_over_the_same_version_is_no_conflict_and_is_held_in_the_end(room: OutboxRoom) -> None:
    """A gateway takes the version away: never written over, never asked for ever. Fault: N10."""
    room.update("e1", DONE, SEEN)
    stale = JournalError(ErrorKind.CONFLICT, status=412)
    for _ in range(6):
        room.journal.meets = [stale]
        await room.turn()
    assert room.state("e1") is EntryState.HELD
    assert room.store.conflicts.waiting() == []
    assert room.journal.kept["t1"].body == task()


def test_what_a_part_was_based_on_can_never_be_changed(room: OutboxRoom) -> None:
    room.update("e1", DONE, SEEN)
    engine = room.store._engine
    for column in ("target_id", "base_version", "base_body", "follows"):
        with pytest.raises(StoreError):
            engine.run(f"UPDATE part SET {column} = 'x'")
    room.store.entries.give_up_part(room.store.entries.parts("e1")[0])
    with pytest.raises(WrongState):
        room.store.entries.give_up_part(room.store.entries.all_parts("e1")[0])


async def test_conflict_in_one_patient_holds_back_no_other(room: OutboxRoom) -> None:
    """Fault: D1."""
    room.update("e1", DONE, SEEN)
    room.sign("e2", [note("n2")], patient="p2")
    room.sign("e3", [note("n3")])
    room.journal.put("Task", "t1", THEIRS)
    await room.turn(able(transaction=False))
    assert room.state("e1") is EntryState.CONFLICT
    assert (room.state("e2"), room.state("e3")) == (EntryState.DELIVERED, EntryState.DELIVERED)


class Unrolled(VersionedJournal):
    """Refuses a transaction as a whole, and keeps what it had done of it by then."""

    def __init__(self, done: int, status: int) -> None:
        super().__init__()
        self._done = done
        self._status = status
        self.is_deaf = False

    async def transaction(self, bundle: bytes) -> list[PartAnswer]:
        for entry in json.loads(bundle)["entry"][: self._done]:
            await self._one(entry)
        self.asked.append("transaction")
        kind = ErrorKind.CONFLICT if self._status == 412 else ErrorKind.REFUSED
        raise JournalError(kind, status=self._status)

    async def search(
        self, type_: str, query: Any, *, page_size: int = 100, in_body: bool = True
    ) -> AsyncIterator[Page]:
        if self.is_deaf:
            raise JournalError(ErrorKind.SERVER_FAULT, status=500)
        async for page in super().search(type_, query, in_body=in_body):
            yield page


@pytest.mark.parametrize("status", [400, 412, 422])
async def test_what_a_refused_transaction_left_behind_is_not_called_refused(status: int) -> None:
    """Read back before it is said: the kept part is named, and the entry cannot be withdrawn as if nothing were there.

    Fault: Q1, H17, H6, H7, H10.
    """
    room = OutboxRoom(Unrolled(1, status))
    room.sign("e1", [note("n1"), replace(note("n2"), number=2)])
    await room.turn()
    assert room.state("e1") is EntryState.REFUSED
    states = [(p.state, p.server_id) for p in room.store.entries.parts("e1")]
    assert states == [(EntryState.DELIVERED, "s1"), (EntryState.REFUSED, "")]
    with pytest.raises(WrongState):
        room.store.entries.withdraw("e1", room.clock.at)


async def test_refused_transaction_of_which_all_was_kept_is_delivered() -> None:
    """Fault: Q1, H17."""
    room = OutboxRoom(Unrolled(2, 400))
    room.sign("e1", [note("n1"), replace(note("n2"), number=2)])
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED
    assert len(room.journal.kept) == 2


async def test_refusal_that_cannot_be_read_back_is_unknown() -> None:
    """Fault: Q1, H17."""
    journal = Unrolled(1, 412)
    room = OutboxRoom(journal)
    room.sign("e1", [note("n1"), replace(note("n2"), number=2)])
    journal.is_deaf = True
    await room.turn()
    assert room.state("e1") is EntryState.UNKNOWN
    with pytest.raises(WrongState):
        room.store.entries.withdraw("e1", room.clock.at)
    journal.is_deaf = False
    await room.turn()
    assert [p.server_id for p in room.store.entries.parts("e1")] == ["s1", ""]


async def test_stale_update_in_a_transaction_that_kept_the_note_before_it() -> None:
    """Fault: M1, H17."""
    room = OutboxRoom(Unrolled(1, 412))
    room.journal.put("Task", "t1", task())
    room.journal.put("Task", "t1", THEIRS)
    room.sign("e1", [note("n1"), NewPart("u1", 2, "Task", DONE, SEEN)])
    await room.turn()
    assert room.state("e1") is EntryState.CONFLICT
    assert [p.state for p in room.store.entries.parts("e1")] == [EntryState.DELIVERED, EntryState.CONFLICT]


@pytest.mark.parametrize(
    "kind", [ErrorKind.NOT_FHIR, ErrorKind.BROKEN, ErrorKind.SERVER_FAULT, ErrorKind.ANSWER_LOST]
)
async def test_question_asked_in_vain_leaves_an_entry_in_the_queue(room: OutboxRoom, kind: ErrorKind) -> None:
    """What comes in the place of the newest version says nothing of the entry: no person is needed.

    Fault: N2, N4.
    """
    room.update("e1", DONE, SEEN)
    room.journal.put("Task", "t1", task(owner={"display": "Olav"}))
    room.journal.meets = [None, JournalError(kind, status=200)]
    await room.turn()
    assert room.journal.asked == ["update 1", "read"]
    assert room.state("e1") is EntryState.SIGNED

"""What stops what: only what refers to it. And the answers of the journal that neither deliver nor refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from client.errors import ErrorKind, JournalError
from client.outcome import Outcome
from client.written import PartAnswer
from offline_cache.dependencies import has_ring
from offline_cache.entries import NewPart
from offline_cache.errors import StoreError, WrongState
from offline_cache.receipts import KEPT
from offline_cache.states import EntryState
from offline_cache.strangers import Stranger
from tests.outbox_room import OutboxRoom, able, note, pulse

if TYPE_CHECKING:
    from collections.abc import Callable

ONE_BY_ONE = able(transaction=False)
HOUR = timedelta(hours=1)
REFUSED = JournalError(ErrorKind.REFUSED, status=422)


@pytest.fixture
def room() -> OutboxRoom:
    return OutboxRoom()


async def test_note_about_a_measurement_goes_after_it_and_names_it(room: OutboxRoom) -> None:
    """Fault: Q5, D9."""
    room.sign("e1", [pulse("o1")])
    room.sign("e2", [note("n2", refers="o1")], ("e1",))
    await room.turn()
    assert room.state("e2") is EntryState.DELIVERED
    assert b'"reference":"Observation/s1"' in room.journal.kept["s2"].body


async def test_what_waited_goes_before_what_was_signed_after_it(room: OutboxRoom) -> None:
    """The second is free only when the first is there; the third, of the same patient, must not slip past it."""
    room.sign("e1", [pulse("p-1")])
    room.sign("e2", [note("n-2", refers="p-1")], ("e1",))
    room.sign("e3", [pulse("p-3", 99)])
    await room.turn()
    given = [room.store.entries.parts(entry)[0].server_id for entry in ("e1", "e2", "e3")]
    assert given == ["s1", "s2", "s3"]  # numbered as they came


async def test_clock_put_back_between_two_signatures_does_not_turn_them_round(room: OutboxRoom) -> None:
    """The first is to wait until a time that lies an hour ahead now. Fault: C3."""
    room.clock.at += HOUR
    room.sign("e1", [note("n-1")])
    room.sign("x1", [note("x-1")], patient="p2")
    room.clock.at -= HOUR
    room.sign("e2", [pulse("p-2")])
    await room.turn(seconds=60)
    assert [room.store.entries.parts(entry)[0].server_id for entry in ("e1", "e2")] == ["s1", "s2"]
    assert room.state("x1") is EntryState.SIGNED  # nobody overtakes it: it has its half minute
    await room.turn(seconds=60)
    assert room.state("x1") is EntryState.DELIVERED


async def test_refused_entry_stops_what_refers_to_it_and_nothing_else(room: OutboxRoom) -> None:
    """Fault: Q4, Q5, D1."""
    room.sign("e1", [pulse("o1")])
    room.sign("e2", [note("n2", refers="o1")], ("e1",))
    room.sign("e3", [note("n3")], ("e2",))
    room.sign("e4", [note("n4")])
    room.journal.meets = [REFUSED]
    await room.turn()
    states = [room.state(f"e{n}") for n in range(1, 5)]
    assert states == [EntryState.REFUSED, EntryState.SIGNED, EntryState.SIGNED, EntryState.DELIVERED]
    assert room.store.depends.behind() == {"e2", "e3"}
    assert room.store.entries.next_due() is None
    room.store.entries.send_now("e1", room.clock.at)
    await room.turn()
    assert [room.state(f"e{n}") for n in range(1, 5)] == [EntryState.DELIVERED] * 4


def test_only_what_is_signed_before_can_be_waited_for(room: OutboxRoom) -> None:
    """So there is never a ring of entries. Fault: Q7."""
    room.sign("e1", [note("n1")])
    with pytest.raises(WrongState):
        room.store.depends.add("e1", ["e2"])
    room.sign("e2", [note("n2")])
    with pytest.raises(WrongState):
        room.store.depends.add("e1", ["e2"])


async def test_parts_in_a_ring_go_as_one_transaction_or_not_at_all(room: OutboxRoom) -> None:
    """Fault: Q7."""
    ring = [
        note("part-a", refers="part-b"),
        NewPart("part-b", 2, "DocumentReference", note("part-b", refers="part-a").body),
    ]
    assert has_ring(ring)
    assert not has_ring([note("part-a"), note("part-b", refers="part-a")])
    room.sign("e1", ring)
    await room.turn(ONE_BY_ONE)
    assert room.state("e1") is EntryState.HELD
    assert room.journal.kept == {}
    room.store.holding.release("e1", room.clock.at)
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED


async def test_parts_go_in_the_order_in_which_they_refer(room: OutboxRoom) -> None:
    parts = [note("part-a", refers="part-b"), NewPart("part-b", 2, "DocumentReference", note("part-b").body)]
    room.sign("e1", parts)
    await room.turn(ONE_BY_ONE)
    assert room.state("e1") is EntryState.DELIVERED
    assert b'"reference":"DocumentReference/s1"' in room.journal.kept["s2"].body


@pytest.mark.parametrize("status", [413, 405, 501, 415])
async def test_transaction_that_is_not_taken_goes_part_by_part(room: OutboxRoom, status: int) -> None:
    """Fault: H5, H8, H9."""
    room.sign("e1", [pulse("o1"), pulse("o2", 80, 2)])
    error = JournalError(ErrorKind.REFUSED, status=status, may_be_applied=status == 501)
    room.journal.meets = [_raising(error)]
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED
    assert room.journal.asked == ["transaction", "create", "create"]


@pytest.mark.parametrize("status", [405, 415])
async def test_what_the_journal_cannot_take_is_held_until_it_says_something_else(
    room: OutboxRoom, status: int
) -> None:
    """Fault: H5, H9, S8."""
    room.sign("e1", [note("n1")])
    room.journal.meets = [JournalError(ErrorKind.REFUSED, status=status)]
    room.clock.at += timedelta(minutes=5)
    assert (await room.outbox.deliver_due(able())).doubt
    assert (room.state("e1"), room.detail("e1")) == (EntryState.HELD, "unsupported")
    await room.turn()
    assert room.state("e1") is EntryState.HELD
    await room.turn(able(software="newer"))
    assert room.state("e1") is EntryState.DELIVERED


async def test_single_part_too_large_is_held_and_others_go_on(room: OutboxRoom) -> None:
    """Fault: H8."""
    room.sign("e1", [note("n1")])
    room.sign("e2", [note("n2")])
    room.journal.meets = [JournalError(ErrorKind.REFUSED, status=413)]
    await room.turn()
    assert (room.state("e1"), room.detail("e1")) == (EntryState.HELD, "too-large")
    assert room.state("e2") is EntryState.DELIVERED


async def test_fault_in_the_journals_own_words_is_held_after_five_times(room: OutboxRoom) -> None:
    """Fault: H13, Q4."""
    room.sign("e1", [note("n1")])
    room.sign("e2", [note("n2")])
    words = (Outcome("error", "exception", (), "Null pointer"),)
    for _ in range(12):
        room.journal.meets = [JournalError(ErrorKind.SERVER_FAULT, status=500, outcomes=words)]
        await room.turn()
    assert room.state("e1") is EntryState.HELD
    assert room.state("e2") is EntryState.DELIVERED


async def test_locked_and_busy_are_waited_for_but_never_longer_than_ten_minutes(room: OutboxRoom) -> None:
    """Fault: H11, H12."""
    room.sign("e1", [note("n1")])
    room.journal.meets = [JournalError(ErrorKind.TOO_MANY, status=429, retry_after=86400.0)]
    await room.turn()
    due = room.store.entries.next_due()
    assert due is not None
    assert due - room.clock.at <= timedelta(minutes=10)
    room.journal.meets = [JournalError(ErrorKind.REFUSED, status=423)]
    await room.turn()
    assert room.state("e1") is EntryState.SIGNED
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED


async def test_answers_in_another_order_are_put_right_by_their_copies(
    room: OutboxRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault: H17."""
    first, second = pulse("o1"), pulse("o2", 80, 2)
    room.sign("e1", [first, second])

    async def reordered(_bundle: bytes) -> list[PartAnswer]:
        return [
            PartAnswer(201, "Observation", "s2", "1", (), second.body),
            PartAnswer(201, "Observation", "s1", "1", (), first.body),
        ]

    monkeypatch.setattr(room.journal, "transaction", reordered)
    await room.turn()
    assert [(p.op_id, p.server_id) for p in room.store.entries.parts("e1")] == [("o1", "s1"), ("o2", "s2")]


async def test_held_entry_is_not_sent_before_it_is_released(room: OutboxRoom) -> None:
    room.sign("e1", [note("n1")])
    room.store.holding.hold("e1")
    await room.turn()
    assert room.journal.asked == []
    room.store.holding.release("e1", room.clock.at)
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED
    with pytest.raises(WrongState):
        room.store.holding.hold("e1")


async def test_review_of_a_visit_releases_what_waits_for_it(room: OutboxRoom) -> None:
    for n in (1, 2):
        room.sign(f"e{n}", [note(f"n{n}")])
        room.store.holding.await_review(f"e{n}")
    await room.turn()
    assert room.journal.asked == []
    assert room.store.holding.release_reviewed("v2", room.clock.at) == []
    assert room.store.holding.release_reviewed("v1", room.clock.at) == ["e1", "e2"]
    await room.turn()
    assert [room.state(f"e{n}") for n in (1, 2)] == [EntryState.DELIVERED] * 2


async def test_nothing_of_a_typed_identity_is_sent_before_it_is_matched_once(room: OutboxRoom) -> None:
    local = "urn:uuid:0a1b"
    typed = Stranger(local, "Ola Nordmann", "", "", "", "", "Practitioner/a", room.clock.at)
    room.store.strangers.add(typed)
    part = note("n1")
    body = part.body.replace(b"Patient/p1", local.encode())
    room.sign("e1", [NewPart("n1", 1, part.type, body)], patient=local)
    await room.turn()
    assert room.journal.asked == []
    assert room.store.entries.next_due() is None
    room.store.strangers.match(local, "p7", by="Practitioner/a", at=room.clock.at)
    with pytest.raises(WrongState):
        room.store.strangers.match(local, "p8", by="Practitioner/a", at=room.clock.at)
    with pytest.raises(StoreError):
        room.store._engine.run("UPDATE local_patient SET patient = 'p8'")
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED
    assert b'"reference":"Patient/p7"' in room.journal.kept["s1"].body
    assert local.encode() not in room.journal.kept["s1"].body


async def test_receipts_are_kept_a_fortnight(room: OutboxRoom) -> None:
    room.sign("e1", [note("n1")])
    await room.turn()
    (receipt,) = room.store.receipts.all()
    assert (receipt.type, receipt.id, receipt.version_id) == ("DocumentReference", "s1", "1")
    await room.turn(seconds=KEPT.total_seconds() - 1)
    assert len(room.store.receipts.all()) == 1
    await room.turn(seconds=2)
    assert room.store.receipts.all() == []


def _raising(error: JournalError) -> Callable[[], None]:
    def meet() -> None:
        raise error

    return meet

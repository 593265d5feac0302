"""A lost answer on a journal that compares nothing: found by what was said, or left to a person, and never filed twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from client.errors import ErrorKind, JournalError
from client.outcome import Outcome
from client.written import PartAnswer
from offline_cache.errors import WrongState
from offline_cache.fingerprint import is_same
from offline_cache.holding import NOT_FOUND_TWICE, OTHER_VALUE, SEVERAL_FOUND
from offline_cache.states import EntryState
from tests.outbox_room import EPIC, LOST, OLD, OutboxRoom, VersionedJournal, able, note, pulse

if TYPE_CHECKING:
    from typing import Any

    from client.capability import Capabilities
    from client.written import Written
    from offline_cache.entries import NewPart

NEVER_CAME = JournalError(ErrorKind.SERVER_FAULT, status=502, may_be_applied=True)


@pytest.fixture
def room() -> OutboxRoom:
    return OutboxRoom(VersionedJournal(versions=False))


def without_identifier(part: NewPart) -> bytes:
    """Return a part as a journal keeps it that throws identifiers away."""
    return part.body.replace(part.op_id.encode(), b"someone-elses")


def dropped() -> None:
    raise NEVER_CAME


@pytest.mark.parametrize("part", [note("n1"), pulse("o1")], ids=["note", "vital"])
async def test_what_arrived_is_known_again_by_what_it_says(room: OutboxRoom, part: NewPart) -> None:
    """Fault: Q1, Q3."""
    room.sign("e1", [part])
    room.journal.meets = [dropped]
    await room.turn(EPIC)
    room.journal.put(part.type, "x1", without_identifier(part))
    await room.turn(EPIC)
    assert room.state("e1") is EntryState.DELIVERED
    assert room.journal.asked == ["create", "search"]
    assert room.store.entries.parts("e1")[0].server_id == "x1"


async def test_note_that_is_not_found_is_never_sent_again_by_itself(room: OutboxRoom) -> None:
    """Twice asked for, two minutes apart, then a person: a week of passes sends nothing. Fault: Q1, D1."""
    room.sign("e1", [note("n1")])
    room.journal.meets = [dropped]
    for _ in range(700):
        await room.turn(EPIC, seconds=900)
    assert room.state("e1") is EntryState.UNKNOWN
    assert room.detail("e1") == NOT_FOUND_TWICE
    assert room.journal.asked.count("create") == 1
    room.store.holding.resend("e1", room.clock.at)
    await room.turn(EPIC)
    assert room.state("e1") is EntryState.DELIVERED
    assert room.journal.asked.count("create") == 2


async def test_what_a_person_sends_again_can_still_not_be_taken_back(room: OutboxRoom) -> None:
    """The first one may come late. What never left, once more, goes by itself; what was lost is asked about. Fault: Q3, Q13."""
    room.sign("e1", [note("n1")])
    room.journal.meets = [dropped]
    for _ in range(4):
        await room.turn(EPIC)
    room.store.holding.resend("e1", room.clock.at)
    with pytest.raises(WrongState):
        room.store.entries.withdraw("e1", room.clock.at)
    room.journal.meets = [JournalError(ErrorKind.UNREACHABLE)]
    await room.turn(EPIC)
    with pytest.raises(WrongState):
        room.store.entries.withdraw("e1", room.clock.at)
    room.journal.meets = [dropped]
    await room.turn(EPIC)
    assert room.state("e1") is EntryState.UNKNOWN
    created = room.journal.asked.count("create")
    for _ in range(20):
        await room.turn(EPIC)
    assert room.detail("e1") == NOT_FOUND_TWICE
    assert room.journal.asked.count("create") == created == 3


async def test_note_that_turns_up_late_is_settled_by_itself(room: OutboxRoom) -> None:
    """Fault: Q3."""
    room.sign("e1", [note("n1")])
    room.journal.meets = [dropped]
    for _ in range(4):
        await room.turn(EPIC)
    assert room.detail("e1") == NOT_FOUND_TWICE
    room.journal.put("DocumentReference", "x1", without_identifier(note("n1")))
    await room.turn(EPIC)
    assert room.state("e1") is EntryState.DELIVERED


async def test_two_reads_too_close_are_one() -> None:
    room = OutboxRoom(refuses_known_vitals=True)
    room.sign("e1", [pulse("o1")])
    room.journal.meets = [dropped]
    await room.turn(EPIC)
    for _ in range(4):
        await room.turn(EPIC, seconds=25)
    assert room.journal.asked.count("create") == 1
    await room.turn(EPIC, seconds=120)
    await room.turn(EPIC, seconds=1)
    assert room.journal.asked.count("create") == 2
    assert room.state("e1") is EntryState.DELIVERED


@pytest.mark.parametrize("can", [OLD, EPIC], ids=["old", "calls-itself-epic"])
async def test_vital_is_not_sent_again_where_nobody_would_notice_a_second(
    room: OutboxRoom, can: Capabilities
) -> None:
    """The name that a journal gives itself is not believed: who configured it must have said so. Fault: Q1."""
    room.sign("e1", [pulse("o1")])
    room.journal.meets = [dropped]
    for _ in range(5):
        await room.turn(can)
    assert room.detail("e1") == NOT_FOUND_TWICE
    assert room.journal.asked.count("create") == 1


async def test_reading_that_exists_already_is_read_back_and_no_error(room: OutboxRoom) -> None:
    """Fault: Q9."""
    room.sign("e1", [pulse("o1")])
    exists = Outcome("error", "duplicate", ("59189",), "Reading already exists")
    room.journal.put("Observation", "x1", without_identifier(pulse("o1")))
    room.journal.meets = [JournalError(ErrorKind.REFUSED, status=400, outcomes=(exists,))]
    await room.turn(EPIC)
    assert room.state("e1") is EntryState.UNKNOWN
    await room.turn(EPIC)
    assert room.state("e1") is EntryState.DELIVERED


class Crowded(VersionedJournal):
    """Says of every reading that it has one already."""

    async def create(self, type_: str, body: bytes, *, if_none_exist: str = "") -> Written:
        self.asked.append("create")
        exists = Outcome("error", "duplicate", ("59189",), "Reading already exists")
        raise JournalError(ErrorKind.REFUSED, status=400, outcomes=(exists,))


async def test_reading_that_exists_with_another_value_is_told_and_not_sent_for_ever() -> None:
    """The journal refuses ours for what somebody else wrote of the same minute: a person must see that. Fault: Q9, M6, D1."""
    room = OutboxRoom(Crowded(versions=False))
    room.sign("e1", [pulse("o1")])
    room.journal.put("Observation", "x1", without_identifier(pulse("o9", value=48)))
    for tries in (1, 2):
        for _ in range(30):
            await room.turn(EPIC, seconds=600)
        assert (room.state("e1"), room.detail("e1")) == (EntryState.UNKNOWN, OTHER_VALUE)
        assert room.journal.asked.count("create") == tries
        room.store.holding.resend("e1", room.clock.at)


async def test_several_that_may_be_it_are_left_to_a_person(room: OutboxRoom) -> None:
    room.sign("e1", [note("n1")])
    room.journal.meets = [dropped]
    await room.turn(EPIC)
    for id_ in ("x1", "x2"):
        room.journal.put("DocumentReference", id_, without_identifier(note("n1")))
    await room.turn(EPIC)
    assert (room.state("e1"), room.detail("e1")) == (EntryState.UNKNOWN, SEVERAL_FOUND)


async def test_two_same_readings_of_ours_are_not_taken_for_each_other(room: OutboxRoom) -> None:
    """The one that the journal has named already cannot be the other one."""
    room.sign("e1", [pulse("o1")])
    await room.turn(EPIC)
    room.journal.kept["s1"].body = without_identifier(pulse("o1"))
    room.sign("e2", [pulse("o2")])
    room.journal.meets = [dropped]
    await room.turn(EPIC)
    await room.turn(EPIC, seconds=10)
    assert room.state("e2") is EntryState.UNKNOWN


async def test_clock_put_back_between_two_reads_begins_anew(room: OutboxRoom) -> None:
    """Fault: C1, C3."""
    room.sign("e1", [note("n1")])
    room.journal.meets = [dropped]
    await room.turn(EPIC)
    await room.turn(EPIC)
    room.clock.at -= timedelta(days=3)
    await room.turn(EPIC, seconds=700)
    await room.turn(EPIC, seconds=700)
    await room.turn(EPIC, seconds=700)
    assert room.detail("e1") == NOT_FOUND_TWICE


@pytest.mark.parametrize(
    "other",
    [
        pulse("x", value=73),
        pulse("x", by="Practitioner/b"),
        note("x"),
    ],
    ids=["value", "performer", "type"],
)
def test_what_differs_is_not_ours(other: NewPart) -> None:
    assert is_same(pulse("o1").body, pulse("o2").body)
    assert not is_same(pulse("o1").body, other.body)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"/min", b"/h"), (b"Patient/p1", b"Patient/p2"), (b"12:00:00Z", b"12:01:00Z"), (b"8867-4", b"9279-1")],
    ids=["unit", "patient", "time", "code"],
)
def test_each_mark_of_a_measurement_counts(old: bytes, new: bytes) -> None:
    assert not is_same(pulse("o1").body, pulse("o1").body.replace(old, new))
    assert is_same(pulse("o1").body, pulse("o1").body.replace(b"12:00:00Z", b"13:00:00+01:00"))


def test_note_is_known_by_every_byte_of_its_text() -> None:
    assert not is_same(note("n1", b"Sover godt.").body, note("n1", b"Sover godt. ").body)


async def test_lost_answer_is_unknown_and_not_sent_again_before_it_is_asked_for(room: OutboxRoom) -> None:
    """Fault: N4, K9, K10."""
    room.sign("e1", [note("n1")])
    room.journal.meets = [LOST]
    await room.turn(EPIC)
    await room.turn(EPIC)
    assert room.state("e1") is EntryState.DELIVERED
    assert room.journal.asked == ["create", "search"]


class HalfRefusing(VersionedJournal):
    """Keeps the first part and answers it with a fault; refuses the second."""

    async def _one(self, entry: dict[str, Any]) -> PartAnswer:
        answer = await super()._one(entry)
        if len(self.kept) == 1:
            return PartAnswer(500, "", "", "", ())
        self.kept.pop(answer.id)
        return PartAnswer(422, "", "", "", ())


async def test_refusal_of_one_part_says_nothing_of_another_that_may_be_there() -> None:
    """A journal that does not roll back: called refused, the first part would be signed and filed a second time. Fault: Q1."""
    room = OutboxRoom(HalfRefusing())
    room.sign("e1", [pulse("o1"), pulse("o2", 80, number=2)])
    await room.turn(able(conditional=False))
    assert room.state("e1") is EntryState.UNKNOWN
    assert {part.state for part in room.store.entries.parts("e1")} == {EntryState.UNKNOWN}


async def test_a_journal_on_short_pages_is_asked_for_the_one_that_bears_the_identifier(
    room: OutboxRoom,
) -> None:
    """Else its 413 to a long page would be taken for a note that is too large, and hold it."""
    room.sign("e1", [note("n1")])
    room.journal.meets, room.journal.longest_page = [LOST], 2
    for _ in range(3):
        await room.turn(OLD)
    assert room.state("e1") is EntryState.DELIVERED
    assert room.journal.asked[:2] == ["create", "search"]

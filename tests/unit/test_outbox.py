"""The outbox against a journal by hand: each answer that could mislead it, and each way a pass can break off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from client.capability import Capabilities, TypeCapabilities
from client.errors import ErrorKind, JournalError
from client.resource import Page, Resource
from client.written import PartAnswer, Written
from offline_cache.entries import NewPart
from offline_cache.errors import StoreFull, WrongState
from offline_cache.outbox import Outbox
from offline_cache.states import EntryState
from offline_cache.store import Store
from ports.disk import SystemDisk
from ports.ids import SystemIds
from ports.worker import InlineWorker
from tests.store_room import KEYS, NOON, HandClock, draft

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def able(*, conditional: bool = True, transaction: bool = True) -> Capabilities:
    """Return what a journal says it can do."""
    one = TypeCapabilities(
        frozenset(),
        frozenset(),
        frozenset(),
        conditional_create=conditional,
        update_create=False,
        versioning="",
    )
    system = frozenset({"transaction"} if transaction else ())
    return Capabilities({"Observation": one}, system, "4.0.1", "", "", "")


class HandJournal:
    """Keeps what it is sent; `answers` is drawn from first, and may be an error that comes instead of an answer."""

    def __init__(self) -> None:
        self.kept: list[Resource] = []
        self.answers: list[Any] = []
        self.asked: list[str] = []

    async def create(self, type_: str, body: bytes, *, if_none_exist: str = "") -> Written:
        self.asked.append("create")
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            made: Written = answer(body)
            return made
        self.kept.append(Resource(type_, f"s{len(self.kept) + 1}", "1", "", body))
        return Written(type_, self.kept[-1].id, "1", created=True, status=201, body=body)

    async def transaction(self, bundle: bytes) -> list[PartAnswer]:
        self.asked.append("transaction")
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.bundle = bundle
        return list(answer)

    async def search(
        self, type_: str, query: Any, *, page_size: int = 100, in_body: bool
    ) -> AsyncIterator[Page]:
        self.asked.append("search")
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        op_id = query[0][1].rpartition(":")[2].encode()
        found = answer if answer is not None else [r for r in self.kept if op_id in r.body]
        yield Page(tuple(found), (), None, (), None, is_last=True)

    async def read(self, type_: str, id_: str) -> Resource:
        return next(r for r in self.kept if r.id == id_)


class Room:
    """An outbox on a store in memory with one entry, or more, signed and due."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.store = Store.open(None, KEYS, disk=SystemDisk(), clock=self.clock, create=True)
        self.journal = HandJournal()
        self.outbox = Outbox(self.journal, self.store, InlineWorker(), self.clock, SystemIds())  # type: ignore[arg-type]  # a hand-made client

    def sign(self, entry_id: str = "e1", parts: int = 2) -> None:
        """Sign an entry whose half minute is over."""
        with self.store.transaction():
            self.store.entries.save_draft(draft(entry_id))
            made = [
                NewPart(f"{entry_id}-{n}", n, "Observation", f'{{"id":"urn:uuid:{entry_id}-{n}"}}'.encode())
                for n in range(1, parts + 1)
            ]
            self.store.entries.sign(
                entry_id, made, title="", signed_at=self.clock.at, send_after=self.clock.at, author="a"
            )

    def state(self, entry_id: str = "e1") -> EntryState:
        """Return how an entry stands."""
        entry = self.store.entries.get(entry_id)
        assert entry is not None
        return entry.state

    async def turn(self, can: Capabilities | None = None, minutes: int = 15) -> None:
        """Let time pass, and one pass be made."""
        self.clock.at += timedelta(minutes=minutes)
        await self.outbox.deliver_due(can or able())


LOST = JournalError(ErrorKind.ANSWER_LOST, may_be_applied=True)
OLD = able(conditional=False, transaction=False)


@pytest.fixture
def room() -> Room:
    made = Room()
    made.sign()
    return made


def acknowledged(*ids: str, status: int = 201) -> list[PartAnswer]:
    return [PartAnswer(status, "Observation", id_, "1", ()) for id_ in ids]


async def test_an_entry_of_a_broken_pass_is_asked_for_in_the_next(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full at the very moment the journal has answered: without a restart it is settled later.

    Fault: K8.
    """

    def full(*_args: object) -> None:
        raise StoreFull

    room.journal.kept = [Resource("Observation", f"s{n}", "1", "", f'"e1-{n}"'.encode()) for n in (1, 2)]
    room.journal.answers = [acknowledged("s1", "s2")]
    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "_parts_delivered", full)
        with pytest.raises(StoreFull):
            await room.turn()
    assert room.state() is EntryState.SENDING
    await room.turn()
    assert room.state() is EntryState.DELIVERED
    assert room.journal.asked == ["transaction", "search", "search"]


async def test_what_a_journal_finds_beside_the_question_is_no_acknowledgement(room: Room) -> None:
    """A journal that ignores the identifier finds somebody's measurement: the entry is as unknown as before."""
    stranger = Resource("Observation", "x", "1", "", b'{"id":"x"}')
    room.journal.answers = [LOST, [stranger]]
    await room.turn()
    await room.turn()
    assert room.state() is EntryState.UNKNOWN
    assert [p.server_id for p in room.store.entries.parts("e1")] == ["", ""]


@pytest.mark.parametrize(
    "answers",
    [
        acknowledged("s1", "s1"),
        [*acknowledged("s1"), PartAnswer(201, "Patient", "s2", "1", ())],
        [*acknowledged("s1"), PartAnswer(0, "", "", "", ())],
    ],
    ids=["same id twice", "another type", "no status"],
)
async def test_answer_to_a_transaction_that_cannot_be_is_read_back(
    room: Room, answers: list[PartAnswer]
) -> None:
    """Fault: H17."""
    room.journal.answers = [answers]
    await room.turn()
    assert room.state() is EntryState.UNKNOWN


@pytest.mark.parametrize("can", [able(), able(transaction=False)], ids=["transaction", "one by one"])
async def test_what_the_journal_had_already_must_be_the_part(room: Room, can: Capabilities) -> None:
    """A conditional create that is overlooked names the first resource it finds."""
    room.journal.kept = [Resource("Observation", "x", "1", "", b'{"id":"x"}')]
    mistaken = Written("Observation", "x", "1", created=False, status=200, body=None)
    room.journal.answers = [acknowledged("x", "y", status=200) if can.transaction else lambda _body: mistaken]
    await room.turn(can)
    assert room.state() is EntryState.UNKNOWN
    assert [p.server_id for p in room.store.entries.parts("e1")] == ["", ""]


async def test_journal_without_conditions_is_asked_before_anything_is_sent_again(room: Room) -> None:
    """503 from a gateway, although the journal has it: never a second time where nothing would stop it."""
    kept = Resource("Observation", "s1", "1", "", b'"e1-1"')
    room.journal.answers = [JournalError(ErrorKind.SERVER_FAULT, status=503, may_be_applied=True)]
    await room.turn(OLD)
    assert room.state() is EntryState.SIGNED
    room.journal.kept.append(kept)
    for _ in range(3):
        await room.turn(OLD)
    assert room.state() is EntryState.DELIVERED
    assert room.journal.asked == ["create", "search", "create"]


async def test_part_that_was_never_sent_is_sent_where_another_was_lost(room: Room) -> None:
    """One by one: only the part on its way when the answer was lost is in doubt, not those behind it."""

    def lost_after(body: bytes) -> Written:
        room.journal.kept.append(Resource("Observation", "s1", "1", "", body))
        raise LOST

    room.journal.answers = [lost_after]
    await room.turn(OLD)
    assert [p.state for p in room.store.entries.parts("e1")] == [EntryState.UNKNOWN, EntryState.SIGNED]
    for _ in range(2):
        await room.turn(OLD)
    assert room.state() is EntryState.DELIVERED
    assert len(room.journal.kept) == 2


async def test_retry_of_a_bundle_holds_only_what_is_lacking() -> None:
    """A journal that stores some parts and refuses others gets only the refused ones again, when a person says so."""
    room = Room()
    room.sign(parts=3)
    room.journal.answers = [[*acknowledged("a"), *[PartAnswer(422, "", "", "", ())] * 2]]
    await room.turn()
    assert room.state() is EntryState.REFUSED
    with pytest.raises(WrongState):
        room.store.entries.withdraw("e1", NOON)
    room.store.entries.send_now("e1", room.clock.at)
    room.journal.answers = [acknowledged("b", "c")]
    await room.turn()
    assert room.state() is EntryState.DELIVERED
    assert b"e1-1" not in room.journal.bundle


@pytest.mark.parametrize("status", [404, 409, 410, 412])
async def test_question_that_is_refused_ends_nothing(room: Room, status: int) -> None:
    """A gateway says 404 to the reading back: the journal may have the entry all the same, and is asked again."""
    kinds = {404: ErrorKind.NOT_FOUND, 409: ErrorKind.CONFLICT, 410: ErrorKind.GONE, 412: ErrorKind.CONFLICT}
    room.journal.answers = [LOST, JournalError(kinds[status], status=status)]
    await room.turn()
    await room.turn()
    assert room.state() is EntryState.UNKNOWN
    assert room.store.entries.next_due() is not None


async def test_entry_that_makes_no_sense_holds_back_no_other(room: Room) -> None:
    """Fault: Q4, D1."""
    room.sign("e2")
    room.journal.answers = [ValueError("no sense"), acknowledged("s1", "s2")]
    with pytest.raises(ValueError, match="no sense"):
        await room.turn()
    assert room.state("e2") is EntryState.DELIVERED


@pytest.mark.parametrize("state", [EntryState.HELD, EntryState.REFUSED])
async def test_person_can_have_it_sent_again(room: Room, state: EntryState) -> None:
    kind = ErrorKind.FORBIDDEN if state is EntryState.HELD else ErrorKind.REFUSED
    room.journal.answers = [JournalError(kind, status=403)]
    await room.turn()
    assert room.state() is state
    room.store.entries.send_now("e1", room.clock.at)
    room.journal.answers = [acknowledged("s1", "s2")]
    await room.turn(minutes=0)
    assert room.state() is EntryState.DELIVERED


@pytest.mark.parametrize("days", [-3, -3650])
async def test_clock_that_is_put_back_keeps_nothing_from_the_journal(days: int) -> None:
    """Signed by a clock that ran ahead: after a new half minute it goes; the half minute itself is kept.

    Fault: C1, C3.
    """
    room = Room()
    room.sign()
    room.clock.at += timedelta(days=days)
    room.journal.answers = [acknowledged("s1", "s2")]
    await room.turn(minutes=0)
    assert room.state() is EntryState.SIGNED
    assert room.store.entries.next_due() == room.clock.at + timedelta(seconds=30)
    await room.turn(minutes=1)
    assert room.state() is EntryState.DELIVERED


async def test_withdrawn_entry_is_never_sent(room: Room) -> None:
    """Fault: Q13."""
    room.store.entries.withdraw("e1", NOON)
    await room.turn()
    assert room.journal.asked == []

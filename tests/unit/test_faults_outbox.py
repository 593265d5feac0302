"""Faults of the list that the outbox must survive and that no other test is about."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from client.errors import ErrorKind, JournalError
from offline_cache import schema
from offline_cache.conflicts import ConflictKind
from offline_cache.entries import Base, NewPart
from offline_cache.errors import WrongState
from offline_cache.fingerprint import is_same
from offline_cache.outbox import Outbox
from offline_cache.states import EntryState
from ports.ids import SystemIds
from ports.worker import InlineWorker
from tests.outbox_room import EPIC, LOST, OutboxRoom, VersionedJournal, able, note, pulse, task
from tests.store_room import HandClock, room_in

if TYPE_CHECKING:
    from pathlib import Path

SEEN = Base("t1", "1", task())
DONE, FAILED = task("completed"), task("failed")
NO_LINE = JournalError(ErrorKind.UNREACHABLE)
NO_ACCESS = JournalError(ErrorKind.FORBIDDEN, status=403)


@pytest.fixture
def room() -> OutboxRoom:
    return OutboxRoom()


async def test_five_hundred_entries_of_three_days_go_once_each_in_the_order_of_signing(
    room: OutboxRoom,
) -> None:
    """Fault: Q11, D9."""
    for number in range(500):
        room.sign(f"e{number}", [note(f"n{number}")], patient=f"p{number % 9}")
        room.clock.at += timedelta(minutes=8, seconds=38)
        if number % 50 == 0:
            room.journal.meets = [NO_LINE]
            await room.turn()
    room.journal.asked.clear()
    await room.turn()
    assert {room.state(f"e{number}") for number in range(500)} == {EntryState.DELIVERED}
    assert room.journal.asked == ["create"] * 500
    assert [f"n{n}".encode() in kept.body for n, kept in enumerate(room.journal.kept.values())] == [
        True
    ] * 500


async def test_what_an_earlier_version_signed_is_sent_after_the_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store of the first schema with a signed entry is opened by this program and delivered as it was signed.

    Fault: Q12, U2.
    """
    old = room_in(tmp_path)
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "STEPS", schema.STEPS[:1])
        earlier.setattr("offline_cache.search_index.SearchIndex.bring_up", lambda _self: None)
        store = old.store()
        at = old.clock.at.isoformat()
        part = note("n1")
        with store.transaction():
            store._engine.run(
                """INSERT INTO entry (entry_id, sequence, kind, patient, visit, event_at, fields, author, saved_at,
                   state, title, signed_at, send_after) VALUES ('e1', 1, 'note', 'p1', 'v1', ?, '{}', 'a', ?,
                   'signert', 'Notat', ?, ?)""",
                (at, at, at, at),
            )
            store._engine.run(
                "INSERT INTO part (op_id, entry_id, number, type, body, state) VALUES (?, 'e1', 1, ?, ?, 'signert')",
                (part.op_id, part.type, part.body),
            )
        store.close()
    store = old.store(create=False)
    journal = VersionedJournal()
    outbox = Outbox(journal, store, InlineWorker(), HandClock(old.clock.at + timedelta(hours=1)), SystemIds())  # type: ignore[arg-type]  # by hand
    assert (await outbox.deliver_due(able())).delivered == 1
    assert [kept.body for kept in journal.kept.values()] == [part.body]
    store.close()


async def test_large_attachment_whose_answer_is_lost_is_there_once(room: OutboxRoom) -> None:
    """20 MB of text in one note. Fault: Q14, F10."""
    text = b"0123456789abcdef" * 1_250_000
    room.sign("e1", [note("n1", text)])
    room.journal.meets = [LOST]
    await room.turn()
    assert room.state("e1") is EntryState.UNKNOWN
    await room.turn()
    assert room.state("e1") is EntryState.DELIVERED
    (kept,) = room.journal.kept.values()
    assert base64.b64decode(json.loads(kept.body)["content"][0]["attachment"]["data"]) == text


async def test_fourteen_days_without_a_line_write_over_nothing(room: OutboxRoom) -> None:
    """Two tasks were changed offline; one of them somebody else has changed since. Fault: M8, M4."""
    room.journal.put("Task", "t1", task())
    room.journal.put("Task", "t2", task().replace(b'"t1"', b'"t2"'))
    room.update("e1", DONE, SEEN)
    second = NewPart("e2-1", 1, "Task", DONE.replace(b'"t1"', b'"t2"'), replace(SEEN, target_id="t2"))
    room.sign("e2", [second])
    room.journal.meets = [NO_LINE]
    await room.turn()
    room.journal.put("Task", "t1", FAILED)
    await room.turn(seconds=14 * 86400)
    assert (room.state("e1"), room.state("e2")) == (EntryState.CONFLICT, EntryState.DELIVERED)
    assert room.journal.kept["t1"].body == FAILED


async def test_same_nurse_on_two_laptops(room: OutboxRoom) -> None:
    """Notes of both are there; the same task changed on both is done once and a conflict on the second. Fault: M9, M1."""
    other = OutboxRoom(room.journal)
    room.journal.put("Task", "t1", task())
    for laptop, number in ((room, 1), (other, 2)):
        laptop.sign("note", [note(f"n{number}")])
        laptop.sign("task", [NewPart(f"u{number}", 1, "Task", DONE if number == 1 else FAILED, SEEN)])
    await room.turn()
    await other.turn()
    assert (room.state("note"), other.state("note")) == (EntryState.DELIVERED, EntryState.DELIVERED)
    assert (room.state("task"), other.state("task")) == (EntryState.DELIVERED, EntryState.CONFLICT)
    assert room.journal.kept["t1"].body == DONE


@pytest.mark.parametrize("can", [able(), EPIC], ids=["full", "epic"])
async def test_entry_without_a_right_is_held_and_nothing_is_lost(room: OutboxRoom, can: object) -> None:
    """The scope was reduced at the last refresh, or the role withdrawn: told, kept, and sent when the right is back.

    Fault: A4, A6, H3.
    """
    assert can is EPIC or can == able()
    for number in range(3):
        room.sign(f"e{number}", [note(f"n{number}")])
    room.journal.meets = [NO_ACCESS] * 3
    await room.turn(EPIC if can is EPIC else None)
    assert [(room.state(f"e{n}"), room.detail(f"e{n}")) for n in range(3)] == [
        (EntryState.HELD, "forbidden")
    ] * 3
    for number in range(3):
        room.store.holding.release(f"e{number}", room.clock.at)
    await room.turn(EPIC if can is EPIC else None)
    assert len(room.journal.kept) == 3


async def test_ids_that_a_migration_has_changed_are_a_conflict_and_not_a_new_resource(
    room: OutboxRoom,
) -> None:
    """The task that was changed offline is there under another id now: a person sees that it is gone. Fault: S11, H4."""
    room.update("e1", DONE, SEEN)
    room.journal.put("Task", "migrated-t1", task())
    await room.turn()
    assert [one.met.kind for one in room.store.conflicts.of("e1")] == [ConflictKind.TARGET_GONE]
    assert list(room.journal.kept) == ["migrated-t1"]


def test_reading_is_known_again_under_a_newer_code_system() -> None:
    """The journal has put a code of its own beside ours, and changed the display. Fault: S9."""
    ours = pulse("o1").body
    tree = json.loads(ours)
    tree["code"]["coding"].insert(0, {"system": "urn:oid:1.2.840.114350", "code": "8", "display": "PULSE"})
    tree["code"]["text"] = "Pulse"
    assert is_same(ours, json.dumps(tree).encode())
    tree["code"]["coding"] = tree["code"]["coding"][:1]
    assert not is_same(ours, json.dumps(tree).encode())


class Sleeping(HandClock):
    """A clock whose monotonic side stands still while the laptop sleeps."""

    def monotonic(self) -> float:
        return 0.0


async def test_sleep_of_the_laptop_delays_nothing_that_is_due(room: OutboxRoom) -> None:
    """Fault: C4."""
    room.clock = Sleeping()
    room.outbox = Outbox(room.journal, room.store, InlineWorker(), room.clock, SystemIds())  # type: ignore[arg-type]  # by hand
    room.sign("e1", [note("n1")])
    await room.turn(seconds=8 * 3600)
    assert room.state("e1") is EntryState.DELIVERED


async def test_what_was_made_and_taken_back_offline_ends(room: OutboxRoom) -> None:
    """No pass goes round for ever, nothing is sent, and nothing is left to do. Fault: D7, Q6."""
    room.sign("e1", [note("n1")])
    room.store.entries.withdraw("e1", room.clock.at)
    done = await room.outbox.deliver_due(able())
    assert (done.tried, done.next_at, room.journal.asked) == (0, None, [])
    with pytest.raises(WrongState):
        room.store.entries.send_now("e1", room.clock.at)


async def test_words_of_a_refusal_are_kept_and_a_wait_is_kept_to(room: OutboxRoom) -> None:
    """The journal's own text stands with the entry; 429 is waited for as long as it says. Fault: D13, H12."""
    from client.outcome import Outcome

    said = Outcome("error", "invariant", (), "Puls over 300 er ikke mulig")
    room.sign("e1", [pulse("o1")])
    room.journal.meets = [JournalError(ErrorKind.REFUSED, status=422, outcomes=(said,))]
    await room.turn()
    entry = room.store.entries.get("e1")
    assert entry is not None
    assert (entry.state, "Puls over 300" in entry.shown) == (EntryState.REFUSED, True)
    room.sign("e2", [note("n2")])
    room.journal.meets = [JournalError(ErrorKind.TOO_MANY, status=429, retry_after=90.0)]
    await room.turn()
    asked = len(room.journal.asked)
    await room.turn(seconds=89)
    assert len(room.journal.asked) == asked
    await room.turn(seconds=2)
    assert room.state("e2") is EntryState.DELIVERED

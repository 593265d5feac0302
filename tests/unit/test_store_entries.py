"""Drafts, signing, the queue, and what may never happen to a signed entry."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from offline_cache.entries import NewPart
from offline_cache.errors import StoreFault, WrongState
from offline_cache.states import EntryState
from tests.store_room import NOON, draft, memory_store, sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from offline_cache.store import Store

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def store() -> Iterator[Store]:
    opened = memory_store()
    yield opened
    opened.close()


def state_of(store: Store, entry_id: str = "e1") -> EntryState:
    entry = store.entries.get(entry_id)
    assert entry is not None
    return entry.state


def test_a_draft_comes_back_as_it_was_typed(store: Store) -> None:
    store.entries.save_draft(draft(text="37,2 \ud83d æøå [ikke bekreftet]"))
    kept = store.entries.draft("e1")
    assert kept is not None
    assert kept.fields == {"text": "37,2 \ud83d æøå [ikke bekreftet]"}
    assert kept.saved_at == NOON


def test_drafts_are_listed_by_patient_and_never_among_the_signed(store: Store) -> None:
    store.entries.save_draft(draft("e1", "p1"))
    store.entries.save_draft(draft("e2", "p2"))
    assert [d.entry_id for d in store.entries.drafts("p2")] == ["e2"]
    assert {d.entry_id for d in store.entries.drafts()} == {"e1", "e2"}
    assert store.entries.all() == []
    assert store.entries.get("e1") is None


def test_a_draft_is_not_moved_to_another_patient(store: Store) -> None:
    store.entries.save_draft(draft("e1", "p1"))
    with pytest.raises(WrongState):
        store.entries.save_draft(draft("e1", "p2"))
    kept = store.entries.draft("e1")
    assert kept is not None
    assert kept.patient == "p1"


def test_signing_gives_the_next_sequence_and_keeps_the_parts_byte_for_byte(store: Store) -> None:
    sign(store, "e1")
    sign(store, "e2")
    assert [(e.entry_id, e.sequence, e.state) for e in store.entries.all()] == [
        ("e1", 1, EntryState.SIGNED),
        ("e2", 2, EntryState.SIGNED),
    ]
    first = store.entries.parts("e1")[0]
    assert first.body == '{"resourceType":"Observation","note":"Sårstell utført."}'.encode()
    assert store.entries.drafts() == []


def test_signing_without_parts_or_twice_changes_nothing(store: Store) -> None:
    store.entries.save_draft(draft("e1"))
    with pytest.raises(WrongState):
        store.entries.sign("e1", [], title="", signed_at=NOON, send_after=NOON, author="")
    assert store.entries.draft("e1") is not None
    sign(store, "e2")
    part = NewPart("x", 9, "Observation", b"{}")
    with pytest.raises(WrongState):
        store.entries.sign("e2", [part], title="", signed_at=NOON, send_after=NOON, author="")
    assert len(store.entries.parts("e2")) == 2


def test_a_failed_audit_row_takes_the_signature_with_it(store: Store) -> None:
    """Fault: L3."""
    store.entries.save_draft(draft("e1"))
    part = NewPart("o", 1, "Observation", b"{}")

    def sign_without_audit() -> None:
        with store.transaction():
            store.entries.sign("e1", [part], title="", signed_at=NOON, send_after=NOON, author="")
            raise RuntimeError("the audit could not be written")

    with pytest.raises(RuntimeError):
        sign_without_audit()
    assert store.entries.draft("e1") is not None
    assert store.entries.all() == []


def test_a_failure_caught_inside_a_transaction_still_spoils_it(store: Store) -> None:
    def half_done() -> None:
        with store.transaction():
            store.meta.put("a", b"1")
            with contextlib.suppress(WrongState), store.transaction():
                store.meta.put("b", b"2")
                store.entries.discard("no such draft")
            store.meta.put("c", b"3")

    with pytest.raises(StoreFault):
        half_done()
    assert [store.meta.get(k) for k in "abc"] == [None, None, None]


def test_signed_entries_and_parts_cannot_be_removed_or_changed(store: Store) -> None:
    sign(store)
    with pytest.raises(WrongState):
        store.entries.discard("e1")
    for statement in (
        "DELETE FROM entry",
        "DELETE FROM part",
        "UPDATE part SET body = x'00'",
        "DELETE FROM audit",
        "UPDATE audit SET actor = 'x'",
    ):
        with pytest.raises(StoreFault):
            store._engine.run(statement)
    with pytest.raises(WrongState):
        store.entries.save_draft(draft("e1", text="overskrevet"))
    assert store.entries.parts("e1")[0].body.find(b"overskrevet") == -1


def test_an_entry_is_due_after_its_half_minute_in_the_order_of_signing(store: Store) -> None:
    sign(store, "e1")
    sign(store, "e2")
    assert store.entries.due(NOON + timedelta(seconds=29)) == []
    assert store.entries.next_due() == NOON + timedelta(seconds=30)
    assert [e.entry_id for e in store.entries.due(NOON + timedelta(seconds=30))] == ["e1", "e2"]
    store.entries.send_now("e2", NOON)
    assert [e.entry_id for e in store.entries.due(NOON)] == ["e2"]
    store.entries.set_state("e2", EntryState.UNKNOWN, next_at=LATER)
    assert [e.entry_id for e in store.entries.due(NOON + timedelta(seconds=60))] == ["e1"]
    assert [e.entry_id for e in store.entries.due(LATER)] == ["e1", "e2"]


def test_what_is_held_refused_or_delivered_is_not_due(store: Store) -> None:
    for number, state in enumerate(
        (EntryState.HELD, EntryState.REFUSED, EntryState.DELIVERED, EntryState.SENDING)
    ):
        sign(store, f"e{number}")
        store.entries.set_state(f"e{number}", state)
    assert store.entries.due(LATER) == []
    assert store.entries.next_due() is None


def test_sending_counts_as_an_attempt_and_a_crash_leaves_unknown(store: Store) -> None:
    """Fault: K7."""
    sign(store)
    store.entries.set_state("e1", EntryState.SENDING)
    store.entries.set_part("e1-1", EntryState.SENDING)
    assert store.entries.recover() == 1
    entry = store.entries.get("e1")
    assert entry is not None
    assert (entry.state, entry.attempts) == (EntryState.UNKNOWN, 1)
    assert store.entries.parts("e1")[0].state is EntryState.UNKNOWN
    assert store.entries.recover() == 0


def test_withdrawing_is_possible_until_the_journal_may_have_it(store: Store) -> None:
    """Fault: Q13."""
    sign(store, "e1")
    store.entries.withdraw("e1", LATER)
    entry = store.entries.get("e1")
    assert entry is not None
    assert (entry.state, entry.withdrawn_at) == (EntryState.WITHDRAWN, LATER)
    assert len(store.entries.parts("e1")) == 2
    for state in (EntryState.SENDING, EntryState.UNKNOWN, EntryState.DELIVERED):
        sign(store, state.name)
        store.entries.set_state(state.name, state)
        with pytest.raises(WrongState):
            store.entries.withdraw(state.name, LATER)
        assert state_of(store, state.name) is state


def test_an_entry_with_one_delivered_part_cannot_be_withdrawn(store: Store) -> None:
    sign(store)
    store.entries.set_part("e1-1", EntryState.DELIVERED, server_id="77", version_id="1", status=201)
    with pytest.raises(WrongState):
        store.entries.withdraw("e1", LATER)


@pytest.mark.parametrize("final", [EntryState.DELIVERED, EntryState.WITHDRAWN])
def test_delivered_and_withdrawn_are_final(store: Store, final: EntryState) -> None:
    sign(store)
    if final is EntryState.WITHDRAWN:
        store.entries.withdraw("e1", LATER)
    else:
        store.entries.set_state("e1", final, delivered_at=LATER)
    for state in (EntryState.SIGNED, EntryState.SENDING, EntryState.UNKNOWN):
        with pytest.raises(WrongState):
            store.entries.set_state("e1", state)
    assert state_of(store) is final


def test_an_id_from_the_journal_is_not_lost_to_a_later_answer(store: Store) -> None:
    sign(store)
    store.entries.set_part("e1-1", EntryState.DELIVERED, server_id="77", version_id="1", status=201)
    store.entries.set_part("e1-1", EntryState.DELIVERED, status=200)
    assert store.entries.parts("e1")[0].server_id == "77"


def test_records_do_not_show_what_was_written(store: Store) -> None:
    sign(store, text="Hemmelig hendelse")
    shown = repr((store.entries.all(), store.entries.parts("e1"), draft(text="Hemmelig hendelse")))
    assert "Hemmelig" not in shown

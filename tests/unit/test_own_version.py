"""What the nurse wrote is no news when it comes back; what a colleague made of it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from offline_cache.entries import Base, NewPart
from offline_cache.kept_differently import to_detail
from offline_cache.pull_codes import ChangeKind
from offline_cache.states import EntryState
from tests.pull_room import TYPES, Kept, a_round, full, statement
from tests.store_room import NOON, draft

if TYPE_CHECKING:
    from offline_cache.store import Store

OP_ID = "22222222-3333-4444-8555-666666666666"
IDENTIFIER = [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{OP_ID}"}]
MINE: dict[str, Any] = {"for": {"reference": "Patient/p1"}, "status": "completed", "identifier": IDENTIFIER}


def wrote(store: Store, id_: str, version: str, *, updates: bool = False, detail: str = "") -> None:
    """Sign a task in the store and note that the journal has it, as the outbox does."""
    body = json.dumps({"resourceType": "Task", **MINE}).encode()
    base = Base(id_, "1", b'{"resourceType":"Task"}') if updates else None
    with store.transaction():
        store.entries.save_draft(draft())
        store.entries.sign(
            "e1",
            [NewPart(OP_ID, 1, "Task", body, base)],
            title="Tiltak",
            signed_at=NOON,
            send_after=NOON,
            author="Practitioner/kari-nordmann",
        )
        store.entries.set_part(OP_ID, EntryState.DELIVERED, id_, version, 201, detail)


@pytest.fixture(params=["versions", "none"])
def ward(request: pytest.FixtureRequest) -> tuple[Store, Kept]:
    """Return a store and a journal, one that keeps versions or one that keeps none."""
    if request.param == "versions":
        return a_round(full("_deleted"), 1)
    store, journal = a_round(statement(dict.fromkeys(TYPES, ("actor", "patient"))), 1)
    journal.has_meta = False
    return store, journal


def news(store: Store) -> list[tuple[str, ChangeKind]]:
    """Return what is news of the patient."""
    return [(one.id, one.kind) for one in store.changes.of("p1")]


async def test_what_a_colleague_makes_of_our_entry_is_news(ward: tuple[Store, Kept]) -> None:
    """The entry itself is none, nor is it when it comes once more. Fault: M1."""
    store, journal = ward
    assert (await journal.take(store).round()).complete
    mine = journal.put("Task", "t1", **MINE)
    wrote(store, "t1", mine.version_id)
    await journal.take(store).round()
    await journal.take(store).round()
    assert news(store) == []
    journal.put("Task", "t1", **{**MINE, "status": "entered-in-error"})
    await journal.take(store).round()
    assert news(store) == [("t1", ChangeKind.CHANGED)]


async def test_what_a_colleague_made_of_it_before_it_came_back_is_news(ward: tuple[Store, Kept]) -> None:
    store, journal = ward
    assert (await journal.take(store).round()).complete
    mine = journal.put("Task", "t1", **MINE)
    wrote(store, "t1", mine.version_id)
    journal.put("Task", "t1", **{**MINE, "status": "entered-in-error"})
    await journal.take(store).round()
    assert news(store) == [("t1", ChangeKind.NEW)]


async def test_what_a_colleague_adds_to_it_is_news(ward: tuple[Store, Kept]) -> None:
    store, journal = ward
    assert (await journal.take(store).round()).complete
    mine = journal.put("Task", "t1", **MINE)
    wrote(store, "t1", mine.version_id)
    await journal.take(store).round()
    journal.put("Task", "t1", **MINE, note=[{"text": "Pasienten angret seg"}])
    await journal.take(store).round()
    assert news(store) == [("t1", ChangeKind.CHANGED)]


async def test_our_change_of_what_was_there_is_no_news(ward: tuple[Store, Kept]) -> None:
    store, journal = ward
    journal.put("Task", "t1", **{**MINE, "status": "requested"})
    assert (await journal.take(store).round()).complete
    mine = journal.put("Task", "t1", **MINE)
    wrote(store, "t1", mine.version_id, updates=True)
    await journal.take(store).round()
    assert news(store) == []
    journal.put("Task", "t1", **{**MINE, "status": "requested"})
    await journal.take(store).round()
    assert news(store) == [("t1", ChangeKind.CHANGED)]


async def test_what_the_journal_is_known_to_have_made_of_it_is_no_news(ward: tuple[Store, Kept]) -> None:
    """Fault: Q8."""
    store, journal = ward
    assert (await journal.take(store).round()).complete
    kept = journal.put("Task", "t1", **{**MINE, "status": "accepted"})
    wrote(store, "t1", kept.version_id, detail=to_detail(("status",)))
    await journal.take(store).round()
    assert news(store) == []


async def test_entry_whose_answer_was_lost_is_known_by_its_identifier(ward: tuple[Store, Kept]) -> None:
    """Fault: N4."""
    store, journal = ward
    assert (await journal.take(store).round()).complete
    journal.put("Task", "t1", **MINE)
    wrote(store, "", "")
    await journal.take(store).round()
    assert news(store) == []
    journal.put("Task", "t1", **{**MINE, "status": "entered-in-error"})
    await journal.take(store).round()
    assert news(store) == [("t1", ChangeKind.CHANGED)]


async def test_what_a_colleague_writes_about_our_entry_is_news(ward: tuple[Store, Kept]) -> None:
    """A resource that bears our identifier as what it builds on is not ours."""
    store, journal = ward
    assert (await journal.take(store).round()).complete
    wrote(store, "t1", journal.put("Task", "t1", **MINE).version_id)
    other: dict[str, Any] = {
        "for": {"reference": "Patient/p1"},
        "status": "requested",
        "basedOn": [{"identifier": IDENTIFIER[0]}],
    }
    journal.put("Task", "t2", **other)
    await journal.take(store).round()
    assert news(store) == [("t2", ChangeKind.NEW)]

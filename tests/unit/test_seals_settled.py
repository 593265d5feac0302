"""A decision of a conflict is sealed before it is committed: what was decided is rescued, and what was given up is not.

Fault: F1, F3, M8, Y7.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from offline_cache.conflicts import ConflictKind, NewConflict
from offline_cache.entries import Base, NewPart
from offline_cache.errors import StoreFault
from offline_cache.states import EntryState
from ports.ids import SystemIds
from services.conflicts import Settling
from services.reading import Reading
from tests.outbox_room import task
from tests.seal_room import KARI, files, opened, seals_in_room
from tests.store_room import NOON, draft, room_in

if TYPE_CHECKING:
    from pathlib import Path

    from offline_cache.seals import Seals
    from offline_cache.store import Store
    from tests.store_room import Room

BASE, MINE = task(), task("completed", note=[{"text": "Gikk fint"}])
THEIRS = task("cancelled")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return room_in(tmp_path / "cache")


@pytest.fixture
def seals(room: Room) -> Seals:
    return seals_in_room(room)


@pytest.fixture
def store(room: Room, seals: Seals) -> Store:
    """Return a store where a task that we ticked off was cancelled by somebody else."""
    store = room.store()
    with store.transaction():
        store.entries.save_draft(draft("e1"))
        part = NewPart("e1-1", 1, "Task", MINE, Base("t1", "1", BASE))
        store.entries.sign("e1", [part], title="", signed_at=NOON, send_after=NOON, author="a")
        seals.seal(store, "e1")
    met = NewConflict(
        "e1-1",
        "e1",
        ConflictKind.CHANGED,
        "Task",
        "t1",
        BASE,
        MINE,
        THEIRS,
        "2",
        "a",
        NOON.isoformat(),
        "",
        "",
    )
    with store.transaction():
        store.conflicts.open(met, NOON)
        store.entries.set_part("e1-1", EntryState.CONFLICT)
        store.entries.set_state("e1", EntryState.CONFLICT, detail="changed")
    return store


def settle(room: Room, store: Store, seals: Seals, choice: str, *, note: bool = False) -> None:
    """Decide every field that I changed the same way."""
    reading = Reading(store, room.clock, KARI)
    settling = Settling(store, room.clock, SystemIds(), KARI, reading, seals)
    (waits,) = settling.waiting()
    choices = {field.path: choice for field in waits.fields if field.kind != "theirs"}
    settling.settle("e1", choices, note=note, retyped="")


def sealed(room: Room) -> dict[str, list[str]]:
    """Return the status that each part says, by entry, as the seals have it."""
    return {
        id_: [json.loads(part.body).get("status", "") for part in entry.parts]
        for id_, entry in opened(room.folder).items()
    }


def test_what_was_decided_is_in_the_seal_and_the_old_part_is_not(
    room: Room, store: Store, seals: Seals
) -> None:
    before = opened(room.folder)["e1"].parts[0]
    assert (before.op_id, before.if_match) == ("e1-1", "1")
    settle(room, store, seals, "mine")
    (part,) = opened(room.folder)["e1"].parts
    assert part.op_id != "e1-1"
    assert (json.loads(part.body)["status"], part.if_match) == ("completed", "2")
    assert len(files(room.folder)) == 1
    assert seals.all_sealed(store)


def test_the_seal_is_there_when_the_commit_is_tried_and_the_old_one_stands_where_it_fails(
    room: Room, store: Store, seals: Seals, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[bytes]] = []
    old = [path.read_bytes() for path in files(room.folder)]

    def failing() -> None:
        seen.append([path.read_bytes() for path in files(room.folder)])
        raise StoreFault("the commit")

    with monkeypatch.context() as patched:
        patched.setattr(store, "_commit", failing)
        with pytest.raises(StoreFault):
            settle(room, store, seals, "mine")
    (at_the_commit,) = seen
    assert len(at_the_commit) == 2  # the decision beside what was signed before it
    assert [one.status for one in store.conflicts.of("e1")] == ["open"]
    assert old[0] in [path.read_bytes() for path in files(room.folder)]
    settle(room, store, seals, "mine")
    assert (len(files(room.folder)), sealed(room)) == (1, {"e1": ["completed"]})


def test_what_is_given_up_is_rescued_no_more_and_its_note_is(room: Room, store: Store, seals: Seals) -> None:
    settle(room, store, seals, "theirs", note=True)
    kept = [entry for entry in store.entries.all() if entry.state is EntryState.SIGNED]
    assert [entry.kind.value for entry in kept] == ["note"]
    assert set(sealed(room)) == {kept[0].entry_id}

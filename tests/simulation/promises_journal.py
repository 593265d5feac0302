"""What nobody may do to the journal: write what nobody signed, over what nobody saw, held back, or out of turn (I2, I6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from offline_cache.same_content import is_same_work
from offline_cache.states import EntryState

if TYPE_CHECKING:
    from offline_cache.entries import PartRecord
    from tests.simulation.books import Book, Truth
    from tests.simulation.watched_journal import Write

LATE = 60.0
"""Seconds: what happened so shortly before a write reached the journal may have crossed it on the way."""

_OURS = frozenset({"Observation", "DocumentReference", "Task", "CarePlan", "Goal"})


def check_writes(truth: Truth) -> None:
    """Judge every write since the last check."""
    log = truth.server.journal.log
    fresh = [write for write in log[truth.checked :] if write.sender.laptop >= 0 and write.type in _OURS]
    before = {id(write): _before(log, write) for write in fresh if write.method == "PUT"}
    truth.checked = len(log)
    for write in fresh:
        book = truth.books[write.sender.laptop]
        if write.method == "POST":
            _check_create(book, write)
        else:
            _check_update(book, truth, write, before[id(write)])
    if truth.server.is_epic and truth.server.behind.restored_at is None:
        for book in truth.books:
            _check_notes(book)


def _check_notes(book: Book) -> None:
    """A note that a journal without conditional creates may have goes again only when a person wants it."""
    for op_id, times in book.line.sent_in_doubt.items():
        part = book.nurse.store.entries.part(op_id)
        if times and part is not None:
            assert times <= book.made[part.entry_id].resends, "a note was sent again by itself"


def _check_create(book: Book, write: Write) -> None:
    part = book.nurse.store.entries.part(write.op_id)
    assert part is not None, "the journal holds what nobody signed"
    promise = book.made[part.entry_id]
    entry = book.nurse.store.entries.get(part.entry_id)
    assert entry is not None
    if not write.sender.is_late:
        was_held = promise.held_at is not None and promise.held_at < write.moment
        assert not was_held, "sent although it was held"
        for first in book.nurse.store.depends.of(part.entry_id):
            done = book.nurse.store.entries.get(first)
            named = any(p.server_id for p in book.nurse.store.entries.parts(first))
            assert done is not None
            assert done.state is EntryState.DELIVERED or named, "sent before what it refers to"
    assert b'"urn:uuid:' not in _references(write.body), "a reference that nobody can follow"


def _check_update(book: Book, truth: Truth, write: Write, before: Write | None) -> None:
    """An update stands on the version that the nurse saw, or on our own work before it."""
    parts = _parts_of(book, write)
    assert parts, "the journal holds what nobody signed"
    if not write.sender.is_late:
        held = [book.made[part.entry_id].held_at for part in parts]
        assert not all(at is not None and at < write.moment for at in held), "sent although it was held"
    # without one in the log it was there before the seed began
    stood = _version(truth, write, write.number - 1) if before is None else before.body
    if stood is None:
        return  # a copy was put back in between
    if truth.server.is_epic:
        seen = book.line.seen.get((write.type, write.id))
        if write.sender.is_late or seen is None or seen[0] != write.number - 1:
            return  # the window that a journal without versions leaves open (M12)
    firsts = [book.nurse.store.entries.part(part.follows) for part in parts if part.follows]
    bases = [part.base_body for part in parts] + [first.body for first in firsts if first is not None]
    assert any(is_same_work(base, stood) for base in bases), "written over what the nurse did not see"


def _parts_of(book: Book, write: Write) -> list[PartRecord]:
    """Return the parts that this update may be: several, where the same was signed again after a conflict."""
    store = book.nurse.store
    return [
        part
        for entry in store.entries.all()
        for part in store.entries.all_parts(entry.entry_id)
        if (part.type, part.target_id) == (write.type, write.id) and is_same_work(part.body, write.body)
    ]


def _before(log: list[Write], write: Write) -> Write | None:
    index = next(n for n, one in enumerate(log) if one is write)
    same = (one for one in reversed(log[:index]) if (one.type, one.id) == (write.type, write.id))
    found = next(same, None)
    return found if found is not None and found.number == write.number - 1 else None


def _version(truth: Truth, write: Write, number: int) -> bytes | None:
    sql = "SELECT body FROM version WHERE type = ? AND id = ? AND version = ?"
    row = truth.server.journal.tables.execute(sql, (write.type, write.id, number)).fetchone()
    return bytes(row[0]) if row else None


def _references(body: bytes) -> bytes:
    """Return all of a resource but its own identifiers: there a reference by an id of ours may stand nowhere."""
    tree = msgspec.json.decode(body)
    tree.pop("identifier", None)
    tree.pop("extension", None)
    return msgspec.json.encode(tree)

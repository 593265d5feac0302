"""What was promised of each draft and each signed entry (I1, I2, I3, and "i journalen" is true)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.fingerprint import is_same
from offline_cache.states import EntryKind, EntryState

if TYPE_CHECKING:
    from offline_cache.entries import EntryRecord, PartRecord
    from offline_cache.store import Store
    from tests.simulation.books import Book, Promise, Truth

_PARTS = {EntryKind.NEWS2: 8, EntryKind.NOTE: 1, EntryKind.TASK: 1, EntryKind.PLAN: 1}
_STRANGER = "urn:"


def check_entries(book: Book, truth: Truth) -> None:
    """Hold every promise of a laptop against its store and the journal."""
    store = book.nurse.store
    audited = [(r.action, r.detail) for r in store.audit.records()]
    records = {record.entry_id: record for record in store.entries.all()}
    assert set(records) <= set(book.made), "an entry that nobody signed"
    signed = [detail for action, detail in audited if action == "sign"]
    assert sorted(signed) == sorted(records), "signatures and their audit rows differ"
    _check_seals(book, truth, records)
    for promise in book.made.values():
        record = records.get(promise.entry_id)
        if record is None:
            _check_draft(store, promise)
            continue
        assert promise.may_be_signed, "signed by nobody"
        assert record.patient == book.matched.get(promise.patient, record.patient)
        assert record.patient in (promise.patient, book.matched.get(promise.patient)), (
            "moved to somebody else"
        )
        withdrawn = record.state is EntryState.WITHDRAWN
        assert withdrawn or not promise.is_withdrawn, "taken back, and yet not"
        assert not withdrawn or promise.may_be_withdrawn, "withdrawn by nobody"
        _check_rows(store, record, audited)
        _check_parts(store, truth, promise, record)


def _check_seals(book: Book, truth: Truth, records: dict[str, EntryRecord]) -> None:
    """What is signed and unsent is sealed, and stands on what is still here, unless the chart went at its hard end (0017)."""
    purged = {row.patient for row in book.nurse.store.audit.records() if row.action == "purge"}
    session = book.nurse.day._session
    store = book.nurse.store
    if session is not None and session.seals.is_active and truth.server.behind.restored_at is None:
        assert session.seals.all_sealed(store), "signed, and without a seal"
    for record in records.values():
        if record.state in (EntryState.DELIVERED, EntryState.WITHDRAWN):
            continue
        for part in store.entries.parts(record.entry_id):
            if part.is_update and record.patient not in truth.strange:
                there = store.resources.get(part.type, part.target_id)
                assert there is not None or record.patient in purged, "swept under unsent work"


def _check_draft(store: Store, promise: Promise) -> None:
    assert not promise.is_signed, "a signed entry is lost"
    kept = store.entries.draft(promise.entry_id)
    assert kept is not None, "a draft is lost"
    assert kept.patient == promise.patient or promise.patient.startswith(_STRANGER)
    assert kept.fields in promise.may_hold, "a draft is not as it was last saved"


def _check_rows(store: Store, record: EntryRecord, audited: list[tuple[str, str]]) -> None:
    """An entry, its parts, its conflict, its receipts and its audit rows stand together (I3)."""
    id_, parts = record.entry_id, store.entries.all_parts(record.entry_id)
    assert len([p for p in parts if p.number <= _PARTS[record.kind]]) == _PARTS[record.kind], "torn"
    assert [p.number for p in parts] == list(range(1, len(parts) + 1)), "torn"
    open_ = [c for c in store.conflicts.of(id_) if c.status == "open"]
    assert len(open_) <= 1, "two conflicts of one part"
    assert record.state is not EntryState.CONFLICT or open_, "in conflict with nothing"
    was_sent = record.state is EntryState.DELIVERED and any(p.server_id for p in store.entries.parts(id_))
    if was_sent and not any(c.status == "settled" for c in store.conflicts.of(id_)):
        assert ("receipt", id_) in audited, "in the journal, and nothing says so in the log"
    if record.attempts:
        assert ("send", id_) in audited, "sent, and nothing says so in the log"


def _check_parts(store: Store, truth: Truth, promise: Promise, record: EntryRecord) -> None:
    state = record.state
    for part in store.entries.parts(promise.entry_id):
        if part.is_update:
            continue
        there = truth.server.journal.there(part.op_id)
        assert len(there) <= 1 + promise.resends, f"part {part.number} is {len(there)} times in the journal"
        for _, _, body in there:
            assert (
                body["subject"]["reference"] == f"Patient/{record.patient}" or record.patient in truth.strange
            ), "the wrong patient"
        assert not there or state is not EntryState.WITHDRAWN, "withdrawn, and yet in the journal"
        if state is EntryState.DELIVERED or part.server_id:
            found = [(t, i) for t, i, _ in there]
            at = truth.server.behind.restored_at
            late = {write.id for write in truth.server.journal.log if at and write.sender.is_late}
            is_there = (part.type, part.server_id) in found or (
                at is not None and late.issuperset(id_ for _, id_ in found)
            )  # what the journal lost may come a second time, by a sending that was still on its way
            assert is_there or _is_same_act(truth, part), "said to be there"


def _is_same_act(truth: Truth, part: PartRecord) -> bool:
    """Tell whether a journal that keeps no identifiers has what the part says: the same value, moment, patient and nurse."""
    named = truth.server.journal.read(part.type, part.server_id)
    return truth.server.is_epic and named is not None and is_same(part.body, named.body)

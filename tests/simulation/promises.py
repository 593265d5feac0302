"""What was promised to the nurse, kept beside the program, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline_cache.states import EntryState
from tests.simulation.faulty_journal import count_of_written, parts_in_journal

if TYPE_CHECKING:
    import sqlite3

    from offline_cache.store import Store


@dataclass
class Promise:
    """What the screen said of one entry. What broke off before it was said may have happened or not."""

    entry_id: str
    patient: str
    may_hold: list[dict[str, str]]
    is_signed: bool = False
    may_be_signed: bool = False
    is_withdrawn: bool = False
    may_be_withdrawn: bool = False


@dataclass
class Promises:
    """All of them."""

    before: int
    made: dict[str, Promise] = field(default_factory=dict)

    def check(self, store: Store, tables: sqlite3.Connection) -> None:
        """Hold every promise against the store and the journal; AssertionError names the first broken one."""
        assert store.audit.verify() > 0
        audited = [(r.action, r.detail) for r in store.audit.records()]
        records = {record.entry_id: record for record in store.entries.all()}
        assert set(records) <= set(self.made), "an entry that nobody signed"
        ours = sum(len(parts_in_journal(tables, p.op_id)) for i in records for p in store.entries.parts(i))
        assert count_of_written(tables) == self.before + ours, "the journal holds what nobody signed"
        for promise in self.made.values():
            record = records.get(promise.entry_id)
            if record is None:
                self._check_draft(store, promise)
                continue
            assert promise.may_be_signed, "signed by nobody"
            assert record.patient == promise.patient
            assert audited.count(("sign", record.entry_id)) == 1
            withdrawn = record.state is EntryState.WITHDRAWN
            assert withdrawn or not promise.is_withdrawn, "taken back, and yet not"
            assert not withdrawn or promise.may_be_withdrawn, "withdrawn by nobody"
            assert audited.count(("withdraw", record.entry_id)) == int(withdrawn)
            self._check_parts(store, tables, promise, record.state)

    @staticmethod
    def _check_draft(store: Store, promise: Promise) -> None:
        assert not promise.is_signed, "a signed entry is lost"
        kept = store.entries.draft(promise.entry_id)
        assert kept is not None, "a draft is lost"
        assert kept.patient == promise.patient
        assert kept.fields in promise.may_hold, "a draft is not as it was last saved"

    @staticmethod
    def _check_parts(store: Store, tables: sqlite3.Connection, promise: Promise, state: EntryState) -> None:
        for part in store.entries.parts(promise.entry_id):
            there = parts_in_journal(tables, part.op_id)
            assert len(there) <= 1, f"part {part.number} is {len(there)} times in the journal"
            for _, _, body in there:
                assert body["subject"]["reference"] == f"Patient/{promise.patient}", "the wrong patient"
            assert not there or state is not EntryState.WITHDRAWN, "withdrawn, and yet in the journal"
            if state is EntryState.DELIVERED or part.server_id:
                assert [(t, i) for t, i, _ in there] == [(part.type, part.server_id)], "said to be there"

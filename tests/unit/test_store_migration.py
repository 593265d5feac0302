"""Stores of earlier versions: what lies in them is there after the steps, wherever those are cut off."""

from __future__ import annotations

import base64
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from offline_cache import schema
from offline_cache.audit import AuditLog
from offline_cache.engine import Engine
from offline_cache.errors import StoreFull
from offline_cache.meta import MetaTable
from offline_cache.states import EntryState
from ports.disk import SystemDisk
from tests.store_room import KEYS, NOON, Room, room_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from offline_cache.engine import Row, Value

NOTE = base64.b64encode("Sårstell på hælen".encode()).decode()
ROWS = (
    "INSERT INTO meta VALUES ('database-id', CAST('11111111-2222-4333-8444-555555555555' AS BLOB))",
    """INSERT INTO resource VALUES (1, 'Patient', 'p1', 'p1', '1', '', 1, '2026-11-23T11:00:00.000000+00:00', 0, x'00',
        CAST('{"name":[{"family":"Bøe","given":["Åse"]}],"birthDate":"1954-03-17"}' AS BLOB))""",
    f"""INSERT INTO resource VALUES (2, 'DocumentReference', 'n1', 'p1', '1', '', 1, '2026-11-23T11:00:00.000000+00:00',
        0, x'00', CAST('{{"content":[{{"attachment":{{"contentType":"text/plain","data":"{NOTE}"}}}}]}}' AS BLOB))""",
    """INSERT INTO entry (entry_id, sequence, kind, patient, visit, event_at, fields, author, saved_at, state, title,
        signed_at, send_after) VALUES ('old', 1, 'note', 'p1', 'v1', '2026-11-23T11:00:00.000000+00:00', '{"text":"a"}',
        'Practitioner/k', '2026-11-23T11:00:00.000000+00:00', 'signert', 'Notat', '2026-11-23T11:00:00.000000+00:00',
        '2026-11-23T11:00:30.000000+00:00')""",
    """INSERT INTO part (op_id, entry_id, number, type, body, state)
        VALUES ('op-1', 'old', 1, 'DocumentReference', CAST('{"x":1.10}' AS BLOB), 'signert')""",
    """INSERT INTO entry (entry_id, kind, patient, visit, event_at, fields, author, saved_at, state) VALUES ('draft', 'note',
        'p1', 'v1', '2026-11-23T11:00:00.000000+00:00', '{"text":"b"}', '', '2026-11-23T11:00:00.000000+00:00', 'utkast')""",
)
"""What a nurse had in the store of the first version, in the statements of that version."""


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """Return a room with a store made by the first step alone."""
    room = room_in(tmp_path / "cache")
    engine = Engine(room.path, KEYS.database, SystemDisk(), create=True)
    for statement in (*schema.STEPS[0], *ROWS, "PRAGMA user_version = 1"):
        engine.run(statement)
    AuditLog(engine, MetaTable(engine), KEYS.audit, room.clock).append("sign", detail="old", actor="k")
    engine.close()
    return room


def check_all_there(room: Room) -> None:
    store = room.store(create=False)
    (due,) = store.entries.due(NOON)
    assert (due.entry_id, due.state, due.title) == ("old", EntryState.SIGNED, "Notat")
    (part,) = store.entries.parts("old")
    assert (part.op_id, part.body) == ("op-1", b'{"x":1.10}')
    assert [draft.fields for draft in store.entries.drafts()] == [{"text": "b"}]
    assert store.audit.verify() == 1
    assert [hit.patient for hit in store.search.patients("bøe")] == ["p1"]
    assert [hit.id for hit in store.search.notes("hælen")] == ["n1"]
    store.check()
    store.close()


def test_what_was_signed_under_the_first_version_is_due_under_this_one(room: Room) -> None:
    """Fault: U1, U2, U3, Q12."""
    check_all_there(room)


class Cut(BaseException):
    """The process is gone."""


def mortal_run(left: int, failure: type[BaseException]) -> Callable[..., list[Row]]:
    """Return the engine's `run` that fails at the n-th statement."""
    run = Engine.run

    def mortal(self: Engine, statement: str, values: Iterable[Value] = ()) -> list[Row]:
        nonlocal left
        left -= 1
        if left == 0:
            raise failure
        return run(self, statement, values)

    return mortal


def test_cut_off_at_any_statement_the_next_start_takes_the_steps(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault: U4, K28, K29, K30, F1."""
    total = 0
    while True:
        total += 1
        copy = room_in(room.folder.with_name(f"cut-{total}"))
        shutil.copytree(room.folder, copy.folder)
        with monkeypatch.context() as patched:
            patched.setattr(Engine, "run", mortal_run(total, StoreFull if total % 2 else Cut))
            try:
                copy.store(create=False).close()
            except (Cut, StoreFull):
                pass
            else:
                break
        check_all_there(copy)
    assert total > 20


def test_before_a_step_that_takes_something_away_the_store_is_copied(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault: U1."""
    harsh = ("DROP TRIGGER entry_stays", "DELETE FROM part WHERE 0", "ALTER TABLE section DROP COLUMN reason")
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, harsh))
    monkeypatch.setattr(schema, "DESTRUCTIVE", frozenset({len(schema.STEPS)}))
    room.store(create=False).close()
    monkeypatch.undo()
    kept = room.folder / "cache.v1.db"
    assert kept.stat().st_mode & 0o077 == 0
    assert not (room.folder / "cache.copy.db").exists()
    before = room_in(room.folder.with_name("before"))
    before.folder.mkdir(mode=0o700)
    shutil.copy(kept, before.path)
    check_all_there(before)


def test_no_copy_is_made_without_need(room: Room) -> None:
    room.store(create=False).close()
    assert json.dumps(sorted(p.name for p in room.folder.iterdir())) == '["cache.db", "cache.lock"]'

"""The file of the store: encrypted, private, the right one, one process at a time, its faults told."""

from __future__ import annotations

import base64
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import apsw
import pytest

from offline_cache import schema
from offline_cache.errors import (
    CacheMissing,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFault,
    StoreTooNew,
)
from offline_cache.keys import CacheKeys
from tests.store_room import KEYS, PIN, WHO, Room, resource, room_in, sign

if TYPE_CHECKING:
    from pathlib import Path

FOLDED = ("sarstell", "andresen")
MARKS = (*FOLDED, "Sårstell utført.", "ÆNDRESEN", "29874849837", "SQLite format 3", "urn:oid:2.16.578")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return room_in(tmp_path / "cache")


def note_body(text: str) -> bytes:
    data = base64.b64encode(text.encode()).decode()
    return f'{{"content":[{{"attachment":{{"contentType":"text/plain","data":"{data}"}}}}]}}'.encode()


def test_no_file_of_the_cache_holds_plain_text(room: Room) -> None:
    """The folder is searched while the store is open, with the WAL still there.

    Fault: R8.
    """
    keys = room.vault().create(PIN, WHO)
    store = room.store(keys)
    body = '{"resourceType":"Patient","name":[{"family":"ÆNDRESEN"}],"id":"29874849837","s":"urn:oid:2.16.578"}'.encode()
    for number in range(300):
        sign(store, f"e{number}", text=MARKS[2] * 20)
        patient = resource("Patient", f"29874849837-{number}", body + b" " * 2000)
        store.resources.put(patient, patient=str(number), fetched_at=room.clock.at, generation=1)
        note = resource("DocumentReference", f"n{number}", note_body(MARKS[2] * 20))
        store.resources.put(note, patient=str(number), fetched_at=room.clock.at, generation=1)
    assert store.search.patients("ændresen")
    assert store.search.notes("sårstell")
    store._engine.run("SELECT body FROM resource ORDER BY body DESC")
    names = {path.name for path in room.folder.iterdir()}
    assert {"cache.db", "cache.db-wal", "cache.hdr", "cache.lock", "cache.tries"} <= names
    assert (room.folder / "cache.db-wal").stat().st_size > 100_000
    assert "cache.db-shm" in names, "the index of the WAL is searched too"
    for path in room.folder.iterdir():
        content = path.read_bytes()
        found = [
            mark
            for mark in MARKS
            for code in ("utf-8", "latin-1", "utf-16-le")
            if mark.encode(code) in content
        ]
        assert not found, f"{path.name}: {found}"
    store.close()


def test_no_page_is_ever_written_under_a_vector_that_was_used(room: Room) -> None:
    """SQLCipher 4 keeps the vector of a page 80 bytes before its end; here of every page in its log."""
    store = room.store(room.vault().create(PIN, WHO))
    seen: dict[int, set[bytes]] = {}
    for turn in range(6):
        sign(store, f"e{turn}", text=MARKS[2] * 400)
        store.meta.put("turn", b"the same each time")
        log = (room.folder / "cache.db-wal").read_bytes()
        for at in range(32, len(log) - 4119, 24 + 4096):
            number = int.from_bytes(log[at : at + 4], "big")
            seen.setdefault(number, set()).add(log[at + 24 : at + 24 + 4096])
    store.close()
    assert max(len(pages) for pages in seen.values()) > 5, "a page that was written again and again"
    pages = [page for versions in seen.values() for page in versions]
    assert len({page[-80:-64] for page in pages}) == len(pages) > 30


def test_every_file_is_the_owners_alone(room: Room) -> None:
    """Fault: F4."""
    store = room.store(room.vault().create(PIN, WHO))
    sign(store)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in room.folder.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert stat.S_IMODE(room.folder.stat().st_mode) == 0o700
    store.close()


def test_a_missing_or_empty_database_is_an_incident_unless_one_is_to_be_made(room: Room) -> None:
    """Fault: F7."""
    with pytest.raises(CacheMissing):
        room.store(create=False)
    room.store().close()
    room.path.write_bytes(b"")
    with pytest.raises(CacheMissing):
        room.store(create=False)


def test_another_key_or_another_database_is_refused(room: Room) -> None:
    """Fault: F9, K23."""
    room.store().close()
    with pytest.raises(StoreDamaged):
        room.store(CacheKeys(KEYS.database_id, bytes(32)), create=False)
    with pytest.raises(StoreDamaged):
        room.store(CacheKeys("another id", KEYS.database), create=False)
    room.store(create=False).close()


def test_a_key_of_the_wrong_length_is_refused(room: Room) -> None:
    with pytest.raises(StoreFault):
        room.store(CacheKeys("x", bytes(31)))


def test_a_plain_text_database_is_refused(room: Room) -> None:
    room.folder.mkdir()
    room.path.touch(mode=0o600)
    plain = apsw.Connection(str(room.path))
    plain.execute("CREATE TABLE meta (key, value)")
    plain.close()
    with pytest.raises(StoreDamaged):
        room.store(create=False)


def test_a_second_process_is_told_that_the_store_is_in_use(room: Room) -> None:
    """Fault: K32."""
    store = room.store()
    script = (
        "import sys; from pathlib import Path; from tests.store_room import room_in\n"
        "from offline_cache.errors import StoreBusy\n"
        "try: room_in(Path(sys.argv[1])).store(create=False)\n"
        "except StoreBusy: print('busy')"
    )

    def second() -> str:
        command = [sys.executable, "-c", script, str(room.folder)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()

    assert second() == "busy"
    with pytest.raises(StoreBusy):
        room.store(create=False)
    store.close()
    assert second() == ""


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH 'x.db' AS x KEY ''",
        "PRAGMA key = 'x'",
        "PRAGMA rekey = 'x'",
        "PRAGMA temp_store = file",
        "PRAGMA writable_schema = 1",
        "CREATE VIRTUAL TABLE t USING fts5(a)",
        "CREATE TEMP TABLE t (a)",
        "DROP TABLE audit",
        "DROP TRIGGER audit_stays",
        "ALTER TABLE part RENAME TO gone",
        "SELECT load_extension('x')",
        "VACUUM INTO 'x.db'",
    ],
)
def test_an_open_store_refuses_what_could_leak_or_rebuild(room: Room, statement: str) -> None:
    store = room.store()
    with pytest.raises(StoreError):
        store._engine.run(statement)
    store.close()
    assert not (room.folder / "x.db").exists()


def test_the_settings_are_the_ones_decided(room: Room) -> None:
    room.store().close()
    store = room.store(create=False)
    store._engine._connection.authorizer = None
    wanted = {
        "journal_mode": "wal",
        "locking_mode": "normal",
        "synchronous": 2,
        "page_size": 4096,
        "temp_store": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cipher": "sqlcipher",
        "legacy": "4",
    }
    assert {name: store._engine._pragma(name) for name in wanted} == wanted
    store.close()


def test_no_bit_flip_in_the_file_is_read_as_something_else(room: Room) -> None:
    """One bit is flipped in each page in turn: what is read is right, or StoreDamaged is raised.

    Fault: F5.
    """
    store = room.store()
    with store.transaction():
        for number in range(60):
            store.resources.put(
                resource("Observation", f"o{number}", b'{"n":%d}' % number * 200),
                patient="p",
                fetched_at=room.clock.at,
                generation=1,
            )
    store.close()
    whole = room.path.read_bytes()
    damaged = 0
    for at in range(40, len(whole), 4096):
        room.path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            store = room.store(create=False)
        except StoreError:
            damaged += 1
            continue
        try:
            for kept in store.resources.of_type("Observation"):
                assert kept.body == b'{"n":%d}' % int(kept.id[1:]) * 200
            store.check()
        except StoreError:
            damaged += 1
        finally:
            store.close()
    assert damaged > len(whole) // 4096 // 2


def test_a_file_cut_short_is_found(room: Room) -> None:
    """Fault: F6."""
    store = room.store()
    for number in range(200):
        sign(store, f"e{number}")
    store.close()
    whole = room.path.read_bytes()
    room.path.write_bytes(whole[: len(whole) // 8192 * 4096])
    with pytest.raises(StoreDamaged):
        _open_and_check(room)


def _open_and_check(room: Room) -> None:
    store = room.store(create=False)
    try:
        store.check()
        store.entries.all()
    finally:
        store.close()


def test_a_store_of_a_later_program_is_left_alone(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault: U1."""
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, ("CREATE TABLE later (a)",)))
    room.store().close()
    monkeypatch.undo()
    with pytest.raises(StoreTooNew):
        room.store(create=False)


def test_a_step_that_fails_leaves_the_store_as_it_was(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault: K28, K29, U4."""
    store = room.store()
    sign(store)
    store.close()
    monkeypatch.setattr(
        schema, "STEPS", (*schema.STEPS, ("CREATE TABLE later (a)", "CREATE TABLE round (a)"))
    )
    with pytest.raises(StoreFault):
        room.store(create=False)
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS[:-1], ("CREATE TABLE later (a)",)))
    store = room.store(create=False)
    assert [e.entry_id for e in store.entries.all()] == ["e1"]
    store.close()


def test_an_older_copy_of_the_folder_is_told_by_the_audit_head(room: Room, tmp_path: Path) -> None:
    """Fault: F8."""
    store = room.store()
    store.audit.append("read", actor="kari")
    store.close()
    shutil.copytree(room.folder, tmp_path / "copy")
    store = room.store(create=False)
    store.audit.append("read", actor="kari")
    head = store.audit.head
    store.close()
    older = room_in(tmp_path / "copy").store(create=False)
    assert older.audit.verify() == 1
    with pytest.raises(StoreDamaged):
        older.audit.verify(head)
    older.close()

"""The file we write is SQLCipher 4's format: another implementation, with the same key, reads all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from tests.store_room import KEYS, NOON, resource, room_in, sign

if TYPE_CHECKING:
    from pathlib import Path


def opened(path: Path, key: bytes) -> sqlcipher.Connection:
    connection = sqlcipher.connect(str(path))
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


def test_stock_sqlcipher_reads_our_file_and_we_read_its_changes(tmp_path: Path) -> None:
    """Fault: U5."""
    room = room_in(tmp_path / "cache")
    store = room.store()
    body = '{"resourceType":"Observation","value":1.10,"text":"blåbær"}'.encode()
    store.resources.put(resource("Observation", "o1", body), patient="p1", fetched_at=NOON, generation=1)
    sign(store)
    store.close()
    stock = opened(room.path, KEYS.database)
    assert stock.execute("SELECT body FROM resource").fetchall() == [(body,)]
    assert stock.execute("SELECT state, title FROM entry").fetchall() == [("signert", "Notat")]
    assert stock.execute("PRAGMA cipher_integrity_check").fetchall() == []
    assert stock.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    stock.execute("INSERT INTO meta VALUES ('theirs', x'01')")
    stock.commit()
    stock.close()
    store = room.store(create=False)
    assert store.meta.get("theirs") == b"\x01"
    store.close()


def test_stock_sqlcipher_with_another_key_reads_nothing(tmp_path: Path) -> None:
    room = room_in(tmp_path / "cache")
    room.store().close()
    stock = opened(room.path, bytes(32))
    with pytest.raises(sqlcipher.DatabaseError):
        stock.execute("SELECT * FROM meta").fetchall()
    stock.close()

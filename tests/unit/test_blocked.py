"""What the patient has blocked is shown as blocked: nothing of what it says is kept, searched, told as news or built upon."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from offline_cache.blocked import is_blocked, without_content
from services.patient_file import sheet_of, unreadable
from tests.store_room import NOON, memory_store, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from offline_cache.store import Store

NORS = {"system": "urn:oid:2.16.578.1.12.4.1.1.9603", "code": "NORS"}
SECRET = "Samtale om vold i hjemmet"


def note(**meta: Any) -> bytes:
    """Return a note as a journal would send it."""
    data = base64.b64encode(SECRET.encode()).decode()
    return json.dumps(
        {
            "resourceType": "DocumentReference",
            "id": "d1",
            "meta": {"versionId": "1", **meta},
            "status": "current",
            "subject": {"reference": "Patient/p1"},
            "description": SECRET,
            "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
        }
    ).encode()


@pytest.fixture
def store() -> Iterator[Store]:
    opened = memory_store()
    yield opened
    opened.close()


def test_of_a_blocked_note_only_that_it_is_there_is_kept(store: Store) -> None:
    with store.transaction():
        store.resources.put(
            resource("DocumentReference", "d1", note(security=[NORS])),
            patient="p1",
            fetched_at=NOON,
            generation=1,
        )
        store.resources.put_all(
            [resource("DocumentReference", "d2", note(security=[NORS]).replace(b"d1", b"d2"))],
            patient="p1",
            fetched_at=NOON,
            generation=1,
        )
    for id_ in ("d1", "d2"):
        kept = store.resources.get("DocumentReference", id_)
        assert kept is not None
        assert kept.address_cut  # never the base of a write
        assert SECRET.encode() not in kept.body
        assert base64.b64encode(SECRET.encode()) not in kept.body
        assert json.loads(kept.body)["subject"] == {"reference": "Patient/p1"}
        sheet = sheet_of(kept)
        assert (sheet.readable, sheet.tree) == (False, {})
        assert unreadable(sheet) == "Sperret: dokument"
    assert store.search.notes("vold") == []


def test_an_open_note_is_kept_byte_for_byte(store: Store) -> None:
    body = note(security=[{"system": NORS["system"], "code": "N"}])
    with store.transaction():
        store.resources.put(
            resource("DocumentReference", "d1", body), patient="p1", fetched_at=NOON, generation=1
        )
    kept = store.resources.get("DocumentReference", "d1")
    assert kept is not None
    assert (kept.body, kept.address_cut) == (body, False)
    assert [hit.id for hit in store.search.notes("vold")] == ["d1"]


@pytest.mark.parametrize(
    ("body", "blocked"),
    [
        (note(), False),
        (note(security=[NORS]), True),
        (note(security=[NORS]).replace(b"NORS", b"\\u004eORS"), True),
        (note(security=[{"system": "http://x", "code": "NORS"}]), False),
        (note(security=[None, "NORS", {"code": "NORS"}]), False),
        (note(security=NORS), False),
        (note(security=[NORS]).replace(b"DocumentReference", b"Patient"), False),
        (b'["NORS"]', False),
    ],
)
def test_what_counts_as_blocked(body: bytes, *, blocked: bool) -> None:
    assert is_blocked(body) is blocked


def test_cutting_twice_is_cutting_once() -> None:
    once = without_content(note(security=[NORS]))
    assert is_blocked(once)
    assert without_content(once) == once

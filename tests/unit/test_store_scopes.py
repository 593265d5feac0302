"""The round and the sections of the charts."""

from __future__ import annotations

from datetime import date, timedelta

from offline_cache.scopes import RoundRecord, SectionRecord
from tests.store_room import NOON, memory_store


def test_the_round_comes_back_and_is_replaced() -> None:
    store = memory_store()
    assert store.scopes.round() is None
    record = RoundRecord(
        "natt", date(2026, 11, 23), NOON, NOON + timedelta(hours=9), "Sone Øst", ("a", "b"), None, None, False
    )
    store.scopes.put_round(record)
    assert store.scopes.round() == record
    later = RoundRecord("dag", date(2026, 11, 24), NOON, NOON, "", (), 3, NOON, True)
    store.scopes.put_round(later)
    assert store.scopes.round() == later
    store.close()


def test_a_failed_section_says_why_and_keeps_the_instant_of_the_last_whole_one() -> None:
    store = memory_store()
    store.scopes.put_section("p1", "vitals", True, NOON, "")
    store.scopes.put_section("p1", "vitals", False, None, "unreachable")
    store.scopes.put_section("p2", "notes", False, None, "forbidden")
    assert store.scopes.sections("p1") == [SectionRecord("vitals", False, NOON, "unreachable")]
    assert store.scopes.patients() == ["p1", "p2"]
    store.scopes.remove("p1")
    assert store.scopes.patients() == ["p2"]
    store.close()

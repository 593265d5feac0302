"""A client that may only read, and a cache that no PIN opens: what can be done is said, and nothing else is promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.golden.grid import assert_grid
from tests.pilot.test_screens_outbox import note
from tests.pilot.ward import Ward, at_work

if TYPE_CHECKING:
    from pathlib import Path

READS = "Åpen i et annet vindu. Her kan runden og utboksen ses, og ingenting endres."


async def test_a_second_client_reads_and_says_so_before_anything_is_typed(tmp_path: Path) -> None:
    """The count of what is unsent is still there, and no key begins what cannot be kept. Fault: K32."""
    ward = Ward(tmp_path)
    async with at_work(ward) as first:
        await first.first_morning()
        await note(first, "HANSEN", "Rolig natt.")
        async with at_work(ward) as second:
            await second.unlock()
            assert_grid("reading_round_80x24", second.text)
            assert second.lines()[0].endswith("usendt 1 besøk")
            for key in ("t", "p", "v", "n"):
                await second.press(key)
                assert "Tid   Status" in second.text
                assert second.text.count(READS) == 2  # over the list, and as the answer to the key
                await second.press("escape")
            await second.press("u")
            for key in ("h", "a", "b", "e"):
                await second.press(key)
                assert READS in second.text
            assert_grid("reading_outbox_80x24", second.text)
            await second.press("enter")
            assert "signert, sendes 08:12:30" in second.text
        assert ward.workday is not None


async def test_a_damaged_cache_is_set_aside_only_on_the_second_key(tmp_path: Path) -> None:
    """Nothing is said to be sent after unlocking; Esc takes the first F8 back; the way on says what was done. Fault: F5."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await note(hands, "HANSEN", "Rolig natt.")
    (database,) = ward.folders.cache.rglob("cache.db")
    raw = database.read_bytes()
    database.write_bytes(b"\x01" * 4096 + raw[4096:])
    async with at_work(ward) as hands:
        assert "sendes etter opplåsing" in hands.text
        await hands.unlock()
        assert "sendes etter opplåsing" not in hands.text
        assert_grid("door_damaged_80x24", hands.text)
        await hands.press("f8")
        assert "F8 én gang til" in hands.text
        await hands.press("escape")
        assert "Lageret blir liggende." in hands.text
        await hands.press("f8")
        assert "F8 én gang til" in hands.text
        assert database.exists()
        await hands.press("f8")
        assert "Lageret er lagt til side. Ingenting er slettet." in hands.text
        assert_grid("door_set_aside_80x24", hands.text)
    assert not database.exists()
    kept = [
        path for path in ward.folders.cache.rglob("*") if path.is_file() and path.stat().st_size == len(raw)
    ]
    assert [path.read_bytes()[4096:] for path in kept] == [raw[4096:]]

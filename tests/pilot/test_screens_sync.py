"""What came, what went and what is missing; what is new; and keys that are taken while a slow sync goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import events

from offline_cache.pull_codes import ChangeKind
from tests.golden.grid import assert_grid
from tests.pilot.others import change
from tests.pilot.test_screens_conflict import first_task, not_done
from tests.pilot.test_screens_outbox import deliver, in_store, note
from tests.pilot.ward import Hands, Ward, at_both_sizes, at_work
from tui.widgets.sync_lines import amount

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    import pytest

    from offline_cache.store import Store


@at_both_sizes
async def test_the_sync_report_says_what_came_went_and_waits(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`s` from the round: counts per patient, what is in the journal, what waits and why, and what it cost."""
    monkeypatch.setattr("tui.widgets.sync_lines.amount", lambda _received: "123 kB")
    ward = Ward(tmp_path)
    async with at_work(ward, size) as hands:
        await hands.first_morning()
        await note(hands, "HANSEN", "Rolig natt.")
        await deliver(hands, ward)
        await note(hands, "BAKKEN", "Puster lettere.")
        await hands.press("u", "h", "s")
        assert "Alt kom ned." in hands.text
        assert "Ingenting mangler." in hands.text
        assert "1 oppføring i journalen" in hands.text
        assert "holdt: holdt av deg" in hands.text
        assert_grid(f"sync_{size[0]}x{size[1]}", hands.text)


def test_an_amount_is_read_at_a_glance() -> None:
    assert [amount(n) for n in (0, 1023, 1024, 153_600, 5_242_880)] == [
        "0 byte",
        "1023 byte",
        "1 kB",
        "150 kB",
        "5,0 MB",
    ]


async def open_hansen(hands: Hands) -> None:
    """Open the cover sheet of Odd Hansen."""
    await hands.choose("HANSEN")
    await hands.press("enter")


async def test_what_is_new_is_shown_once_and_stays_while_it_is_looked_at(tmp_path: Path) -> None:
    """The row of the round says how many; the cover sheet says what; afterwards it is not new any more."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        assert ward.workday is not None
        task = await first_task(hands, ward, "HANSEN")
        await hands.press("escape")
        change(ward, "Task", task, not_done)
        await ward.workday.take_round(lambda _: None)
        await hands.rest()
        await hands.choose("HANSEN")
        assert "nytt: 1" in hands.text
        await hands.press("enter")
        assert "Nytt siden du så sist" in hands.text
        assert_grid("news_80x24", hands.text)
        await hands.press("2", "1")
        assert "Nytt siden du så sist" in hands.text
        await hands.press("escape")
        assert "nytt: 1" not in hands.text
        await open_hansen(hands)
        assert "Nytt siden du så sist" not in hands.text


async def test_news_that_did_not_fit_on_the_screen_stay_new(tmp_path: Path) -> None:
    """What lies below the last line was not seen; when it has been scrolled through, it has."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        assert ward.workday is not None
        view = await ward.workday.round()
        assert view is not None
        patient = next(row for row in view.visits if row.family == "Hansen").patient_id
        now = ward.clock.now()

        def many(store: Store) -> None:
            with store.transaction():
                for number in range(20):
                    store.changes.note(patient, "Task", f"t{number}", ChangeKind.NEW, b"{}", now)

        await in_store(ward, many)
        await open_hansen(hands)
        assert len(await ward.workday.changes(patient)) == 20
        await hands.press("escape")
        assert "nytt: 20" in hands.text
        await open_hansen(hands)
        for _ in range(3):
            await hands.press("pagedown")
        await hands.press("escape")
        assert await ward.workday.changes(patient) == ()


class SlowNetwork:
    """Holds every request back until it is let go."""

    def __init__(self, ward: Ward) -> None:
        self.go = asyncio.Event()
        self.began = asyncio.Event()
        self._carry = ward.network.handle_async_request
        setattr(ward.network, "handle_async_request", self._wait)  # noqa: B010  a method, which mypy lets nobody assign

    async def _wait(self, request: httpx.Request) -> httpx.Response:
        self.began.set()
        await self.go.wait()
        return await self._carry(request)


async def test_keys_are_taken_while_a_slow_sync_goes_on(tmp_path: Path) -> None:
    """A sync that never gets its answer: a whole form is typed and saved meanwhile (T2, UX-31). Fault: T2."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        assert ward.workday is not None
        slow = SlowNetwork(ward)
        sync = asyncio.create_task(ward.workday.take_round(lambda _: None))
        await slow.began.wait()
        await hands.choose("HANSEN")
        await hands.press("v", "2", "2", "enter", "9", "3", "enter")
        assert "22      /min" in hands.text
        assert "93      %" in hands.text
        await hands.press("f2")
        assert "● utkast lagret" in hands.text
        await hands.press("escape", "u", "escape", "s", "escape")
        assert not sync.done()
        slow.go.set()
        await sync


async def test_a_sync_never_changes_what_is_being_typed(tmp_path: Path) -> None:
    """The open patient changes in the journal while a note is written: every letter stands, and the focus. Fault: T2."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        assert ward.workday is not None
        task = await first_task(hands, ward, "HANSEN")
        await hands.press("o")
        await hands.write("Ville ")
        change(ward, "Task", task, not_done)
        await ward.workday.take_round(lambda _: None)
        await hands.rest()
        await hands.write("vente")
        assert "[Ville vente_" in hands.text
        await hands.press("escape", "escape")
        await hands.choose("HANSEN")
        await hands.press("n")
        await hands.write("Første ")
        slow = SlowNetwork(ward)
        sync = asyncio.create_task(ward.workday.take_round(lambda _: None))
        await slow.began.wait()
        for letter in "setning":
            hands.app.keyboard.take(events.Key(letter, letter))
        slow.go.set()
        await sync
        await hands.rest()
        assert "Første setning" in hands.text

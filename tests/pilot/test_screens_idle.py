"""Hidden, locked, and back again: what is saved when, what the lock waits for, and where one is after the PIN."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from textual import events

from offline_cache.errors import StoreFault
from services.idle_policy import IdlePolicy
from tests.pilot.ward import Hands, Ward, at_work
from tui.launch import LOCK
from tui.screens.entry_place import EntryPlace

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from offline_cache.entries import DraftRecord
    from tui.app import FeltjournalApp

HIDE, LOCK_AFTER = IdlePolicy().hide.total_seconds(), IdlePolicy().lock.total_seconds()


async def touch(hands: Hands, *keys: str) -> None:
    """Press keys as the terminal hands them over: past the curtain, if they come past it."""
    for key in keys:
        hands.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await hands.rest()


async def lock(hands: Hands) -> None:
    """Do what the key does; no screen comes to rest after that."""
    await hands.app.action_app_lock()
    assert ended_with(hands) == LOCK


def ended_with(hands: Hands) -> int | None:
    """Return the exit code of a client that has ended, or None."""
    return hands.app.return_code


async def pass_(ward: Ward, hands: Hands, seconds: float) -> None:
    """Let time pass with nobody there, as the watch itself would see it: look by look."""
    ward.clock.move(seconds)
    await hands.app.privacy.watch.look()
    await hands.app.privacy.saved()


def on_curtain(app: FeltjournalApp) -> str:
    """Return what the curtain says; nothing while it is not drawn."""
    curtain = app.privacy.curtain
    return "\n".join(curtain.lines(app.size)) if curtain.is_drawn else ""


async def a_note_for_hansen(hands: Hands, text: str) -> None:
    """Begin a note."""
    await hands.first_morning()
    await hands.choose("HANSEN")
    await hands.press("n")
    await hands.write(text)


async def test_what_was_typed_just_now_is_saved_behind_the_curtain(tmp_path: Path) -> None:
    """Before the pause after which it would have been saved by itself."""
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await a_note_for_hansen(hands, "Halv setning")
        form = hands.app.screen
        assert isinstance(form, EntryPlace)
        form.touched()  # the last key was this moment
        await touch(hands, "ctrl+l")
        await hands.app.privacy.saved()
        assert "er lagret kryptert" in on_curtain(hands.app)
        assert "Låses 08:22" in on_curtain(hands.app)
        assert "Kari Nordmann" in on_curtain(hands.app)
        await touch(hands, "x", "enter")
        await touch(hands, "ctrl+l")
        assert on_curtain(hands.app) == ""
        assert "Halv setning" in hands.text
        assert "Halv setningx" not in hands.text


async def test_a_lock_that_comes_by_itself_ends_the_process_and_the_pin_leads_back(tmp_path: Path) -> None:
    """Also to a field that is half typed: the next key goes on where the last one was."""
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        await hands.press("enter", "3", "v")
        await hands.write("18\n9")
        await pass_(ward, hands, HIDE)
        assert on_curtain(hands.app)
        assert ended_with(hands) is None
        await pass_(ward, hands, LOCK_AFTER - HIDE)
        assert ended_with(hands) == LOCK
    async with at_work(ward) as hands:
        assert "HANSEN" not in hands.text
        await hands.unlock()
        assert "Tilbake der du var." in hands.text
        await hands.write("5\n")
        form = hands.app.screen
        assert isinstance(form, EntryPlace)
        assert form.chart.banner.family == "Hansen"
        assert (form.typed()["rr"], form.typed()["spo2"]) == ("18", "95")
        await hands.press("escape")
        assert "›3 Måling" in hands.text
        await hands.press("escape")
        assert any(line.startswith(">") and "HANSEN" in line for line in hands.lines())
    async with at_work(ward) as hands:
        await hands.unlock()
        assert "Tilbake der du var." not in hands.text, "the way back is gone once"


async def test_what_was_typed_of_somebody_outside_the_list_is_there_after_a_lock(tmp_path: Path) -> None:
    """No draft keeps it, for it is about nobody yet."""
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.press("p")
        await hands.write("Ola Ukjent\n")
        await lock(hands)
    async with at_work(ward) as hands:
        await hands.unlock()
        assert "Ola Ukjent" in hands.text


async def test_the_outbox_is_gone_back_to_and_a_form_whose_draft_was_signed_is_not(tmp_path: Path) -> None:
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.press("u", "f1")
        await lock(hands)
    async with at_work(ward) as hands:
        await hands.unlock()
        assert "Utboks" in hands.lines()[0]


async def test_before_anybody_is_in_nothing_hides_and_nothing_locks(tmp_path: Path) -> None:
    """A sign-in that waits for another device may take as long as it takes; past the PIN the watch is on."""
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await pass_(ward, hands, 2 * LOCK_AFTER)
        assert on_curtain(hands.app) == ""
        await touch(hands, "r")  # the journal forgets a sign-in page that nobody answers
        await touch(hands, "enter")
        assert "Minst 6 tegn" in hands.text
        await pass_(ward, hands, LOCK_AFTER)
        assert ended_with(hands) == LOCK, "who has signed in and chosen no PIN yet has tokens in memory"


async def test_without_a_cache_the_lock_waits_for_what_is_signed(tmp_path: Path) -> None:
    """It lies nowhere else: hidden it stays, and it is locked when it is in the journal. The lock key loses it as little."""
    ward = Ward(tmp_path, IdlePolicy(), no_cache=True)
    async with at_work(ward) as hands:
        for key in ("enter", "t", "enter"):
            await hands.press(key)
        await hands.choose("HANSEN")
        await hands.press("n")
        await hands.write("Sett til.")
        ward.network.is_down = True
        await hands.press("f9", "enter")
        await pass_(ward, hands, 3 * LOCK_AFTER)
        assert "Låses ikke" in on_curtain(hands.app)
        await touch(hands, "f12", "f12")
        assert ended_with(hands) is None
        ward.network.is_down = False
        assert ward.workday is not None
        await ward.workday.sync()
        assert ward.workday.status().unsent_entries == 0
        await hands.app.privacy.watch.look()
        assert ended_with(hands) == LOCK


async def test_a_draft_that_cannot_be_saved_is_told_of_and_holds_the_lock_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = Ward(tmp_path, IdlePolicy())
    async with at_work(ward) as hands:
        await a_note_for_hansen(hands, "Halv")
        assert ward.workday is not None
        session = ward.workday._session
        assert session is not None
        refused = asyncio.Event()

        def refuse(_record: DraftRecord) -> None:
            refused.set()
            raise StoreFault("the disk is gone")

        form = hands.app.screen
        assert isinstance(form, EntryPlace)
        monkeypatch.setattr(session.store.entries, "save_draft", refuse)
        form._is_dirty = True
        await pass_(ward, hands, LOCK_AFTER)
        assert refused.is_set()
        assert "kunne ikke lagres" in on_curtain(hands.app)
        assert ended_with(hands) is None
        await pass_(ward, hands, LOCK_AFTER - timedelta(seconds=1).total_seconds())
        assert ended_with(hands) is None
        await pass_(ward, hands, 1)
        assert ended_with(hands) == LOCK

"""Signing in to a journal that is not the embedded one, as a nurse sees it: a browser here, or a code for another device."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual import events

from ports.clock import SystemClock
from services.views import BrowserView, CodeView, Way
from tests.contract.foreign_journal import Desktop, ForeignJournal
from tests.contract.sign_in_room import Browser
from tests.pilot.ward import Hands
from tests.working_day import PIN
from tui.app import FeltjournalApp
from tui.launch import Launch
from tui.screens.opening import OpeningScreen
from tui.screens.sign_in_elsewhere import SignInElsewhereScreen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.xdist_group("foreign-screens"), pytest.mark.needs("oidc-provider")]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignJournal]:
    journal = ForeignJournal(tmp_path_factory.mktemp("foreign"))
    yield journal
    journal.close()


class NoBrowser(Desktop):
    """A machine where none opens."""

    def is_here(self) -> bool:
        """Have none."""
        return False


class Shown:
    """Tells when the screen has said what to do elsewhere."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.came = asyncio.Event()
        self.views: list[BrowserView | CodeView] = []
        show = SignInElsewhereScreen.show_view

        def told(screen: SignInElsewhereScreen, view: BrowserView | CodeView) -> None:
            show(screen, view)
            self.views.append(view)
            self.came.set()

        monkeypatch.setattr(SignInElsewhereScreen, "show_view", told)


@asynccontextmanager
async def at_the_door(
    journal: ForeignJournal, folder: Path, size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[Hands]:
    """Run a client of this machine and give the hands on it."""
    clock = SystemClock()
    seen = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    launch = Launch(
        lambda: OpeningScreen(clock), lambda: journal.day(folder, **options), clock, environment=seen
    )
    app = FeltjournalApp(launch)
    async with app.run_test(size=size):
        hands = Hands(app)
        await hands.rest()
        yield hands


async def _waits(hands: Hands, shown: Shown) -> None:
    """Press Enter, and wait until the screen says what to do elsewhere."""
    await hands.app.keyboard.idle()
    hands.app.keyboard.take(events.Key("enter", "\r"))
    await shown.came.wait()
    await hands._painted()


async def test_a_browser_here_leads_to_the_pin_and_the_round(journal: ForeignJournal, tmp_path: Path) -> None:
    async with at_the_door(journal, tmp_path) as hands:
        assert "TEST" in hands.lines()[0]
        assert "Prøvejournalen" in hands.text
        assert "Testmiljø. Bruk bare oppdiktede personer." in hands.text
        assert "> Nettleser på denne maskinen" in hands.text.replace(">  ", "> ")
        await hands.press("enter")
        assert "Velg PIN" in hands.text
        for _ in range(2):
            await hands.write(PIN)
            await hands.press("enter")
        assert "Runden" in hands.text
        await hands.press("t")
        await hands.press("enter")
        assert "HANSEN" in hands.text


async def test_without_a_browser_the_address_is_shown_whole(
    journal: ForeignJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "desktop", NoBrowser(journal.room))
    shown = Shown(monkeypatch)
    async with at_the_door(journal, tmp_path, ways=(Way.BROWSER,)) as hands:
        await _waits(hands, shown)
        (view,) = shown.views
        assert isinstance(view, BrowserView)
        assert view.url in "".join(line.strip() for line in hands.lines())
        assert "Åpne denne adressen" in hands.text
        browser = Browser(journal.room)
        back = await asyncio.to_thread(browser.sign_in, view.url)
        await asyncio.to_thread(browser.open_callback, back)
        await hands.rest()
        assert "Velg PIN" in hands.text


async def test_a_code_is_shown_with_its_picture_and_can_be_given_up(
    journal: ForeignJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Shown(monkeypatch)
    async with at_the_door(journal, tmp_path, client_id="public", ways=(Way.DEVICE,)) as hands:
        await hands.press("escape")
        assert "Ingen innlogging venter." in hands.text
        await _waits(hands, shown)
        (view,) = shown.views
        assert isinstance(view, CodeView)
        assert view.user_code in hands.text
        assert view.address in hands.text
        assert all(any(row in line for line in hands.lines()) for row in view.picture)
        assert "Esc avbryter" in hands.text
        await hands.press("escape")
        assert view.user_code not in hands.text
        assert "Hvordan vil du logge inn?" in hands.text
        assert "Kode på en annen enhet" in hands.text
        shown.came.clear()
        await _waits(hands, shown)
        assert shown.views[1] != view
        await hands.press("escape")


async def test_a_narrow_window_has_the_code_without_the_picture(
    journal: ForeignJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Shown(monkeypatch)
    async with at_the_door(journal, tmp_path, (60, 20), client_id="public", ways=(Way.DEVICE,)) as hands:
        await _waits(hands, shown)
        (view,) = shown.views
        assert isinstance(view, CodeView)
        assert view.user_code in hands.text
        assert view.picture[3] not in hands.text
        await hands.press("escape")


async def test_a_sign_in_that_is_declined_is_said_in_words_and_can_be_tried_again(
    journal: ForeignJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "desktop", Desktop(journal.room, agrees=False))
    async with at_the_door(journal, tmp_path) as hands:
        await hands.press("enter")
        assert "Innloggingen ble avbrutt eller avslått der." in hands.text
        assert "Ingenting er lagret." in hands.text
        monkeypatch.setattr(journal.desktop, "_agrees", True)
        await hands.press("enter")
        assert "Velg PIN" in hands.text

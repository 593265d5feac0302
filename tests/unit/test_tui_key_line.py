"""The last lines of every screen: the keys that work now, whole or not at all, and a window that is too small."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from textual.screen import Screen

from tests.form_app import no_day
from tui.acting import Acting
from tui.actions import action, bindings_for
from tui.app import FeltjournalApp
from tui.launch import Launch
from tui.text.ink import line
from tui.widgets.key_line import KeyLine
from tui.widgets.line_pane import LinePane
from tui.widgets.message_line import MessageLine

if TYPE_CHECKING:
    from textual.app import ComposeResult


class FormPlace(Acting, Screen[None]):
    """A form of a patient for whom no physician has decided on scale 2."""

    SCOPES: tuple[str, ...] = ("fields", "form", "news2", "back")
    BINDINGS = bindings_for("fields", "form", "news2", "back")
    chart = SimpleNamespace(scale_two=None)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield LinePane()
        yield MessageLine()
        yield KeyLine()


@pytest.mark.parametrize("width", [44, 60, 80, 120])
async def test_the_way_back_and_the_help_never_give_way(width: int) -> None:
    """No key is cut in half, and the two that a lost person needs are there."""
    screen = FormPlace()
    async with FeltjournalApp(Launch(lambda: screen, no_day)).run_test(size=(width, 24)):
        shown = screen.query_one(KeyLine).render().plain
        assert "Esc tilbake" in shown
        assert "F1 hjelp" in shown
        assert len(shown) <= width - 2


async def test_a_short_word_comes_before_a_key_that_is_left_out() -> None:
    """At 80 columns everything of the form is there; at 120 with the whole words."""
    screen = FormPlace()
    async with FeltjournalApp(Launch(lambda: screen, no_day)).run_test(size=(80, 24)) as pilot:
        narrow = screen.query_one(KeyLine).render().plain
        assert all(key in narrow for key in ("F2 lagre", "F9 signer", "F5 skala", "F12 lås"))
        assert "lagre utkast" not in narrow
        await pilot.resize_terminal(120, 24)
        assert "F2 lagre utkast" in screen.query_one(KeyLine).render().plain


async def test_a_key_that_cannot_be_used_is_dim_and_says_why() -> None:
    """F5 where no physician has decided (UX-14, UX-30)."""
    screen = FormPlace()
    app = FeltjournalApp(Launch(lambda: screen, no_day))
    async with app.run_test(size=(80, 24)):
        content = screen.query_one(KeyLine).render()
        start = content.plain.index("F5 skala")
        assert any(span.start <= start < span.end and span.style == "dim" for span in content.spans)
        await screen.action_perform("spo2.scale")
        assert screen.query_one(MessageLine).text == action("spo2.scale").why_not(screen)
        assert "vedtak mangler" in screen.query_one(MessageLine).text


class NoWayBack(FormPlace, inherit_bindings=False):
    """A first place: there is nothing to go back to."""

    SCOPES = ("pin",)
    BINDINGS = bindings_for("pin")


async def test_esc_where_there_is_no_way_back_is_answered() -> None:
    """UX-30: never silence."""
    screen = NoWayBack()
    app = FeltjournalApp(Launch(lambda: screen, no_day))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await app.keyboard.idle()
        assert screen.query_one(MessageLine).text.startswith("Esc gjør ingenting her.")


async def test_a_window_that_is_too_small_says_so_until_it_is_large_enough() -> None:
    screen = FormPlace()
    async with FeltjournalApp(Launch(lambda: screen, no_day)).run_test(size=(70, 20)) as pilot:
        assert "70×20" in screen.query_one(MessageLine).render().plain
        await pilot.resize_terminal(80, 24)
        assert screen.query_one(MessageLine).render().plain == ""


async def test_a_page_says_how_much_lies_below_and_skips_nothing() -> None:
    """Paging down shows every line once it is asked for; the end has no such line."""
    screen = FormPlace()
    app = FeltjournalApp(Launch(lambda: screen, no_day))
    async with app.run_test(size=(80, 24)) as pilot:
        pane = screen.query_one(LinePane)
        pane.show_lines(lambda _width: [line(f"linje {number}.") for number in range(60)])
        await pilot.pause()
        seen: set[str] = set()
        for _ in range(6):
            rows = [pane.render_line(y).text.strip() for y in range(pane.size.height)]
            seen.update(rows)
            pane.action_turn(1)
            await pilot.pause()
        assert {f"linje {number}." for number in range(60)} <= seen
        assert any(row.startswith("↓ ") for row in seen)
        assert pane.render_line(pane.size.height - 1).text.strip() == "linje 59."

"""What the client writes, in bytes: they are the same in every run, so they can be held to a budget (anchors.md §0.1)."""

from __future__ import annotations

import sys

import pytest

from benchmarks.row_bytes import IN_PAGE_AIM, SCROLLING_AIM, SIZES, measure
from tests.form_app import WORDS
from tests.pty.terminal import Terminal, keys


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_cursor_key_in_a_long_list_keeps_its_budget(size: tuple[int, int]) -> None:
    """Ten thousand visits, many colours: in a page, and averaged over scrolling."""
    cost = measure("ours", size, "many")
    assert 0 < cost.in_page <= IN_PAGE_AIM
    assert 0 < cost.scrolling <= SCROLLING_AIM


@pytest.mark.parametrize("words", [[], ["v"], WORDS], ids=["list", "form", "after a form"])
def test_idle_screen_writes_nothing(words: list[str]) -> None:
    """No clock, no blinking, no spinner: three seconds without one byte."""
    with Terminal([sys.executable, "-m", "tests.form_app", "ours", "/dev/null"]) as terminal:
        terminal.wait_for("besøk 0")
        if words:
            terminal.send(*keys(words))
            terminal.wait_for("Skjema")
        terminal.settle(1.0)
        assert terminal.bytes_of(lambda: None, quiet=3.0) == 0


def test_mouse_is_off() -> None:
    """The terminal is never asked for mouse events, so selecting text stays the terminal's own."""
    with Terminal([sys.executable, "-m", "tests.form_app", "ours", "/dev/null"]) as terminal:
        terminal.wait_for("besøk 0")
        terminal.settle()
        assert not [mode for mode in (b"?1000h", b"?1002h", b"?1003h", b"?1006h") if mode in terminal.raw]

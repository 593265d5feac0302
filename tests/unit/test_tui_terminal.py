"""The two guards of the text, and what the terminal is taken to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tests.hostile_app import PAYLOADS
from tui.terminal import Colours, SafeLines, colours, show
from tui.text.visible import visible

GROUND = Color(0, 0, 0)


def _filtered(text: str, style: Style | None = None) -> Segment:
    return SafeLines().apply([Segment(text, style)], GROUND)[0]


@given(st.text(alphabet=st.characters(), max_size=80))
def test_no_character_of_the_text_is_lost(text: str) -> None:
    """Taking the written-out characters back gives the text again, less the returns of its line ends."""
    shown = visible(text)
    for code in {ord(character) for character in text}:
        shown = shown.replace(f"<U+{code:04X}>", chr(code)) if f"<U+{code:04X}>" not in text else shown
    assert shown == text.replace("\r\n", "\n") or "<U+" in text


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=80))
def test_what_is_shown_needs_no_filter_and_can_be_written(text: str) -> None:
    """`show` leaves nothing for the last gate, and the gate nothing that a terminal would act on."""
    shown = visible(text)
    assert _filtered(shown.replace("\n", "").replace("\t", "")).text == shown.replace("\n", "").replace(
        "\t", ""
    )
    assert "\x1b" not in _filtered(text).text
    _filtered(text).text.encode()


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_gate_keeps_the_width_of_a_line(payload: str) -> None:
    """A character is replaced by one character: nothing moves to another column."""
    assert len(_filtered(payload).text) == len(payload)


@pytest.mark.parametrize(
    "unseen", ["\u206a", "\u206f", "\u17b4", "\u180b", "\ufe00", "\ufff0", "\U0001d173", "\U000e0101"]
)
def test_what_unicode_calls_ignorable_is_written_out(unseen: str) -> None:
    """Also old shaping marks, musical ones and the variation selectors that hide a whole text behind a letter."""
    assert visible(f"a{unseen}b") == f"a<U+{ord(unseen):04X}>b"


def test_sign_keeps_how_it_is_drawn() -> None:
    """U+FE0F says that a sign is drawn as a picture; nurses write such signs."""
    assert visible("fin dag \u2600\ufe0f") == "fin dag \u2600\ufe0f"


def test_marks_that_pile_up_are_written_out() -> None:
    """Four over one letter stay, as no language has more; the rest would be drawn over other lines."""
    assert visible("e" + "\u0301" * 4) == "e" + "\u0301" * 4
    assert visible("e" + "\u0301" * 6 + "x") == "e" + "\u0301" * 4 + "<U+0301>" * 2 + "x"


def test_markup_in_text_stays_text() -> None:
    """Square brackets of a note are letters."""
    assert show("allergi [ikke bekreftet] [/x]").plain == "allergi [ikke bekreftet] [/x]"
    assert not show("[bold]x[/bold]").spans


def test_link_is_dropped() -> None:
    """Where a link leads is not written to the terminal."""
    style = _filtered("x", Style(link="http://evil.example", bold=True)).style
    assert style is not None
    assert style.link is None
    assert style.bold


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm"}, Colours.SIXTEEN),
        ({"TERM": "xterm-256color"}, Colours.MANY),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, Colours.MANY),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, Colours.NONE),
        ({"TERM": "linux"}, Colours.SIXTEEN),
        ({}, Colours.SIXTEEN),
    ],
)
def test_colours_are_read_from_the_environment(environment: dict[str, str], expected: Colours) -> None:
    """NO_COLOR wins; a plain xterm (PuTTY's default) has sixteen."""
    assert colours(environment) is expected

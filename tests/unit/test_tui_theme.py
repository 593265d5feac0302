"""The theme is legible with many colours, with sixteen and with none, and never says green."""

from __future__ import annotations

import pytest
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import dim_color

from tests.form_app import ListScreen, no_day
from tui.app import FeltjournalApp
from tui.launch import Launch
from tui.terminal import Colours
from tui.text.ink import Ink
from tui.theme import BLUE, CALM, GROUND, INK, OWN_COLOURS, PALETTE, RED, YELLOW, OnAnyGround, theme_for


@pytest.mark.parametrize("tone", [INK, BLUE, RED, YELLOW])
def test_every_tone_stands_out_from_the_ground(tone: str) -> None:
    """At least 4.5:1 (UX-35)."""
    assert Color.parse(tone).get_contrast_text(1.0) is not None
    assert _contrast(tone, GROUND) >= 4.5


def test_dim_ink_stands_out_from_the_ground() -> None:
    """Dim is for labels, units and old values: read all the same. Only ink is ever dim."""
    dimmed = dim_color(RichColor.parse(GROUND), RichColor.parse(INK)).get_truecolor()
    assert _contrast(f"#{dimmed.red:02x}{dimmed.green:02x}{dimmed.blue:02x}", GROUND) >= 4.5
    assert [ink for ink in Ink if "dim" in ink.value] == [Ink.DIM]
    assert Ink.DIM.value == "dim"


@pytest.mark.parametrize("tone", [INK, BLUE, RED, YELLOW])
def test_a_reversed_tone_is_read_too(tone: str) -> None:
    """The chosen row and UTEN NETT: the ground's colour on the tone."""
    assert _contrast(GROUND, tone) >= 4.5


@pytest.mark.parametrize("ground", ["#000000", "#ffffff"])
@pytest.mark.parametrize("tone", ["#cd00cd", "#cd0000"])
def test_of_sixteen_colours_those_in_use_stand_out_on_black_and_on_white(tone: str, ground: str) -> None:
    """At least 3:1, what large or bold text asks for; the tones are xterm's and not ours to choose."""
    assert _contrast(tone, ground) >= 3
    assert _contrast("#cdcd00", "#ffffff") < 3  # why yellow is not among them


def test_yellow_becomes_magenta_on_a_ground_that_is_not_known() -> None:
    line = [Segment("▲ høy", Style.parse("bold yellow")), Segment("22", Style.parse("red")), Segment(" ")]
    drawn = OnAnyGround().apply(line, Color.parse("black"))
    assert [str(one.style) if one.style else "" for one in drawn] == ["bold magenta", "red", ""]


def _contrast(one: str, other: str) -> float:
    """Return the contrast of WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (part / 255 for part in RichColor.parse(colour).get_truecolor())
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_green_is_ink() -> None:
    """Green means nothing here, so nothing looks green."""
    assert PALETTE.ansi_colors[2] == RichColor.parse(INK).get_truecolor()


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "xterm-256color"}, CALM.name),
        ({"TERM": "xterm"}, OWN_COLOURS.name),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, OWN_COLOURS.name),
    ],
)
async def test_theme_is_chosen_before_the_first_frame(environment: dict[str, str], theme: str) -> None:
    """The application starts with it; setting it later would draw black on black without colours."""
    app = FeltjournalApp(Launch(ListScreen, no_day, environment=environment))
    assert app.theme == theme
    async with app.run_test(size=(80, 24)):
        assert app.current_theme.name == theme
        assert app.native_ansi_color is (theme == OWN_COLOURS.name)


def test_no_colour_takes_the_terminals_own() -> None:
    """Without colours no tone of ours is used."""
    assert theme_for(Colours.NONE) == OWN_COLOURS.name

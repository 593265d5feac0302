"""The colours: red for danger, yellow for what needs a person, blue for place and selection; normal is quiet.

Everything drawn names ANSI colours. Where the terminal has many, they are mapped to tones with a contrast of at
least 4.5:1 on our own ground; where it has sixteen, or none, its own are used, with its own ground. That ground may
be white, where yellow is not read: of the sixteen, magenta is what stands out on both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.filter import LineFilter
from textual.theme import Theme

from tui.terminal import Colours

if TYPE_CHECKING:
    from textual.color import Color

GROUND = "#12161a"
INK = "#d6dbe0"
BLUE = "#79b4ff"
RED = "#ff8078"
YELLOW = "#e6c566"

_QUIET_VARIABLES = {
    "footer-key-foreground": BLUE,
    "input-selection-background": "#2c4a6e",
    "block-cursor-text-style": "reverse",
    "border": GROUND,
}

CALM = Theme(
    name="calm",
    primary=BLUE,
    secondary=BLUE,
    accent=BLUE,
    warning=YELLOW,
    error=RED,
    success=INK,
    foreground=INK,
    background=GROUND,
    surface=GROUND,
    panel=GROUND,
    boost=GROUND,
    dark=True,
    text_alpha=1.0,
    variables=_QUIET_VARIABLES,
)
"""For terminals of 256 colours and more."""

OWN_COLOURS = Theme(
    name="own-colours",
    ansi=True,
    primary="ansi_bright_blue",
    secondary="ansi_bright_blue",
    accent="ansi_bright_blue",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border-blurred": "ansi_default",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_white",
        "input-cursor-background": "ansi_black",
        "input-cursor-foreground": "ansi_bright_white",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_bright_blue",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_bright_blue",
        "screen-selection-foreground": "ansi_black",
    },
)
"""For sixteen colours and for none: the terminal's own."""

THEMES = {theme.name: theme for theme in (CALM, OWN_COLOURS)}


def theme_for(colours: Colours) -> str:
    """Return the name of the theme to start with."""
    return CALM.name if colours is Colours.MANY else OWN_COLOURS.name


_YELLOW_NUMBER = 3
_MAGENTA = Style(color="magenta")


class OnAnyGround(LineFilter):
    """Draws in magenta what is yellow, for a terminal of sixteen colours whose ground is not known."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002  the interface's
        """Return the line with its yellow text in magenta."""
        return [
            Segment(text, style + _MAGENTA if style is not None and _is_yellow(style) else style)
            for text, style, _ in segments
        ]


def _is_yellow(style: Style) -> bool:
    return style.color is not None and style.color.number == _YELLOW_NUMBER


def _tone(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


_TONES = [_tone(c) for c in ("#3a4048", RED, INK, YELLOW, BLUE, "#d0a8e8", "#8fd0d8", INK)]
_BRIGHT = [_tone(c) for c in ("#9aa3ac", RED, INK, YELLOW, BLUE, "#d0a8e8", "#8fd0d8", "#ffffff")]
PALETTE = TerminalTheme(_tone(GROUND), _tone(INK), _TONES, _BRIGHT)
"""What the ANSI names become under `CALM`; green is ink, because green means nothing here."""

"""What the terminal can do, and the guard of its last line (security.md §3.2)."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.content import Content
from textual.filter import LineFilter

from tui.text.visible import STEERING, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.style import Style
    from textual.color import Color

_steering = re.compile(f"[{STEERING}]")
_in_a_line = re.compile(f"[{STEERING}\\t\\n]")


class Colours(Enum):
    """How many colours the terminal shows."""

    NONE = 0
    SIXTEEN = 16
    MANY = 256


def colours(environment: Mapping[str, str]) -> Colours:
    """Return what the terminal says of itself; NO_COLOR wins over everything."""
    if environment.get("NO_COLOR"):
        return Colours.NONE
    term = environment.get("TERM", "")
    if environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return Colours.MANY
    return Colours.MANY if term.endswith(("256color", "-direct", "kitty")) else Colours.SIXTEEN


def show(text: str) -> Content:
    """Return text of the journal for a widget: never read as markup, nothing in it unseen."""
    return Content(visible(text))


class SafeLines(LineFilter):
    """The last gate: whatever widget drew it, no control or bidi character and no link leaves in a line."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002  the interface's
        """Return the line with such characters replaced by U+FFFD."""
        return [Segment(_cleaned(text), _unlinked(style)) for text, style, _ in segments]


def _cleaned(text: str) -> str:
    """Return the text as it is when it is clean, which it nearly always is."""
    if _in_a_line.search(text) is None:
        return text
    return _steering.sub("�", text.replace("\t", " ").replace("\n", " "))


def _unlinked(style: Style | None) -> Style | None:
    """Drop a hyperlink: where it leads is the journal's text, too."""
    return style.update_link(None) if style is not None and style.link else style

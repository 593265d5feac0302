"""What the terminal can do, and the two guards that keep text from steering it (security.md §3.2)."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.content import Content
from textual.filter import LineFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.style import Style
    from textual.color import Color

_STEERING = (
    "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff0-\\ufffb"
    "\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff\\ud800-\\udfff"
)
_UNSEEN = "\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\ufe00-\\ufe0d\\uffa0"
"""The rest of what Unicode calls ignorable; but not U+FE0E and U+FE0F, by which a sign is drawn as text or as a picture."""

_MARK = "[\\u0300-\\u036f\\u0483-\\u0489\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]"
_MOST_MARKS = 4
"""Marks over one letter; no language needs so many, and a pile of them is drawn over the lines above and below."""

_steering = re.compile(f"[{_STEERING}]")
_in_a_line = re.compile(f"[{_STEERING}\\t\\n]")
_unreadable = re.compile(f"[{_STEERING}{_UNSEEN}]")
_pile = re.compile(f"(?<={_MARK}{{{_MOST_MARKS}}}){_MARK}")


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


def visible(text: str) -> str:
    """Return the text with every unseen or steering character written out, as `<U+202E>`, and marks that pile up.

    Line feeds and tabs stay; a carriage return before a line feed goes with it. No other character is lost.
    """
    shown = _unreadable.sub(_written_out, text.replace("\r\n", "\n"))
    return shown if shown.isascii() else _pile.sub(_written_out, shown)


def show(text: str) -> Content:
    """Return text of the journal for a widget: never read as markup, nothing in it unseen."""
    return Content(visible(text))


def _written_out(found: re.Match[str]) -> str:
    return f"<U+{ord(found.group()):04X}>"


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

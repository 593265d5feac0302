"""Lines of text with their weight: what the drawing functions give, free of any widget.

Every text passes `visible` on its way into a piece, so a line is as wide as it looks and nothing in it steers a terminal.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.content import Content

from tui.text import visible as guard
from tui.text.format import left, right

if TYPE_CHECKING:
    from collections.abc import Iterable


class Ink(StrEnum):
    """The weights and state colours of the design; green means nothing here and is not used."""

    PLAIN = ""
    STRONG = "bold"
    DIM = "dim"
    DANGER = "bold red"
    PERSON = "yellow"  # needs a person
    PLACE = "blue"
    SELECTED = "reverse"
    PAPER = "bright_white on black"  # a picture that a camera must read, whatever the ground of the terminal


class Piece(NamedTuple):
    """A run of text in one ink."""

    text: str
    ink: Ink = Ink.PLAIN


Line = list[Piece]


def visible(text: str) -> str:
    """Return text of the journal for one line: what steers or is not seen written out, line breaks and tabs as blanks."""
    return guard.visible(text).replace("\n", " ").replace("\t", " ")


def piece(text: str, ink: Ink = Ink.PLAIN) -> Piece:
    """Return a piece, its text made visible."""
    return Piece(visible(text), ink)


def cell(text: str, width: int, ink: Ink = Ink.PLAIN, *, at_right: bool = False) -> Piece:
    """Return a piece of exactly `width` cells."""
    seen = visible(text)
    return Piece(right(seen, width) if at_right else left(seen, width), ink)


def line(*parts: Piece | str) -> Line:
    """Return a line of pieces; a bare string is plain ink."""
    return [piece(part) if isinstance(part, str) else part for part in parts]


def plain(pieces: Iterable[Piece]) -> str:
    """Return the text alone."""
    return "".join(part.text for part in pieces)


def width_of(pieces: Iterable[Piece]) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(part.text) for part in pieces)


def padded(pieces: Line, width: int) -> Line:
    """Return the line in exactly `width` cells: cut, or filled with blanks."""
    filled: Line = []
    space = width
    for part in pieces:
        used = cell_len(part.text)
        if used > space:
            return [*filled, Piece(left(part.text, space), part.ink)]
        filled.append(part)
        space -= used
    return [*filled, Piece(" " * space)] if space else filled


def beside(first: Iterable[Line], second: Iterable[Line], width: int, gap: int = 1) -> list[Line]:
    """Lay two blocks of lines side by side, the first in `width` cells."""
    rows, others = list(first), list(second)
    lines: list[Line] = []
    for index in range(max(len(rows), len(others))):
        row = rows[index] if index < len(rows) else []
        other = others[index] if index < len(others) else []
        lines.append([*padded(row, width), Piece(" " * gap), *other] if other else row)
    return lines


def content(pieces: Iterable[Piece]) -> Content:
    """Return the line for a widget that takes Content; no markup is read."""
    return Content.assemble(*((part.text, _CONTENT_STYLES[part.ink]) for part in pieces))


def content_of(lines: Iterable[Line]) -> Content:
    """Return several lines as one Content."""
    return Content("\n").join([content(one) for one in lines])


_CONTENT_STYLES = {
    **{ink: ink.value for ink in Ink},
    Ink.DANGER: "bold ansi_red",
    Ink.PERSON: "ansi_yellow",
    Ink.PLACE: "ansi_blue",
    Ink.PAPER: "ansi_bright_white on ansi_black",
}
_STYLES = {ink: Style.parse(ink.value) if ink.value else Style.null() for ink in Ink}


def segments(pieces: Iterable[Piece]) -> list[Segment]:
    """Return the line for the line API."""
    return [Segment(part.text, _STYLES[part.ink]) for part in pieces]

"""The text filter under fuzz: what it lets through is looked at by Unicode's own categories, not by the filter's list."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tests.fuzz.material import a_text
from tui.terminal import SafeLines, show
from tui.text.visible import visible

if TYPE_CHECKING:
    from random import Random

_GROUND = Color(0, 0, 0)
_GATE = SafeLines()
_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})
_SEEN = frozenset(
    map(
        chr,
        (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440)),
    )
)
"""Format characters that are drawn: signs of Arabic, Syriac, Kaithi and Egyptian numbers and layout."""
_WRITTEN_OUT = re.compile(r"<U\+([0-9A-F]{4,6})>")


def steers(character: str) -> bool:
    """Tell whether a character is a command, a half of one, unseen, or turns the direction of those around it."""
    category = unicodedata.category(character)
    return category in _CONTROL or (category == "Cf" and character not in _SEEN)


def check(chance: Random) -> None:
    """Make a text and look at every way that it takes to a terminal.

    Raises:
        AssertionError: Something steers, or something of the text is lost.
    """
    text = a_text(chance)
    shown = visible(text)
    assert not [one for one in shown if steers(one) and one not in "\n\t"], ascii(text)
    assert show(text).plain == shown, ascii(text)
    assert not show(text).spans, ascii(text)
    if "<U+" not in text:
        back = _WRITTEN_OUT.sub(lambda found: chr(int(found[1], 16)), shown)
        assert back == text.replace("\r\n", "\n"), ascii(text)
    (line,) = _GATE.apply([Segment(text, Style(link="http://evil.example"))], _GROUND)
    assert len(line.text) == len(text), ascii(text)
    assert not [one for one in line.text if unicodedata.category(one) in _CONTROL], ascii(text)
    assert line.style is None or line.style.link is None
    line.text.encode()

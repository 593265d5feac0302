"""The first guard: what steers a terminal or is not seen is written out (security.md §3.2)."""

from __future__ import annotations

import re

STEERING = (
    "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff0-\\ufffb"
    "\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff\\ud800-\\udfff"
)
_UNSEEN = "\\u00ad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\ufe00-\\ufe0d\\uffa0"
"""The rest of what Unicode calls ignorable; but not U+FE0E and U+FE0F, by which a sign is drawn as text or as a picture."""

_MARK = "[\\u0300-\\u036f\\u0483-\\u0489\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]"
_MOST_MARKS = 4
"""Marks over one letter; no language needs so many, and a pile of them is drawn over the lines above and below."""

_unreadable = re.compile(f"[{STEERING}{_UNSEEN}]")
_pile = re.compile(f"(?<={_MARK}{{{_MOST_MARKS}}}){_MARK}")


def visible(text: str) -> str:
    """Return the text with every unseen or steering character written out, as `<U+202E>`, and marks that pile up.

    Line feeds and tabs stay; a carriage return before a line feed goes with it. No other character is lost.
    """
    shown = _unreadable.sub(_written_out, text.replace("\r\n", "\n"))
    return shown if shown.isascii() else _pile.sub(_written_out, shown)


def _written_out(found: re.Match[str]) -> str:
    return f"<U+{ord(found.group()):04X}>"

"""Hjelp: the keys that work where one was, what they do, and what the signs mean. From the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from tui.acting import Acting
from tui.actions import bindings_for, help_rows
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, cell, line, piece
from tui.text.state_words import STATE_INK, STATE_SIGN, STATE_WORD
from tui.widgets.frame_line import FrameLine
from tui.widgets.key_line import KeyLine
from tui.widgets.line_pane import LinePane
from tui.widgets.words_line import WordsLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

_KEYS = 16
_LABEL = 15
PLACES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("round", ("round", "patient", "outbox-link", "report-link")),
    ("take", ("take", "back")),
    ("patient", ("patient", "outbox-link", "back")),
    ("pages", ("pages",)),
    ("tasks", ("tasks",)),
    ("news2", ("fields", "form", "news2", "back")),
    ("note", ("form", "back")),
    ("signing", ("signing",)),
    ("asking", ("asking",)),
    ("outbox", ("outbox", "report-link", "back")),
    ("conflict", ("conflict", "back")),
    ("stranger", ("fields", "stranger", "back")),
    ("match", ("match", "back")),
    ("search", ("fields", "search", "back")),
    ("emergency", ("fields", "emergency", "back")),
    ("sign-in", ("choose", "sign-in")),
    ("arrive", ("choose", "arrive")),
    ("pin", ("pin",)),
    ("unlock", ("unlock",)),
)
"""Every place with the scopes that it binds: all keys there are."""
_WORDS = ("data", "usendt", "UTEN NETT", "LOGGET UT", "kun PIN", "uten lager")


def help_lines(scopes: tuple[str, ...], width: int) -> list[Line]:
    """Return the keys that work here, what the signs and words mean, then every key by place."""
    lines = [
        *_keys("help.keys", scopes, width), [], *_keys("help.everywhere", ("app",), width),
        _key_line("↑ ↓", nb.text("help.arrows"), nb.text("help.arrows_do"), width)[0], [],
        *_signs(width), [], *_words(width), [], _heading("help.elsewhere"),
    ]  # fmt: skip
    for name, bound in PLACES:
        lines += [[], *_keys(f"help.{name}", bound, width)]
    return lines


def _heading(id_: str) -> Line:
    return line(" ", piece(nb.text(id_), Ink.DIM))


def _keys(title: str, scopes: tuple[str, ...], width: int) -> list[Line]:
    """Return the keys of these scopes under a title."""
    rows = [_key_line(*row, width) for row in help_rows(*scopes)]
    return [_heading(title), *(one for row in rows for one in row)]


def _key_line(keys: str, label: str, help_text: str, width: int) -> list[Line]:
    """Return a key with its name and what it does; what is long hangs."""
    first, *others = fmt.wrap(help_text, max(20, width - _KEYS - _LABEL - 4))
    indent = " " * (3 + _KEYS + _LABEL)
    head = line(
        "   ",
        cell(keys, _KEYS, Ink.STRONG),
        cell(label.split(",", maxsplit=1)[0], _LABEL),
        Piece(first, Ink.DIM),
    )
    return [head, *(line(indent, Piece(part, Ink.DIM)) for part in others)]


def _explained(sign: str, ink: Ink, said: str, width: int) -> list[Line]:
    """Return a sign or a word and what it means."""
    first, *others = fmt.wrap(said, max(20, width - _KEYS - 4))
    head = line("   ", cell(sign, _KEYS, ink), Piece(first))
    return [head, *(line(" " * (3 + _KEYS), Piece(part)) for part in others)]


def _signs(width: int) -> list[Line]:
    """Return what the signs mean."""
    lines = [_heading("help.signs")]
    for state, sign in STATE_SIGN.items():
        word = STATE_WORD[state].split(",")[0]
        said = f"{word}: {nb.text(f'sign_help.{state.name.lower()}')}"
        lines += _explained(sign, STATE_INK[state], said, width)
    for sign in ("!", "▲", "▲▲"):
        lines += _explained(sign, Ink.STRONG, nb.text(f"sign_help.{sign}"), width)
    return lines


def _words(width: int) -> list[Line]:
    """Return what the words of line 1 mean."""
    lines = [_heading("help.words")]
    for word in _WORDS:
        lines += _explained(word, Ink.STRONG, nb.text(f"word_help.{word}"), width)
    return lines


class HelpScreen(Acting, Screen[None]):
    """One page of keys, scrolled by arrows; Esc goes back to where one was."""

    SCOPES = ("back",)
    BINDINGS: ClassVar = bindings_for("back")
    CSS = """
    HelpScreen { layout: vertical; }
    HelpScreen FrameLine, HelpScreen WordsLine, HelpScreen KeyLine { dock: none; }
    HelpScreen LinePane { height: 1fr; }
    """

    def __init__(self, *scopes: str, state: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._scopes = scopes
        self._state = state

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        yield FrameLine(nb.text("help.place"))
        yield LinePane()
        yield WordsLine()
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the keys."""
        if self._state:
            environment, *others = self._state
            self.query_one(FrameLine).show_state(environment, *((words, "") for words in others))
        pane = self.query_one(LinePane)
        pane.show_lines(lambda width: help_lines(self._scopes, width))
        pane.focus()

    def action_place_back(self) -> None:
        """Back to where one was."""
        self.app.pop_screen()

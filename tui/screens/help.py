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
_LABEL = 18


def help_lines(scopes: tuple[str, ...], width: int) -> list[Line]:
    """Return the keys of these scopes, the general ones last, then the signs."""
    lines = [line(" ", piece(nb.text("help.keys"), Ink.DIM))]
    for keys, label, help_text in [*help_rows(*scopes), *help_rows("app")]:
        first, *others = fmt.wrap(help_text, max(20, width - _KEYS - _LABEL - 3))
        lines.append(line("   ", cell(keys, _KEYS, Ink.STRONG), cell(label, _LABEL), Piece(first, Ink.DIM)))
        lines += [line(" " * (3 + _KEYS + _LABEL), Piece(part, Ink.DIM)) for part in others]
    lines += [[], line(" ", piece(nb.text("help.signs"), Ink.DIM))]
    for state, sign in STATE_SIGN.items():
        lines.append(
            line(
                "   ",
                cell(sign, _KEYS, STATE_INK[state]),
                piece(f"{STATE_WORD[state]}: {nb.text(f'sign_help.{state.name.lower()}')}"),
            )
        )
    for sign in ("!", "▲", "▲▲"):
        lines.append(line("   ", cell(sign, _KEYS, Ink.STRONG), piece(nb.text(f"sign_help.{sign}"))))
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

    def __init__(self, *scopes: str) -> None:
        super().__init__()
        self._scopes = scopes

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        yield FrameLine(nb.text("help.place"))
        yield LinePane()
        yield WordsLine()
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the keys."""
        pane = self.query_one(LinePane)
        pane.show_lines(lambda width: help_lines(self._scopes, width))
        pane.focus()

    def action_place_back(self) -> None:
        """Back to where one was."""
        self.app.pop_screen()

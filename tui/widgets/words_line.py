"""The message line of the places: one message, or trouble: what happened, what is safe and what is next, each on its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.text import format as fmt
from tui.text.ink import Ink, Line, content_of, line, piece, visible
from tui.text.nb_trouble import trouble_words
from tui.widgets.message_line import MessageLine

if TYPE_CHECKING:
    from textual.content import Content

    from services.trouble import Trouble


class WordsLine(MessageLine):
    """Grows upwards for trouble, and shrinks with the next key."""

    DEFAULT_CSS = """
    WordsLine { height: auto; min-height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._trouble: list[Line] = []

    @property
    def trouble(self) -> str:
        """Return the trouble shown, as text."""
        return content_of(self._trouble).plain

    def say(self, text: str, *, is_critical: bool = False) -> None:
        """Show a message; one that is wider than the line gets the lines it needs."""
        super().say(text, is_critical=is_critical)
        self.refresh(layout=self._is_long)

    @property
    def _is_long(self) -> bool:
        """Tell whether the message needs more than a line."""
        return cell_len(visible(self.text)) > self.content_size.width

    def show_trouble(self, trouble: Trouble, width: int) -> None:
        """Say what happened, what is safe, what to do next; the journal's own words, if any, between them."""
        words = trouble_words(trouble)
        said = visible(trouble.details.get("shown", ""))
        self._trouble = [line(piece(f"▲ {words.what}", Ink.DANGER))]
        for text in (f"«{said}»" if said else "", words.safe, words.next):
            self._trouble += [line("  ", piece(part)) for part in fmt.wrap(text, width - 4)] if text else []
        self.refresh(layout=True)

    def key_pressed(self) -> None:
        """Let the passing message and the trouble go."""
        was_long = bool(self._trouble) or self._is_long
        super().key_pressed()
        self._trouble = []
        if was_long:
            self.refresh(layout=True)

    def render(self) -> Content:
        """Return the trouble, and under it the message if both are there."""
        if not self._trouble:
            return super().render()
        return content_of(self._trouble)

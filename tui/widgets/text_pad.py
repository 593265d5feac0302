"""Where a note is written: several lines, no highlighting, no blinking."""

from __future__ import annotations

from textual.widgets import TextArea


class TextPad(TextArea):
    """A plain writing pad. Tab leaves it; what was typed is what is kept."""

    DEFAULT_CSS = """
    TextPad { height: 1fr; width: 100%; border: none; padding: 0 1; background: $background; }
    TextPad:focus { border: none; }
    TextPad .text-area--cursor-line { background: $background; }
    """

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(
            text, id=id, language=None, soft_wrap=True, show_line_numbers=False, tab_behavior="focus"
        )
        self.cursor_blink = False
        self.highlight_cursor_line = False

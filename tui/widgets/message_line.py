"""The line above the last: one message, until the next key; a critical one until it is handled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from tui.terminal import show
from tui.text import nb
from tui.text.visible import visible

if TYPE_CHECKING:
    from textual.content import Content


SMALLEST = (80, 24)
"""What every screen is drawn for; in less, something is cut."""


class MessageLine(Widget):
    """One message at a time; a critical one is never displaced for good by an ordinary one (UX-19)."""

    DEFAULT_CSS = """
    MessageLine { height: 1; width: 100%; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._critical = ""
        self._passing = ""

    @property
    def text(self) -> str:
        """Return what is said now."""
        return self._passing or self._critical

    def say(self, text: str, *, is_critical: bool = False) -> None:
        """Show a message; a critical one stays under later ones and comes back after them."""
        if is_critical:
            self._critical = text
        else:
            self._passing = text
        self.refresh()

    def key_pressed(self) -> None:
        """Let the passing message go."""
        if self._passing:
            self._passing = ""
            self.refresh()

    def handled(self) -> None:
        """Let the critical message go: a person has dealt with it."""
        if self._critical:
            self._critical = ""
            self.refresh()

    def _small_window(self) -> str:
        """Say that the window is too small for the screens, when it is."""
        width, height = self.app.size
        if width >= SMALLEST[0] and height >= SMALLEST[1]:
            return ""
        return nb.text("window.small", width=width, height=height)

    def render(self) -> Content:
        """Return the message on one line."""
        if not self.text and (small := self._small_window()):
            return show(small).stylize("bold yellow")
        text = show(" ".join(visible(self.text).split()))
        return text if self._passing or not self._critical else text.stylize("bold red")

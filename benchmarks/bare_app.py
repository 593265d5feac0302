"""The floor of the cold start: the least that Textual can show."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

TEXT = "bare Textual"


class BareApp(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Static(TEXT)


if __name__ == "__main__":
    BareApp().run(mouse=False)

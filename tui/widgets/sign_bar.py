"""What stands at the bottom while something is signed or decided; patient and form stay in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from tui.text import nb
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from textual.app import ComposeResult


class SignBar(Vertical):
    """A rule, the summary and, when the identity must be typed again, one field. Hidden until `open`."""

    DEFAULT_CSS = """
    SignBar { height: auto; width: 100%; display: none; }
    SignBar.-open { display: block; }
    SignBar #sign-rule { height: 1; }
    SignBar #sign-lines { height: auto; padding: 0 1; }
    SignBar #sign-again { display: none; height: 1; padding: 0 1; }
    SignBar #sign-asks { width: auto; }
    SignBar.-retype #sign-again { display: block; }
    """

    def compose(self) -> ComposeResult:
        """Lay out the rule, the lines and the field."""
        yield Static(Content(""), id="sign-rule", markup=False)
        yield Static(Content(""), id="sign-lines", markup=False)
        with Horizontal(id="sign-again"):
            asks = Content.styled(" " * 8 + nb.text("sign.retype") + "  ", "ansi_yellow")
            yield Static(asks, id="sign-asks", markup=False)
            yield ValueField("tre siste siffer", cells=5, moves_on=False, id="sign-retype")

    @property
    def is_open(self) -> bool:
        """Tell whether it is shown."""
        return self.has_class("-open")

    @property
    def retyped(self) -> str:
        """Return what was typed again of the identity number."""
        return self.query_one("#sign-retype", ValueField).value

    def open(self, lines: Content, *, asks_digits: bool = False) -> None:
        """Show the summary; the field takes the focus when it is asked for."""
        self.query_one("#sign-rule", Static).update(Content("─" * self.app.size.width))
        self.query_one("#sign-lines", Static).update(lines)
        self.query_one("#sign-retype", ValueField).value = ""
        self.set_class(asks_digits, "-retype")
        self.add_class("-open")
        if asks_digits:
            self.query_one("#sign-retype", ValueField).focus()

    def shut(self) -> None:
        """Take it away; nothing was signed by that."""
        self.remove_class("-open", "-retype")

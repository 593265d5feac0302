"""Changing the PIN from within the client: the old one, and the new one twice."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widgets import Static

from services.trouble import Trouble
from tui.actions import bindings_for
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, content_of, line, piece
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from textual.app import ComposeResult

_FIELDS = ("old", "new", "again")


class PinChangeScreen(Place):
    """Three secret fields; Enter in the last one changes the PIN."""

    PLACE = "pin_change.place"
    SCOPES = ("pin", "back")
    BINDINGS: ClassVar = bindings_for("pin", "back")
    CSS = """
    PinChangeScreen #rules { height: auto; padding: 1 1; }
    PinChangeScreen Horizontal { height: 1; padding: 0 1; }
    PinChangeScreen .label { width: 16; }
    PinChangeScreen #wait { height: 1; padding: 0 1; margin-top: 1; }
    """

    def compose_body(self) -> ComposeResult:
        """Lay out the rules and the fields."""
        yield Static(id="rules", markup=False)
        for name in _FIELDS:
            with Horizontal():
                yield Static(nb.text(f"pin_change.{name}"), classes="label", markup=False)
                yield ValueField(name, cells=20, is_secret=True, moves_on=name != "again", id=f"pin-{name}")
        yield Static(id="wait", markup=False)

    def load(self) -> None:
        """Begin in the first field."""
        self._show_rules()
        self.action_pin_keep()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._show_rules()

    def _show_rules(self) -> None:
        width = max(20, self.size.width - 2)
        texts = [nb.text("pin.rules"), nb.text("pin_change.kept")]
        lines = [line(piece(part)) for text in texts for part in fmt.wrap(text, width)]
        self.query_one("#rules", Static).update(content_of(lines))

    def _field(self, name: str) -> ValueField:
        return self.query_one(f"#pin-{name}", ValueField)

    def action_pin_keep(self) -> None:
        """Enter outside the fields: go to the first one."""
        self._field("old").focus()

    @on(ValueField.Submitted, "#pin-again")
    def change(self) -> None:
        """Compare the two new ones, and change."""
        old, new, again = (self._field(name).value for name in _FIELDS)
        if new != again:
            self._empty("new", "again")
            self.tell(nb.text("pin.differ"))
            return
        self.query_one("#wait", Static).update(content_of([line(piece(nb.text("pin.working"), Ink.DIM))]))
        self.start_holding(partial(self._change, old, new), "pin")

    async def _change(self, old: str, new: str) -> None:
        """Change it; only then say so, on the round."""
        try:
            await self.day.change_pin(old, new)
        except Trouble:
            self._empty(*_FIELDS)
            raise
        self.app.pop_screen()
        self.feltjournal.say(nb.text("pin_change.done"))

    def _empty(self, *names: str) -> None:
        """Empty these fields and begin in the first of them."""
        for name in names:
            self._field(name).value = ""
        self.query_one("#wait", Static).update("")
        self._field(names[0]).focus()

    def action_place_back(self) -> None:
        """Back to the round; the PIN is as it was."""
        self.app.pop_screen()

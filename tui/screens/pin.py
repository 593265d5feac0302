"""Setting the PIN: typed twice, with its rules told before and not after."""

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


class PinScreen(Place):
    """Two secret fields; Enter in the second makes the cache and opens the round."""

    PLACE = "pin.place"
    SCOPES = ("pin",)
    BINDINGS: ClassVar = bindings_for("pin")
    CSS = """
    PinScreen #rules { height: auto; padding: 1 1; }
    PinScreen Horizontal { height: 1; padding: 0 1; }
    PinScreen .label { width: 10; }
    PinScreen #wait { height: 1; padding: 0 1; margin-top: 1; }
    """

    def compose_body(self) -> ComposeResult:
        """Lay out the rules and the two fields."""
        yield Static(id="rules", markup=False)
        with Horizontal():
            yield Static(nb.text("pin.first"), classes="label", markup=False)
            yield ValueField("pin", cells=20, is_secret=True, id="first")
        with Horizontal():
            yield Static(nb.text("pin.again"), classes="label", markup=False)
            yield ValueField("pin again", cells=20, is_secret=True, moves_on=False, id="again")
        yield Static(id="wait", markup=False)

    def load(self) -> None:
        """Begin in the first field."""
        self._show_rules()
        self.query_one("#first", ValueField).focus()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._show_rules()

    def _show_rules(self) -> None:
        """Say what a PIN must be, and what it is for."""
        width = max(20, self.size.width - 2)
        texts = [nb.text("pin.rules"), nb.text("pin.use")]
        lines = [line(piece(part)) for text in texts for part in fmt.wrap(text, width)]
        self.query_one("#rules", Static).update(content_of(lines))

    def action_pin_keep(self) -> None:
        """Enter outside the fields: go to the first one."""
        self.query_one("#first", ValueField).focus()

    @on(ValueField.Submitted, "#again")
    def keep(self) -> None:
        """Compare the two and make the cache."""
        first, again = self.query_one("#first", ValueField), self.query_one("#again", ValueField)
        if first.value != again.value:
            self._begin_again()
            self.tell(nb.text("pin.differ"))
            return
        self.query_one("#wait", Static).update(content_of([line(piece(nb.text("pin.working"), Ink.DIM))]))
        self.start_holding(partial(self._keep, first.value), "pin")

    async def _keep(self, pin: str) -> None:
        """Set the PIN, begin the day, show the round."""
        from tui.screens.round import RoundScreen

        try:
            await self.day.set_pin(pin)
        except Trouble:
            self._begin_again()
            raise
        await self.day.start()
        self.app.switch_screen(RoundScreen(self.desk))

    def _begin_again(self) -> None:
        """Empty both fields."""
        for field in self.query(ValueField):
            field.value = ""
        self.query_one("#wait", Static).update("")
        self.query_one("#first", ValueField).focus()

"""A one-line field: `[   ]` while it has the focus, plain otherwise. Only Enter goes to the next field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.widget import Widget

from tui.text.visible import visible

if TYPE_CHECKING:
    from textual import events


class ValueField(Widget, can_focus=True):
    """What one value is typed into. It holds exactly what was typed, and never moves on by itself (UX-32)."""

    DEFAULT_CSS = """
    ValueField { height: 1; width: auto; }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "submit", show=False),
        Binding("backspace", "erase", show=False),
        Binding("ctrl+u", "empty", show=False),
    ]

    @dataclass
    class Changed(Message):
        """A character was typed or erased."""

        field: ValueField
        value: str

        @property
        def control(self) -> ValueField:
            """Return the field."""
            return self.field

    @dataclass
    class Submitted(Message):
        """Enter was pressed; the focus is on the next field already."""

        field: ValueField
        value: str

        @property
        def control(self) -> ValueField:
            """Return the field."""
            return self.field

    def __init__(
        self,
        name: str,
        value: str = "",
        *,
        cells: int = 5,
        is_secret: bool = False,
        moves_on: bool = True,
        id: str | None = None,  # noqa: A002  Textual's own word
    ) -> None:
        super().__init__(name=name, id=id)
        self._value = value
        self._cells = cells
        self._is_secret = is_secret
        self._moves_on = moves_on

    @property
    def value(self) -> str:
        """Return what stands in the field."""
        return self._value

    @value.setter
    def value(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.refresh()

    def widen(self, cells: int) -> None:
        """Give the value other room."""
        if cells != self._cells:
            self._cells = cells
            self.refresh(layout=True)

    def get_content_width(self, container: object, viewport: object) -> int:
        """Return the room for the value and its two brackets."""
        del container, viewport
        return self._cells + 2

    def render(self) -> Content:
        """Return the value, in brackets while it has the focus; an empty one is a dash."""
        shown = "•" * len(self._value) if self._is_secret else visible(self._value)
        if not self.has_focus:
            return Content(f" {shown or '–'}")
        while cell_len(shown) >= self._cells:
            shown = shown[1:]
        rest = " " * max(0, self._cells - cell_len(shown) - 1)
        return Content.assemble(("[", "bold"), (shown, "bold"), ("_", "bold"), rest, ("]", "bold"))

    def on_key(self, event: events.Key) -> None:
        """Take a character."""
        if event.character is not None and event.is_printable:
            event.stop()
            event.prevent_default()
            self._become(self._value + event.character)

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line of what is pasted."""
        event.stop()
        lines = event.text.splitlines()
        self._become(self._value + (lines[0] if lines else ""))

    def on_focus(self) -> None:
        """Show the brackets, and put the terminal's own cursor there."""
        self.app.cursor_position = self.content_region.offset + Offset(1 + len(self._value), 0)
        self.refresh()

    def on_blur(self) -> None:
        """Show the value alone."""
        self.refresh()

    def action_erase(self) -> None:
        """Take the last character away."""
        self._become(self._value[:-1])

    def action_empty(self) -> None:
        """Take everything away."""
        self._become("")

    def action_submit(self) -> None:
        """Go on to the next field and say that this one is done."""
        if self._moves_on:
            self.screen.focus_next()
        self.post_message(self.Submitted(self, self._value))

    def _become(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.refresh()
            self.post_message(self.Changed(self, value))

"""What opens at the bottom of a place while one thing is decided: lines, at most two fields, Enter and Esc. Never a modal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.acting import Acting
from tui.actions import bindings_for
from tui.terminal import show
from tui.text import nb
from tui.widgets.key_line import KeyLine
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget

FIELDS = 2
_PASS = frozenset({"enter", "escape", "f1", "f10", "f12", "ctrl+q", "shift+tab"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is typed: its words and the room for it."""

    words: str
    cells: int = 5


class DockBar(Acting, Vertical, can_focus=True):
    """Hidden until `open`. While it is open it has every key but help and lock: nothing else is done behind it by mistake."""

    DEFAULT_CSS = """
    DockBar { height: auto; width: 100%; display: none; }
    DockBar.-open { display: block; }
    DockBar #dock-rule { height: 1; }
    DockBar #dock-lines { height: auto; padding: 0 1; }
    DockBar .dock-field { display: none; height: 1; padding: 0 1; }
    DockBar .dock-field.-asked { display: block; }
    DockBar .dock-asks { width: auto; }
    """
    SCOPES = ("asking",)
    BINDINGS: ClassVar = bindings_for("asking")

    @dataclass
    class Confirmed(Message):
        """Enter after the last field: the purpose it was opened for, and what was typed."""

        purpose: str
        typed: tuple[str, ...]

    @dataclass
    class Left(Message):
        """Esc: nothing was done."""

        purpose: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._purpose = ""
        self._count = 0
        self._came_from: Widget | None = None
        self._scopes_before: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the rule, the lines and the fields."""
        yield Static(Content(""), id="dock-rule", markup=False)
        yield Static(Content(""), id="dock-lines", markup=False)
        for number in range(FIELDS):
            with Horizontal(classes="dock-field", id=f"dock-row-{number}"):
                yield Static(Content(""), classes="dock-asks", markup=False)
                yield ValueField(f"felt {number + 1}", moves_on=False, id=f"dock-field-{number}")

    @property
    def is_open(self) -> bool:
        """Tell whether something is being decided."""
        return self.has_class("-open")

    @property
    def purpose(self) -> str:
        """Return what it was opened for; empty while it is shut."""
        return self._purpose if self.is_open else ""

    @property
    def typed(self) -> tuple[str, ...]:
        """Return what stands in the fields now."""
        return tuple(self._field(number).value for number in range(self._count)) if self.is_open else ()

    def fill(self, *typed: str) -> None:
        """Put back what had been typed in the first fields."""
        for number, value in enumerate(typed[: self._count]):
            self._field(number).value = value

    def open(self, purpose: str, lines: Content, *asked: Asked, scope: str = "asking") -> None:
        """Show what is to be decided; the first field takes the focus, or the bar itself."""
        key_line = self.screen.query_one(KeyLine)
        if not self.is_open:
            self._came_from, self._scopes_before = self.screen.focused, key_line.scopes
        self._purpose, self._count = purpose, len(asked)
        self.query_one("#dock-rule", Static).update(Content("─" * self.app.size.width))
        self.query_one("#dock-lines", Static).update(lines)
        for number in range(FIELDS):
            row = self.query_one(f"#dock-row-{number}", Horizontal)
            row.set_class(number < len(asked), "-asked")
            if number < len(asked):
                words = show(f"{' ' * 8}{asked[number].words}  ").stylize("ansi_yellow")
                row.query_one(".dock-asks", Static).update(words)
                self._field(number).widen(asked[number].cells)
            self._field(number).value = ""
        self.add_class("-open")
        (self._field(0) if asked else self).focus()
        key_line.show_scopes(scope)

    def shut(self) -> None:
        """Take it away and go back to what had the focus."""
        if not self.is_open:
            return
        self.remove_class("-open")
        self.screen.query_one(KeyLine).show_scopes(*self._scopes_before)
        self.screen.set_focus(self._came_from)

    def begin_again(self) -> None:
        """Empty the fields: what was typed was not right."""
        for number in range(FIELDS):
            self._field(number).value = ""
        (self._field(0) if self._count else self).focus()

    def _field(self, number: int) -> ValueField:
        return self.query_one(f"#dock-field-{number}", ValueField)

    @on(ValueField.Submitted)
    def go_on(self, event: ValueField.Submitted) -> None:
        """Enter in a field: the next one, or done."""
        event.stop()
        number = next(n for n in range(FIELDS) if self._field(n) is event.field)
        if number + 1 < self._count:
            self._field(number + 1).focus()
        else:
            self.action_ask_confirm()

    @on(ValueField.Changed)
    def keep_typing(self, event: ValueField.Changed) -> None:
        """What is typed here is nobody else's business."""
        event.stop()

    def on_key(self, event: events.Key) -> None:
        """Keep the keys of the place from doing anything behind the bar; they are answered, not dropped in silence."""
        if event.key not in _PASS:
            event.stop()
            event.prevent_default()
            if event.is_printable or event.key.startswith("f"):
                self.tell(nb.text("dock.answer_first"))

    def action_ask_confirm(self) -> None:
        """Say that it is decided; the place shuts the bar when it is done."""
        if self.is_open:
            self.post_message(self.Confirmed(self._purpose, self.typed))

    def action_ask_leave(self) -> None:
        """Shut it; nothing was done."""
        purpose = self._purpose
        self.shut()
        self.tell(nb.text("dock.left"))
        self.post_message(self.Left(purpose))

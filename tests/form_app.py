"""A list and a form of eight fields, once in our application and once in stock Textual, for the keyboard tests.

Run as `python -m tests.form_app ours|stock RESULT`; the values are written to RESULT as JSON when it ends.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.segment import Segment
from textual.app import App
from textual.screen import Screen
from textual.widgets import DataTable, Input

from tui.acting import Acting
from tui.app import FeltjournalApp
from tui.launch import Launch
from tui.widgets.frame_line import FrameLine
from tui.widgets.key_line import KeyLine
from tui.widgets.message_line import MessageLine
from tui.widgets.row_list import RowList
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from services.workday import Workday

FIELDS = ("rr", "spo2", "o2", "systolic", "diastolic", "pulse", "acvpu", "temp")
TYPED = {
    "rr": "18",
    "spo2": "95",
    "o2": "n",
    "systolic": "128",
    "diastolic": "77",
    "pulse": "84",
    "acvpu": "a",
    "temp": "37,2",
}
"""What a nurse types, field by field, each followed by Enter."""

WORDS = ["down", "down", "down", "v", *(part for value in TYPED.values() for part in (value, "enter"))]
"""The whole burst: three rows down, open the form, fill it."""


class NoDay:
    """A working day with nothing in it."""

    def status(self) -> Any:
        """Say that nothing is unsent."""
        return type("Nothing", (), {"unsent_entries": 0})()

    async def close(self) -> None:
        """Nothing to close."""


def no_day() -> Workday:
    """Return a working day with nothing in it."""
    return cast("Workday", NoDay())


class FormScreen(Acting, Screen[None]):
    """Eight fields, opened on top of the list."""

    AUTO_FOCUS = "ValueField"

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        yield FrameLine("Skjema")
        for field in FIELDS:
            yield ValueField(field, id=field)
        yield MessageLine()
        yield KeyLine()

    def on_value_field_submitted(self, event: ValueField.Submitted) -> None:
        """Say which field was left last, so that a test can see the end."""
        self.tell(f"ferdig {event.field.id}")


class ListScreen(Acting, Screen[None]):
    """A list of rows; `v` opens the form from a worker that holds the keys, as the real places do."""

    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = [("v", "open_form", "måling")]

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield FrameLine("Liste")
        yield RowList[int](lambda item, _width, _chosen: [Segment(f"besøk {item}")])
        yield MessageLine()
        yield KeyLine()

    def on_mount(self) -> None:
        """Fill the list."""
        self.query_one(RowList).set_items(range(200))

    def action_open_form(self) -> None:
        """Open the form beside the message loop."""
        cast("FeltjournalApp", self.app).work(self._open(), holds_keys=True)

    async def _open(self) -> None:
        await self.app.push_screen(FormScreen())


class StockForm(Screen[None]):
    """The same form of Textual's own inputs."""

    def compose(self) -> ComposeResult:
        """Lay out the inputs."""
        for field in FIELDS:
            stock = Input(id=field)
            stock.cursor_blink = False  # else it is never quiet
            yield stock

    def on_input_submitted(self) -> None:
        """Go to the next field."""
        self.focus_next()


class StockList(Screen[None]):
    """The same list as Textual's own table."""

    BINDINGS: ClassVar[list[BindingType]] = [("v", "open_form", "form")]

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(DataTable)
        table.add_column("Liste", width=40)
        table.add_rows([(f"besøk {number}",) for number in range(200)])

    def action_open_form(self) -> None:
        """Open the form."""
        self.app.push_screen(StockForm())


class StockApp(App[int]):
    """Stock Textual, nothing of ours."""

    def get_default_screen(self) -> Screen[None]:
        """Return the list."""
        return StockList()


def our_app() -> FeltjournalApp:
    """Return our application with the list on it."""
    return FeltjournalApp(Launch(ListScreen, no_day))


def values(app: App[Any]) -> dict[str, str]:
    """Return what stands in the eight fields, or nothing when the form is not open."""
    fields = [*app.screen.query(ValueField)] or [*app.screen.query(Input)]
    return {str(field.id): field.value for field in fields}


def main() -> None:
    """Run one of the two and write down what landed where."""
    app: App[int] = our_app() if sys.argv[1] == "ours" else StockApp()
    landed: dict[str, str] = {}
    leave = app.exit

    def note_and_leave(result: int | None = None, return_code: int = 0, message: Any = None) -> None:
        landed.update(values(app))
        leave(result, return_code, message)

    app.exit = note_and_leave  # type: ignore[method-assign]  # the values are gone once the screens are
    app.run(mouse=False)
    Path(sys.argv[2]).write_text(json.dumps(landed))


if __name__ == "__main__":
    main()

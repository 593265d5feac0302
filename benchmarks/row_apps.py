"""A visit list of 10,000 rows, in our list and in Textual's DataTable."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.screen import Screen

from tests.form_app import no_day
from tui.acting import Acting
from tui.app import FeltjournalApp
from tui.launch import Launch
from tui.widgets.frame_line import FrameLine
from tui.widgets.key_line import KeyLine
from tui.widgets.message_line import MessageLine
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult

ROWS = 10_000
BOLD, DIM, RED = Style(bold=True), Style(dim=True), Style.parse("bold red")
STATUS = ("utført", "hos", "planlagt", "planlagt", "planlagt")


def visit(number: int) -> tuple[str, str, str, str, str, str, str]:
    """Return the cells of one made-up visit."""
    minute = 450 + number % 900
    return (
        f"{minute // 60:02}:{minute % 60:02}",
        STATUS[number % len(STATUS)],
        f"PRØVE{number % 97:02}, Navn",
        str(1925 + number % 60),
        f"Prøvegata {number % 200}",
        "CAVE +1" if number % 4 == 0 else "",
        f"{number % 4}/4",
    )


WIDTHS = (5, 8, 18, 4, 16, 8, 5)


def draw(number: int, width: int, is_selected: bool) -> Iterable[Segment]:  # noqa: FBT001  the list's interface
    """Draw the visit as the round does: name bold, warning red, year dim."""
    del width, is_selected
    cells = [cell.ljust(size + 1) for cell, size in zip(visit(number), WIDTHS, strict=True)]
    time, status, name, born, place, warning, tasks = cells
    return [
        Segment(time + status),
        Segment(name, BOLD),
        Segment(born, DIM),
        Segment(place),
        Segment(warning, RED if warning.strip() else None),
        Segment(tasks),
    ]


class Visits(Acting, Screen[None]):
    """Our list in our frame."""

    AUTO_FOCUS = "RowList"

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield FrameLine("Runden")
        yield RowList(draw)
        yield MessageLine()
        yield KeyLine()

    def on_mount(self) -> None:
        """Fill it."""
        self.query_one(RowList).set_items(range(ROWS))


class TableScreen(Screen[None]):
    """Textual's table with the same cells."""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        from textual.widgets import DataTable

        yield DataTable(cursor_type="row", show_header=False)

    def on_mount(self) -> None:
        """Fill it."""
        from rich.text import Text
        from textual.widgets import DataTable

        table = self.query_one(DataTable)
        for place, width in enumerate(WIDTHS):
            table.add_column(str(place), width=width)
        styles = ("", "", "bold", "dim", "", "bold red", "")
        table.add_rows(
            [Text(cell, style) for cell, style in zip(visit(n), styles, strict=True)] for n in range(ROWS)
        )


class TableApp(App[int]):
    """Stock Textual around the table, animations off as in ours."""

    def __init__(self) -> None:
        super().__init__()
        self.animation_level = "none"

    def get_default_screen(self) -> Screen[None]:
        """Return the table."""
        return TableScreen()


APPS: dict[str, Any] = {"ours": lambda: FeltjournalApp(Launch(Visits, no_day)), "datatable": TableApp}
FIRST_ROW = "07:30"

if __name__ == "__main__":
    APPS[sys.argv[1]]().run(mouse=False)

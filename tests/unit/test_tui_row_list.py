"""The list: what is chosen, what stands in the window, and that headings are passed over."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.screen import Screen

from tests.form_app import no_day
from tests.unit.test_tui_keyboard import press
from tui.app import FeltjournalApp
from tui.launch import Launch
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from textual.app import ComposeResult


class Shown(Screen[None]):
    """A list and what it has said."""

    AUTO_FOCUS = "RowList"

    def __init__(self, rows: RowList[str], items: Sequence[str]) -> None:
        super().__init__()
        self.rows = rows
        self.items = items
        self.highlighted: list[int] = []
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        """Lay the list out."""
        yield self.rows

    def on_mount(self) -> None:
        """Fill it."""
        self.rows.set_items(self.items)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Note it."""
        self.highlighted.append(event.index)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Note it."""
        self.chosen.append(event.index)


@asynccontextmanager
async def shown(rows: RowList[str], items: Sequence[str]) -> AsyncIterator[tuple[FeltjournalApp, Shown]]:
    """Run the application with the list on a screen of ten lines."""
    screen = Shown(rows, items)
    app = FeltjournalApp(Launch(lambda: screen, no_day))
    async with app.run_test(size=(40, 10)):
        await app.keyboard.idle()
        yield app, screen


def window(rows: RowList[str]) -> list[str]:
    """Return the lines in the window."""
    return [rows.render_line(y).text.rstrip() for y in range(rows.size.height)]


def plain() -> RowList[str]:
    """Return a list of plain rows."""
    return RowList(lambda item, _width, _chosen: [Segment(item)])


ITEMS = [f"rad {number}" for number in range(100)]


async def test_chosen_row_has_a_mark_and_reverse_video() -> None:
    """It is seen without any colour, and the terminal's own cursor is on it."""
    async with shown(plain(), ITEMS) as (app, screen):
        await press(app, "down", "down")
        await app.keyboard.idle()
        lines = window(screen.rows)
        assert lines[1:4] == ["  rad 1", "> rad 2", "  rad 3"]
        style = next(iter(screen.rows.render_line(2))).style
        assert style is not None
        assert style.reverse
        assert app.cursor_position == (0, 2)


async def test_leaving_the_window_jumps_half_a_page() -> None:
    """The step over the edge brings the row to the middle, and the next steps move nothing."""
    async with shown(plain(), ITEMS) as (app, screen):
        await press(app, *["down"] * 10)
        await app.keyboard.idle()
        first = window(screen.rows)[0]
        assert window(screen.rows)[5] == "> rad 10"
        await press(app, *["down"] * 4)
        await app.keyboard.idle()
        assert window(screen.rows)[0] == first


async def test_pages_ends_and_choice() -> None:
    """Page, Home, End and Enter do what they say, and never leave the list."""
    async with shown(plain(), ITEMS) as (app, screen):
        await press(app, "pagedown", "end", "down", "enter", "home", "up", "enter", "end", "pageup")
        await app.keyboard.idle()
        assert screen.chosen == [99, 0]
        assert screen.rows.index == 99 - 9


async def test_headings_are_passed_over() -> None:
    """A heading is never chosen, going down or up."""
    rows: RowList[str] = RowList(
        lambda item, _width, _chosen: [Segment(item)], can_choose=lambda item: not item.startswith("#")
    )
    async with shown(rows, ["# a", "1", "# b", "# c", "2", "# d"]) as (app, screen):
        assert screen.rows.item == "1"
        await press(app, "down")
        await app.keyboard.idle()
        assert screen.rows.item == "2"
        await press(app, "down", "up", "up", "end")
        await app.keyboard.idle()
        assert screen.rows.item == "2"


async def test_detail_stands_under_the_chosen_row_only() -> None:
    """The lines of the chosen row follow it and push the others down."""
    rows: RowList[str] = RowList(
        lambda item, _width, _chosen: [Segment(item)],
        detail=lambda item, _width: [[Segment(f"om {item}")], [Segment("mer")]],
    )
    async with shown(rows, ITEMS) as (app, screen):
        await press(app, "down")
        await app.keyboard.idle()
        assert window(screen.rows)[:5] == ["  rad 0", "> rad 1", "  om rad 1", "  mer", "  rad 2"]
        await press(app, "end")
        await app.keyboard.idle()
        assert window(screen.rows)[-3:] == ["> rad 99", "  om rad 99", "  mer"]


async def test_empty_list_has_no_choice() -> None:
    """Nothing to choose, nothing fails, and filling it later chooses the first."""
    async with shown(plain(), []) as (app, screen):
        await press(app, "down", "enter", "end", "pageup")
        await app.keyboard.idle()
        assert screen.rows.item is None
        assert screen.chosen == []
        screen.rows.set_items(["x"])
        assert screen.rows.item == "x"


async def test_other_items_keep_the_place() -> None:
    """A list that is loaded again stays where it was, or at its new end."""
    async with shown(plain(), ITEMS) as (app, screen):
        await press(app, *["down"] * 30)
        await app.keyboard.idle()
        screen.rows.set_items(ITEMS[:50])
        assert screen.rows.index == 30
        screen.rows.set_items(ITEMS[:20])
        assert screen.rows.index == 19
        assert "> rad 19" in window(screen.rows)

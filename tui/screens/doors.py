"""Whose cache to open, where several clinicians share a machine; needs no network. The last row signs in with the journal."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Static

from services.views import CacheView
from tui.actions import bindings_for
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, cell, content_of, line, piece, segments, visible
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.segment import Segment
    from textual.app import ComposeResult

    from tui.screens.desk import Desk

_SIGN_IN = CacheView("", "", "", 0)
"""The row that is nobody's."""


def door_line(door: CacheView, width: int) -> Line:
    """Return whose it is and what is unsent in it."""
    if not door.name:
        return line(" ", piece(nb.text("doors.sign_in")))
    unsent = fmt.count(door.unsent_entries, "usendt", "usendte") if door.unsent_entries else ""
    return line(" ", cell(visible(door.clinician), 30, Ink.STRONG), cell(unsent, max(0, width - 31), Ink.DIM))


class DoorsScreen(Place):
    """The clinicians who have a cache here; Enter goes to the PIN of the chosen one."""

    PLACE = "doors.place"
    SCOPES = ("choose",)
    CSS = """
    DoorsScreen #about { height: auto; padding: 1 1; }
    """
    BINDINGS: ClassVar = bindings_for()

    def __init__(self, desk: Desk, doors: Sequence[CacheView]) -> None:
        super().__init__(desk)
        self._doors = doors

    def compose_body(self) -> ComposeResult:
        """Lay out the question and the list."""
        yield Static(id="about", markup=False)
        yield RowList[CacheView](self._draw)

    def _draw(self, door: CacheView, width: int, _selected: bool) -> Iterable[Segment]:  # noqa: FBT001  RowList's
        return segments(door_line(door, width))

    def load(self) -> None:
        """Show them."""
        self.query_one("#about", Static).update(content_of([line(piece(nb.text("doors.choose")))]))
        rows = self.query_one(RowList)
        rows.set_items([*self._doors, _SIGN_IN], index=0)
        rows.focus()

    @on(RowList.Chosen)
    def go(self, event: RowList.Chosen) -> None:
        """Go to the chosen door."""
        self.start_holding(partial(self._go, event.rows.items[event.index].name), "door")

    async def _go(self, name: str) -> None:
        from tui.screens.arrival import sign_in_place
        from tui.screens.unlock import UnlockScreen

        if name:
            place: Place = UnlockScreen(self.desk, await self.day.choose_door(name))
        else:
            place = await sign_in_place(self.desk)
        self.app.switch_screen(place)

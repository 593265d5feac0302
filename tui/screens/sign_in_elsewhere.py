"""Signing in to a journal that is not the embedded one: in a browser on this machine, or with a code on another device."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Static

from services.views import BrowserView, CodeView, Way
from tui.actions import bindings_for
from tui.screens.arrival import about_lines, go_on
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, beside, cell, content_of, line, piece, segments, visible
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.segment import Segment
    from textual.app import ComposeResult

    from tui.screens.desk import Desk

_GAP = 3
_NARROWEST = 28
"""Columns that the code and its address need beside the picture; in less the picture is left out."""


def browser_lines(view: BrowserView, width: int) -> list[Line]:
    """Return what a person does now, and the address: a browser that did not open is opened by hand."""
    said = nb.text("arrive.opened" if view.is_open else "arrive.open")
    lines: list[Line] = [line(piece(part)) for part in fmt.wrap(said, width)]
    if not view.is_open:
        lines += [[], *_address(view.url, width)]
    return [*lines, [], *_dim(nb.text("arrive.patience"), width)]


def code_lines(view: CodeView, width: int, height: int) -> list[Line]:
    """Return the code, where to enter it, and the picture of both where there is room for it."""
    paper = [line(piece(row, Ink.PAPER)) for row in view.picture]
    paper_width = len(view.picture[0]) if view.picture else 0
    has_room = bool(paper) and len(paper) <= height and paper_width + _GAP + _NARROWEST <= width
    room = width - paper_width - _GAP if has_room else width
    lines = [
        *_plain(nb.text("arrive.go"), room),
        *_address(view.address, room),
        [],
        *_plain(nb.text("arrive.enter"), room),
        line(piece(f"  {view.user_code}", Ink.STRONG)),
        [],
        *(_plain(nb.text("arrive.point"), room) if has_room else []),
        *_dim(nb.text("arrive.until", at=fmt.clock(view.ends_at)), room),
    ]
    return beside(paper, lines, paper_width, _GAP) if has_room else lines


def _plain(text: str, width: int) -> list[Line]:
    return [line(piece(part)) for part in fmt.wrap(text, width)]


def _dim(text: str, width: int) -> list[Line]:
    return [line(piece(part, Ink.DIM)) for part in fmt.wrap(text, width)]


def _address(url: str, width: int) -> list[Line]:
    """Return an address cut at the width and nowhere else: a blank in it would be copied too."""
    seen = visible(url)
    return [line(piece(seen[start : start + width], Ink.STRONG)) for start in range(0, len(seen), width)]


class SignInElsewhereScreen(Place):
    """The ways as a list; Enter begins one, Esc gives it up."""

    PLACE = "sign_in.place"
    SCOPES = ("choose", "arrive")
    BINDINGS: ClassVar = bindings_for("arrive")
    CSS = """
    SignInElsewhereScreen #about { height: auto; padding: 1 1 0 1; }
    SignInElsewhereScreen #wait { height: auto; padding: 1 1; }
    SignInElsewhereScreen.-waiting #about, SignInElsewhereScreen.-waiting RowList { display: none; }
    SignInElsewhereScreen.-waiting #wait { padding: 0 1; }
    """

    def __init__(self, desk: Desk, ways: tuple[Way, ...], said: str = "") -> None:
        """Take the desk, the ways, and what was done on the way here: it stays on the screen."""
        super().__init__(desk)
        self._ways = ways
        self._said = said
        self._view: BrowserView | CodeView | None = None
        self._is_waiting = False

    def compose_body(self) -> ComposeResult:
        """Lay out what journal it is, the ways, and the place for what is waited for."""
        yield Static(id="about", markup=False)
        yield Static(id="wait", markup=False)
        yield RowList[Way](self._draw)

    def _draw(self, way: Way, width: int, _selected: bool) -> Iterable[Segment]:  # noqa: FBT001  RowList's
        return segments(line(" ", cell(nb.text(f"arrive.{way.value}"), max(0, width - 1), Ink.STRONG)))

    def load(self) -> None:
        """Offer the ways."""
        rows: RowList[Way] = self.query_one(RowList)
        rows.set_items(list(self._ways), index=0)
        rows.focus()
        self._show()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._show()

    def _show(self) -> None:
        """Say where one is and what can be chosen, or what is waited for."""
        width, height = max(20, self.size.width - 2), max(1, self.query_one("#body").size.height)
        name = line(piece(self.day.journal_name, Ink.STRONG))
        self.query_one("#about", Static).update(
            content_of([name, *about_lines(self.day.status(), width, self._said)])
        )
        self.set_class(self._view is not None, "-waiting")
        if isinstance(self._view, BrowserView):
            lines = browser_lines(self._view, width)
        elif isinstance(self._view, CodeView):
            lines = code_lines(self._view, width, height)
        else:
            lines = _dim(nb.text("arrive.waiting" if self._is_waiting else "arrive.choose"), width)
        self.query_one("#wait", Static).update(content_of(lines))

    @on(RowList.Chosen)
    def begin(self, event: RowList.Chosen) -> None:
        """Begin the chosen way."""
        way = event.rows.items[event.index]
        if isinstance(way, Way):
            self._is_waiting = True
            self._show()
            self.start(partial(self._arrive, way), "arrive")

    async def _arrive(self, way: Way) -> None:
        """Drive the sign-in, then go on to what is missing."""
        try:
            if way is Way.DEVICE:
                await self.day.sign_in_device(self.show_view)
            else:
                await self.day.sign_in_browser(self.show_view)
        finally:
            self._view, self._is_waiting = None, False
            if self.is_attached:
                self._show()
                self.query_one(RowList).focus()  # what is hidden loses the focus
        await go_on(self)

    def show_view(self, view: BrowserView | CodeView) -> None:
        """Show what a person has to do elsewhere."""
        self._view = view
        self._show()

    def why_not_stop(self) -> str:
        """Say why there is nothing to give up."""
        return "" if self._is_waiting else nb.text("arrive.idle")

    def action_arrive_stop(self) -> None:
        """Give the sign-in up: its listener is closed, its code asked for no more."""
        self.workers.cancel_group(self, "arrive")

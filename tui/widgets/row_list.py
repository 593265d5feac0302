"""A long list in few bytes: the line API, half-page jumps, and only changed lines drawn (anchors.md §0.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual import events

Item = TypeVar("Item")

MARK = "> "
"""What stands before the chosen row: a glyph, so that no colour is needed to see it."""

_REVERSE = Style(reverse=True)


def _no_detail(_item: object, _width: int) -> Sequence[Sequence[Segment]]:
    return ()


def _always(_item: object) -> bool:
    return True


class RowList(Widget, Generic[Item], can_focus=True):
    """Rows drawn one line each by `draw(item, width, is_selected)`, marked and reversed when chosen.

    `detail` gives more lines, shown only under the chosen row. `can_choose` is false for headings.
    """

    DEFAULT_CSS = """
    RowList { height: 1fr; width: 100%; }
    """
    BINDINGS: ClassVar = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(-1)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    @dataclass
    class Highlighted(Message):
        """Another row is the chosen one now."""

        rows: RowList[Any]
        index: int

        @property
        def control(self) -> RowList[Any]:
            """Return the list."""
            return self.rows

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a row."""

        rows: RowList[Any]
        index: int

        @property
        def control(self) -> RowList[Any]:
            """Return the list."""
            return self.rows

    def __init__(
        self,
        draw: Callable[[Item, int, bool], Iterable[Segment]],
        *,
        detail: Callable[[Item, int], Sequence[Sequence[Segment]]] = _no_detail,
        can_choose: Callable[[Item], bool] = _always,
        id: str | None = None,  # noqa: A002  Textual's own word
    ) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._detail_of = detail
        self._can_choose = can_choose
        self._items: Sequence[Item] = ()
        self._index = -1
        self._detail: list[Strip] = []
        self._top = 0

    @property
    def items(self) -> Sequence[Item]:
        """Return the items."""
        return self._items

    @property
    def index(self) -> int:
        """Return the place of the chosen row; -1 when there is none."""
        return self._index

    @property
    def item(self) -> Item | None:
        """Return the chosen item."""
        return self._items[self._index] if self._index >= 0 else None

    @property
    def rows_below(self) -> int:
        """Return how many lines lie below the window."""
        return max(0, len(self._items) + len(self._detail) - self._top - self.size.height)

    def set_items(self, items: Sequence[Item], *, index: int | None = None) -> None:
        """Show other items; the place is kept when it can be."""
        self._items = items
        wanted = self._index if index is None else index
        self._index = self._nearest(min(max(wanted, 0), len(items) - 1), 1)
        self._measure()
        self._keep_in_sight()
        self.refresh()
        self._announce()

    def refresh_row(self, index: int) -> None:
        """Draw one row again: its item has changed in place."""
        if index == self._index:
            self._measure()
        self._refresh_lines(self._line_of(index), 1 + (len(self._detail) if index == self._index else 0))

    def move_to(self, index: int) -> None:
        """Choose a row, draw only what changed, and say so."""
        if index == self._index or not 0 <= index < len(self._items):
            return
        before, before_count = self._index, len(self._detail)
        self._index = index
        self._measure()
        if not self._keep_in_sight():
            self._refresh_between(before, before_count)
        self._announce()

    def action_move(self, step: int) -> None:
        """Go one row up or down, over headings."""
        self.move_to(self._nearest(self._index + step, step))

    def action_page(self, direction: int) -> None:
        """Go a page up or down."""
        target = self._index + direction * max(1, self.size.height - 1 - len(self._detail))
        self.move_to(self._nearest(min(max(target, 0), len(self._items) - 1), direction))

    def action_edge(self, direction: int) -> None:
        """Go to the first or the last row."""
        self.move_to(self._nearest(0 if direction < 0 else len(self._items) - 1, -direction))

    def action_choose(self) -> None:
        """Say that the row is wanted."""
        if self._index >= 0:
            self.post_message(self.Chosen(self, self._index))

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        width = self.size.width
        line = y + self._top
        index, extra = self._place_of(line)
        if not 0 <= index < len(self._items):
            return Strip.blank(width, self.rich_style)
        if extra:
            return self._detail[extra - 1]
        return self._row(index, width)

    def on_resize(self, event: events.Resize) -> None:
        """Lay the lines out for another size, keeping the place; what is said about the choice may have to change."""
        del event
        self._measure()
        self._keep_in_sight()
        self.refresh()
        self._announce()

    def _row(self, index: int, width: int) -> Strip:
        is_selected = index == self._index
        room = max(0, width - len(MARK))
        body = Strip(self._draw(self._items[index], room, is_selected)).adjust_cell_length(room)
        if is_selected:
            return Strip([Segment(MARK + body.text, self.rich_style + _REVERSE)], width)
        return Strip(Segment.simplify([Segment(" " * len(MARK)), *body]), width).apply_style(self.rich_style)

    def _measure(self) -> None:
        """Draw the detail of the chosen row and tell how many lines there are."""
        width = self.size.width
        item = self.item
        lines = self._detail_of(item, max(0, width - len(MARK))) if item is not None and width else ()
        indent = Segment(" " * len(MARK))
        style = self.rich_style
        self._detail = [Strip([indent, *line]).adjust_cell_length(width).apply_style(style) for line in lines]

    def _keep_in_sight(self) -> bool:
        """Jump half a page when the chosen row would leave the window; tell whether it jumped."""
        height, top = self.size.height, self._top
        if self._index < 0 or not height:
            return False
        first = self._index
        last = first + len(self._detail)
        self._place_cursor(first, top)
        limit = max(0, len(self._items) + len(self._detail) - height)
        target = top
        if not (top <= first and last < top + height):
            target = min(max(first - height // 2, last - height + 1), first)
        target = min(max(target, 0), limit)
        if target == top:
            return False
        self._top = target
        self._place_cursor(first, target)
        self.refresh()
        return True

    def _place_cursor(self, line: int, top: int) -> None:
        """Let the terminal's own cursor follow the choice, for Braille displays and screen readers."""
        if self.has_focus:
            self.app.cursor_position = self.content_region.offset + Offset(0, line - top)

    def _refresh_between(self, before: int, before_count: int) -> None:
        """Draw the two rows, and what lies between them only when details moved it."""
        if before_count or self._detail:
            first = min(before, self._index)
            last = max(before + before_count, self._index + len(self._detail))
            self._refresh_lines(first, last - first + 1)
            return
        self._refresh_lines(before, 1)
        self._refresh_lines(self._index, 1)

    def _refresh_lines(self, line: int, count: int) -> None:
        self.refresh(Region(0, line - self._top, self.size.width, count))

    def _line_of(self, index: int) -> int:
        return index + (len(self._detail) if 0 <= self._index < index else 0)

    def _place_of(self, line: int) -> tuple[int, int]:
        """Return which item a line belongs to, and which line of its detail it is (0: the row itself)."""
        if line <= self._index or self._index < 0:
            return line, 0
        extra = line - self._index
        if extra <= len(self._detail):
            return self._index, extra
        return line - len(self._detail), 0

    def _nearest(self, index: int, step: int) -> int:
        """Return the next row that can be chosen, this way or else the other; else where it was."""
        for way in (step, -step):
            place = index
            while 0 <= place < len(self._items):
                if self._can_choose(self._items[place]):
                    return place
                place += way
        return self._index if 0 <= self._index < len(self._items) else -1

    def _announce(self) -> None:
        self.post_message(self.Highlighted(self, self._index))

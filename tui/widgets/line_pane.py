"""A pane of ready lines: drawn by the line API, laid out anew for its width, scrolled by keys, without a scroll bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.text import nb
from tui.text.format import count
from tui.text.ink import Ink, Line, Piece, piece, segments

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.events import Resize


class LinePane(ScrollView, can_focus=True):
    """Shows what a function gives for the width at hand."""

    DEFAULT_CSS = """
    LinePane { height: 1fr; scrollbar-size: 0 0; }
    """
    BINDINGS: ClassVar = [
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("pageup", "turn(-1)", show=False),
        Binding("pagedown", "turn(1)", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self._draw: Callable[[int], list[Line]] = lambda _width: []
        self._lines: list[Strip] = []
        self._drawn: set[int] = set()

    def show_lines(self, draw: Callable[[int], list[Line]], *, stay: bool = False) -> None:
        """Show other lines, from the top unless they are the same page drawn anew."""
        self._draw = draw
        self._drawn.clear()
        self._lay_out()
        if not stay:
            self.scroll_home(animate=False)

    def has_shown(self, first: int, last: int) -> bool:
        """Tell whether all of these lines have been drawn since the page was opened; what stayed hidden was not seen."""
        return all(index in self._drawn for index in range(first, last))

    @property
    def lines_below(self) -> int:
        """Return how many lines are hidden below the pane."""
        return max(0, len(self._lines) - self.size.height - round(self.scroll_offset.y))

    def action_turn(self, direction: int) -> None:
        """Go a page up or down; the line that stood under the last word of what is hidden is not leapt over."""
        self.scroll_relative(y=direction * max(1, self.size.height - 2), animate=False)

    def on_resize(self, event: Resize) -> None:
        """Lay the lines out for the new width."""
        if event.size.width:
            self._lay_out()

    def _lay_out(self) -> None:
        """Draw all lines once; scrolling only picks among them."""
        width = self.size.width
        if not width:
            return
        self._lines = [Strip(segments(line)) for line in self._draw(width)]
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def _more(self, width: int) -> Strip:
        """Return the line that stands for all that is hidden below: nothing is cut in silence."""
        words = nb.text("pane.more_below", n=count(self.lines_below + 1, "linje", "linjer"))
        strip = Strip(segments([Piece(" "), piece(words, Ink.STRONG)]))
        return strip.adjust_cell_length(width).apply_style(self.rich_style)

    def render_line(self, y: int) -> Strip:
        """Return one visible line."""
        index = y + round(self.scroll_offset.y)
        width = self.size.width
        if y == self.size.height - 1 and self.lines_below:
            return self._more(width)
        self._drawn.add(index)
        strip = self._lines[index] if index < len(self._lines) else Strip.blank(width)
        return strip.adjust_cell_length(width).apply_style(self.rich_style)

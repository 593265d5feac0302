"""Line 1 of every screen: environment, place, connection, age of the data, what is unsent; in words."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from tui.text.state_words import ENVIRONMENT_STYLE
from tui.text.visible import visible


class FrameLine(Widget):
    """The line at the top. The caller gives words; the place is cut when it must be."""

    DEFAULT_CSS = """
    FrameLine { height: 1; width: 100%; padding: 0 1; }
    """

    def __init__(self, place: str = "", *, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._place = place
        self._environment = ""
        self._right: tuple[tuple[str, str], ...] = ()

    def show_place(self, place: str) -> None:
        """Name the place."""
        self._place = place
        self.refresh()

    def show_state(self, environment: str, *right: tuple[str, str]) -> None:
        """Show the environment's word at the left, and pairs of text and style at the right."""
        if (environment, right) != (self._environment, self._right):
            self._environment, self._right = environment, right
            self.refresh()

    @property
    def words(self) -> tuple[str, ...]:
        """Return the environment's word and the words at the right, for a screen that takes them over."""
        return (self._environment, *(text for text, _ in self._right))

    def render(self) -> Content:
        """Return the line."""
        right = Content("  ").join(
            [Content.styled(visible(text), style) for text, style in self._right if text]
        )
        style = ENVIRONMENT_STYLE.get(self._environment, "bold reverse")
        start = [Content.styled(self._environment, style), Content("  ")] if self._environment else []
        used = cell_len(right.plain) + sum(cell_len(part.plain) for part in start)
        room = max(0, self.size.width - used - 1)
        place = Content.styled(visible(self._place), "bold").truncate(room, ellipsis=True, pad=True)
        return Content("").join([*start, place, Content(" "), right])

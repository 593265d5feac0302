"""The curtain: while it is drawn nothing of any screen reaches the terminal, whatever opens, closes or changes behind it.

It is no screen of Textual's. A worker that ends behind a screen on top would take that one away, or put another over it; what
is written to the terminal has one way out (`App._display`), and there the curtain hangs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from tui.text import format as fmt
from tui.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.geometry import Size

_MARGIN = 2


class Curtain:
    """What stands on the terminal in place of the screens."""

    def __init__(self) -> None:
        self.is_drawn = False
        self._texts: Sequence[str] = ()
        self._stands: tuple[Size, Sequence[str]] | None = None

    def draw(self, *texts: str) -> None:
        """Hang it, or say something else on it; each text is wrapped on its own, an empty one leaves a line free."""
        self.is_drawn = True
        self._texts = texts

    def take_away(self) -> None:
        """Let the screens through again."""
        self.is_drawn = False
        self._stands = None

    def strokes(self, size: Size) -> str:
        """Return what must be written to the terminal; nothing when it stands there already.

        Every line is emptied where it is: a terminal that is told to clear its screen may keep what stood there, scrolled away.
        """
        if self._stands == (size, self._texts):
            return ""
        self._stands = size, self._texts
        lines = self.lines(size)
        return "\x1b[0m" + "".join(f"\x1b[{row};1H\x1b[2K{line}" for row, line in enumerate(lines, start=1))

    def lines(self, size: Size) -> list[str]:
        """Return the lines of the terminal, as many as it has."""
        room = max(1, size.width - 2 * _MARGIN)
        wrapped = [line for text in self._texts for line in (fmt.wrap(visible(text), room) or [""])]
        lines = ["", *(" " * _MARGIN + line if line else "" for line in wrapped)][: size.height]
        lines += [""] * (size.height - len(lines))
        return [line if cell_len(line) <= size.width else set_cell_size(line, size.width) for line in lines]

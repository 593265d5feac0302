"""A trend in Braille dots: two readings a cell across, four steps a cell down. The numbers stand beside it, never in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLANK = 0x2800
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # column, then row from the top


def trend(values: Sequence[float], width: int, height: int = 1) -> list[str]:
    """Return `height` rows of `width` cells, the oldest value first; each value holds until the next one."""
    points = list(values)[-2 * width :]
    if not points:
        return [" " * width] * height
    low, high = min(points), max(points)
    bottom = 4 * height - 1
    cells = [[_BLANK] * width for _ in range(height)]
    for column in range(2 * width):
        value = points[column * len(points) // (2 * width)]
        share = (value - low) / (high - low) if high > low else 0.5
        row = bottom - round(share * bottom)
        cells[row // 4][column // 2] |= _DOTS[column % 2][row % 4]
    return ["".join(chr(cell) if cell != _BLANK else " " for cell in cells[row]) for row in range(height)]

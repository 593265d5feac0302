"""A trend in Braille dots: two readings a cell across, four steps a cell down. The numbers stand beside it, never in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLANK = 0x2800
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # column, then row from the top


def trend(values: Sequence[float], width: int, height: int = 1) -> list[str]:
    """Return `height` rows of `width` cells, the oldest value first; a single step of change is never blown up to full height."""
    points = list(values)[-2 * width :]
    if not points:
        return [" " * width] * height
    steps = 4 * height
    low, high = min(points), max(points)
    cells = [[_BLANK] * width for _ in range(height)]
    start = 2 * width - len(points)
    for index, value in enumerate(points):
        share = (value - low) / (high - low) if high > low else 0.5
        row = steps - 1 - round(share * (steps - 1))
        column = start + index
        cells[row // 4][column // 2] |= _DOTS[column % 2][row % 4]
    return ["".join(chr(cell) if cell != _BLANK else " " for cell in cells[row]) for row in range(height)]


def extent(values: Sequence[float]) -> tuple[float, float] | None:
    """Return the lowest and the highest value that the trend spans."""
    return (min(values), max(values)) if values else None

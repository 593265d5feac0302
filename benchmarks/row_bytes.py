"""Bytes that one cursor key costs in a list of 10,000 visits, ours beside Textual's DataTable."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from benchmarks.row_apps import FIRST_ROW
from tests.pty.terminal import Terminal

IN_PAGE_AIM, SCROLLING_AIM = 700, 1300
SIZES = ((80, 24), (120, 40))
COLOURS = {"many": {"COLORTERM": "truecolor"}, "16": {"TERM": "xterm", "COLORTERM": ""}}


@dataclass(frozen=True, slots=True)
class Cost:
    """What the keys cost in one list at one size."""

    size: tuple[int, int]
    colours: str
    which: str
    in_page: float
    scrolling: float


def measure(which: str, size: tuple[int, int], colours: str, *, pages: int = 2) -> Cost:
    """Press the down key, one at a time, within a page and then over several pages."""
    environment = dict(os.environ) | COLOURS[colours]
    with Terminal(
        [sys.executable, "-m", "benchmarks.row_apps", which], size=size, environment=environment
    ) as terminal:
        terminal.wait_for(FIRST_ROW)
        terminal.settle()
        in_page = _bytes_a_key(terminal, 8)
        _bytes_a_key(terminal, size[1] - 12)  # to the edge of the window
        scrolling = _bytes_a_key(terminal, pages * size[1] // 2)
    return Cost(size, colours, which, in_page, scrolling)


def _bytes_a_key(terminal: Terminal, count: int) -> float:
    """Press down so many times, each when the last has been drawn; return the mean."""
    before = len(terminal.raw)
    for _ in range(count):
        terminal.bytes_of(lambda: terminal.send("down"), quiet=0.06)
    terminal.settle()
    return (len(terminal.raw) - before) / count


def run() -> list[Cost]:
    """Measure both lists at both sizes, in many colours and in sixteen."""
    return [
        measure(which, size, colours)
        for colours in COLOURS
        for size in SIZES
        for which in ("ours", "datatable")
    ]


def table(costs: list[Cost]) -> list[str]:
    """Return the rows of a Markdown table."""
    lines = [
        "| terminal | colours | list | bytes a key, in page | bytes a key, scrolling |",
        "|---|---|---|---:|---:|",
    ]
    for cost in costs:
        size = f"{cost.size[0]}x{cost.size[1]}"
        lines.append(
            f"| {size} | {cost.colours} | {cost.which} | {cost.in_page:.0f} | {cost.scrolling:.0f} |"
        )
    return lines

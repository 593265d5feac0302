"""The place for measurements: every measure with its trend and the numbers beside it, then the sets one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.screens.patient_pages import CORE_MEASURES, heading, section_line, short_name, wrapped
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, cell, line, visible
from tui.text.state_words import FLAG_INK, FLAG_WORD, STATE_INK, STATE_SIGN
from tui.widgets.trend import trend

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.views import Chart, Reading, Series

_TABLE = (
    ("news2", 6),
    ("rr", 6),
    ("spo2", 6),
    ("o2", 7),
    ("bp", 9),
    ("pulse", 6),
    ("acvpu", 8),
    ("temp", 7),
    ("weight", 7),
)
_SET_COUNT = 40
_NAME, _TEXT = 8, 7
"""Cells of a measure's name and of its value; what is longer is written out below."""


def vitals_page(chart: Chart, width: int, now: datetime) -> list[Line]:
    """Return the page."""
    series = [one for one in chart.series if one.readings]
    if not series:
        return [heading(nb.text("vitals.none")), [], *section_line(chart, "måling", width, now)]
    series.sort(key=lambda one: CORE_MEASURES.index(one.code) if one.code in CORE_MEASURES else 99)
    lines = [heading_line(width)]
    for one in series:
        lines += series_lines(one, width)
    lines += [[], *sets(series, width), [], *section_line(chart, "måling", width, now)]
    if chart.scale_two is not None:
        at = (
            fmt.date_long(chart.scale_two.decided_at.date())
            if chart.scale_two.decided_at
            else nb.text("unknown.time")
        )
        lines.append(heading(nb.text("news2.scale_two", by=chart.scale_two.decided_by, at=at)))
    return lines


def series_lines(series: Series, width: int) -> list[Line]:
    """Return one measure: the newest value, its flag, the trend, what it spans, when it was taken."""
    newest, *older = series.readings
    numbers = [reading.number for reading in reversed(series.readings) if reading.number is not None]
    size = 8 if width < 100 else 30
    height = 1 if width < 100 else 2
    room = 15 if width < 100 else 30
    rows = trend(numbers, size, height) if len(numbers) > 1 else [" " * size] * height
    sign = Piece(f"{STATE_SIGN[newest.state]} ", STATE_INK[newest.state]) if newest.state else Piece("  ")
    head: Line = [
        cell(" " + short_name(newest), _NAME + 1, Ink.DIM),
        cell(newest.text, _TEXT, Ink.STRONG, at_right=True), Piece(" "),
        cell(newest.unit, 8, Ink.DIM),
        cell(FLAG_WORD[newest.flag], 14, FLAG_INK[newest.flag]), Piece(" "), sign,
        Piece(rows[0]), Piece("  "), cell(earlier(older, room), room + 1, Ink.DIM),
        cell(fmt.moment_short(newest.at), 12, Ink.DIM, at_right=True),
    ]  # fmt: skip
    return [head, *([Piece(" " * 42), Piece(row)] for row in rows[1:]), *in_full(newest, width)]


def in_full(reading: Reading, width: int) -> list[Line]:
    """Return the newest value in words of its own, when its name or its text is longer than the columns."""
    name = short_name(reading)
    if cell_len(visible(name)) <= _NAME and cell_len(visible(reading.text)) <= _TEXT:
        return []
    return wrapped(f"{name}: {reading.text} {reading.unit}".rstrip(), width, indent=3, ink=Ink.STRONG, hang=2)


def earlier(readings: Sequence[Reading], width: int) -> str:
    """Return the values before, newest first, as many as fit whole."""
    said = ""
    for reading in readings:
        longer = f"{said}, {reading.text}" if said else reading.text
        if len(longer) > width:
            break
        said = longer
    return said


def heading_line(width: int) -> Line:
    """Return the names of the columns."""
    size = 8 if width < 100 else 30
    words = (
        ("vitals.heading", 41),
        ("vitals.trend", size + 2),
        ("vitals.earlier", 23 if width < 100 else 38),
        ("vitals.taken", 5),
    )
    return [Piece(" "), *(cell(nb.text(id_), cells, Ink.DIM) for id_, cells in words)]


def sets(series: list[Series], width: int) -> list[Line]:
    """Return the readings as a table, one moment a line, newest first; each value in bold, each gap a blank."""
    known = [code for code, _ in _TABLE if any(one.code == code for one in series)]
    sizes = dict(_TABLE)
    columns = [code for code in known if code != "weight" or width >= 80]
    names = {one.code: short_name(one.readings[0]) for one in series}
    head = fmt.left(" " + nb.text("vitals.taken"), 14) + "".join(
        fmt.right(names[code], sizes[code]) for code in columns
    )
    by_moment: dict[datetime, dict[str, Reading]] = {}
    for one in series:
        for reading in one.readings:
            if reading.at is not None and one.code in sizes:
                by_moment.setdefault(reading.at, {})[one.code] = reading
    lines: list[Line] = [[cell(head, width, Ink.DIM)]]
    for at in sorted(by_moment, reverse=True)[:_SET_COUNT]:
        row = by_moment[at]
        lines.append(_set_line(at, [(row.get(code), sizes[code]) for code in columns]))
    return lines


def _set_line(at: datetime, readings: list[tuple[Reading | None, int]]) -> Line:
    """Return the values of one moment."""
    values = [
        cell(
            reading.text if reading else "",
            size,
            FLAG_INK[reading.flag] if reading else Ink.PLAIN,
            at_right=True,
        )
        for reading, size in readings
    ]
    return line(cell(" " + fmt.moment_short(at), 14, Ink.DIM), *values)

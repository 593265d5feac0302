"""What of a chart may be copied, and as which text: the fields that are marked for it, and no others.

Medicines, the newest measurements and the newest note, each with its own time. Never who the patient is or where they live.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.text import format as fmt

if TYPE_CHECKING:
    from services.views import Chart, Medicine


class Copyable(NamedTuple):
    """A field that may be copied: a code word for the log, and the text."""

    what: str
    text: str


def copyable(chart: Chart, page: int) -> Copyable | None:
    """Return what may be copied from a page of a chart, or None where nothing is marked for it."""
    what, text = {2: _medicines, 3: _readings, 4: _note}.get(page, _nothing)(chart)
    return Copyable(what, text) if text else None


def _nothing(_chart: Chart) -> tuple[str, str]:
    return "", ""


def _medicines(chart: Chart) -> tuple[str, str]:
    return "medicines", "\n".join(_medicine(one) for one in chart.medicines)


def _medicine(one: Medicine) -> str:
    dose = f"DOSE {one.dose}" if one.dose else ""
    parts = (one.substance, one.brand, one.strength, dose, one.route, one.frequency)
    return " — ".join(part for part in parts if part)


def _readings(chart: Chart) -> tuple[str, str]:
    """Return the newest of each measure; the time in full, for it is read elsewhere and later."""
    newest = [series.readings[0] for series in chart.series if series.readings]
    lines = [f"{fmt.moment(one.at)}  {one.name}: {one.text} {one.unit}".rstrip() for one in newest]
    return "readings", "\n".join(lines)


def _note(chart: Chart) -> tuple[str, str]:
    """Return the newest note, if all of it can be read."""
    note = chart.notes[0] if chart.notes else None
    if note is None or note.unreadable or not note.text:
        return "note", ""
    return "note", f"{note.title}  {fmt.moment(note.at)}  {note.author}\n{note.text}"

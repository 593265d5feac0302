"""What of a chart may be copied, and as which text: the fields that are marked for it, and no others.

Medicines, the newest measurements and the newest note, each with its own time. Never who the patient is or where they live.
It is read elsewhere and later, without the screen around it: so it says itself how whole and how old it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui.text import format as fmt
from tui.text import nb

if TYPE_CHECKING:
    from services.views import Chart, Medicine


class Copyable(NamedTuple):
    """A field that may be copied: a code word for the log, and the text."""

    what: str
    text: str


def copyable(chart: Chart, page: int) -> Copyable | None:
    """Return what may be copied from a page of a chart, or None where nothing is marked for it."""
    what, part, text = {2: _medicines, 3: _readings, 4: _note}.get(page, _nothing)(chart)
    return Copyable(what, "\n".join((text, *_freshness(chart, part)))) if text else None


def _nothing(_chart: Chart) -> tuple[str, str, str]:
    return "", "", ""


def _freshness(chart: Chart, part: str) -> list[str]:
    """Return how whole each part of that name is, and as of which day and hour."""
    found = [one for one in chart.sections if part in one.name.lower()]
    return [
        nb.text("section.whole", names=one.name, at=fmt.moment(one.as_of))
        if one.complete
        else nb.text(
            "section.missing",
            name=one.name,
            reason=f" ({nb.why(one.reason)})" if one.reason else "",
            at=fmt.moment(one.as_of),
        )
        for one in found
    ]


def _medicines(chart: Chart) -> tuple[str, str, str]:
    """Return the list as it stands on the page: what is given as needed is never among the regular ones."""
    lines = []
    for title, as_needed in (("medicine.regular", False), ("medicine.as_needed", True)):
        group = [one for one in chart.medicines if one.as_needed is as_needed]
        if group:
            lines += [nb.text(title, count=len(group)), *map(_medicine, group)]
    return "medicines", "medisin", "\n".join(lines)


def _medicine(one: Medicine) -> str:
    dose = f"DOSE {one.dose}" if one.dose else ""
    since = nb.text("medicine.since", at=fmt.date_long(one.since)) if one.since else ""
    parts = (one.substance, one.brand, one.strength, dose, one.route, one.frequency, one.reason, since)
    return " — ".join(part for part in parts if part)


def _readings(chart: Chart) -> tuple[str, str, str]:
    """Return the newest of each measure; the time in full, for it is read elsewhere and later."""
    newest = [series.readings[0] for series in chart.series if series.readings]
    lines = [f"{fmt.moment(one.at)}  {one.name}: {one.text} {one.unit}".rstrip() for one in newest]
    return "readings", "måling", "\n".join(lines)


def _note(chart: Chart) -> tuple[str, str, str]:
    """Return the newest note, if all of it can be read."""
    note = chart.notes[0] if chart.notes else None
    if note is None or note.unreadable or not note.text:
        return "note", "notat", ""
    return "note", "notat", f"{note.title}  {fmt.moment(note.at)}  {note.author}\n{note.text}"

"""How dates, numbers, names and identity numbers are written: Norwegian, one format everywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from datetime import date, datetime

OSLO = ZoneInfo("Europe/Oslo")
WEEKDAYS = ("man", "tir", "ons", "tor", "fre", "lør", "søn")
ELLIPSIS = "…"
NOTHING = "–"


def local(at: datetime) -> datetime:
    """Return the moment in Norwegian time."""
    return at.astimezone(OSLO)


def clock(at: datetime | None) -> str:
    """Return `HH:mm`, 24 hours; a dash for no time."""
    return f"{local(at):%H:%M}" if at else NOTHING


def clock_exact(at: datetime | None) -> str:
    """Return `HH:mm:ss`, 24 hours; a dash for no time."""
    return f"{local(at):%H:%M:%S}" if at else NOTHING


def date_long(day: date | None) -> str:
    """Return `dd.mm.åååå`; words for an unknown date, never a question mark."""
    return f"{day:%d.%m.%Y}" if day else "ikke kjent"


def date_short(day: date) -> str:
    """Return `dd.mm.`."""
    return f"{day:%d.%m.}"


def weekday(day: date) -> str:
    """Return the day's name in three letters."""
    return WEEKDAYS[day.weekday()]


def moment(at: datetime | None) -> str:
    """Return `dd.mm.åååå HH:mm`."""
    return f"{local(at):%d.%m.%Y %H:%M}" if at else NOTHING


def moment_short(at: datetime | None) -> str:
    """Return `dd.mm. HH:mm`."""
    return f"{local(at):%d.%m. %H:%M}" if at else NOTHING


def ago(at: datetime, now: datetime) -> str:
    """Return how a person names the day of a reading: the hour today, `i går`, or the date."""
    then, today = local(at).date(), local(now).date()
    if then == today:
        return clock(at)
    if then == today - timedelta(days=1):
        return "i går"
    return date_short(then)


def fresh(at: datetime | None, now: datetime) -> str:
    """Return when data came down: the hour, with the date when it was not today."""
    if at is None:
        return "aldri"
    return clock(at) if local(at).date() == local(now).date() else moment_short(at)


def age(at: datetime, now: datetime) -> str:
    """Return how old data is once it is old: `3 t`, `2 døgn`; nothing within the first hour."""
    hours = int((now - at).total_seconds() // 3600)
    if hours < 1:
        return ""
    return f"{hours} t" if hours < 48 else f"{hours // 24} døgn"


def sentence(text: str) -> str:
    """Return the text with a capital first letter; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def span(start: datetime, end: datetime) -> str:
    """Return `HH:mm–HH:mm`."""
    return f"{clock(start)}–{clock(end)}"


def decimal(number: float, decimals: int = 0) -> str:
    """Return a number with the decimal comma; a minus sign, not a hyphen."""
    return f"{number:.{decimals}f}".replace(".", ",").replace("-", "−")


def name(family: str, given: str) -> str:
    """Return `ETTERNAVN, Fornavn`; what is missing is said."""
    if not family and not given:
        return "navn ikke kjent"
    return f"{family.upper()}, {given}" if family and given else family.upper() or given


def name_short(family: str, given: str, width: int) -> str:
    """Return the name for a narrow column: later given names become initials before anything is cut."""
    whole = name(family, given)
    if cell_len(whole) <= width:
        return whole
    first, *others = given.split() or [""]
    initials = " ".join([first, *(other[:1] for other in others)])
    return fit(name(family, initials), width)


def identity_number(number: str) -> str:
    """Return an identity number in two groups, 6 + 5."""
    return f"{number[:6]} {number[6:]}" if len(number) == 11 else number


def gender(code: str) -> str:
    """Return the administrative gender in words."""
    return {"female": "Kvinne", "male": "Mann", "other": "Annet", "unknown": "Kjønn ikke kjent"}.get(
        code, code or "Kjønn ikke kjent"
    )


def count(number: int, one: str, many: str) -> str:
    """Return `1 pasient`, `2 pasienter`."""
    return f"{number} {one if number == 1 else many}"


def fit(text: str, width: int) -> str:
    """Return the text no wider than `width` cells; what is cut is marked with an ellipsis."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + ELLIPSIS if width > 0 else ""


def left(text: str, width: int) -> str:
    """Return the text in exactly `width` cells, to the left."""
    return set_cell_size(fit(text, width), width)


def right(text: str, width: int) -> str:
    """Return the text in exactly `width` cells, to the right."""
    cut = fit(text, width)
    return " " * (width - cell_len(cut)) + cut


def wrap(text: str, width: int) -> list[str]:
    """Break text at blanks into lines of at most `width` cells; its own line breaks stay, nothing is dropped."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrap_paragraph(paragraph, width))
    return lines


def _wrap_paragraph(paragraph: str, width: int) -> list[str]:
    """Break one paragraph at its blanks."""
    lines: list[str] = []
    first, *words = paragraph.split(" ")
    line = first
    for word in words:
        longer = f"{line} {word}"
        if cell_len(longer) <= width:
            line = longer
            continue
        lines.extend(_pieces(line, width))
        line = word
    lines.extend(_pieces(line, width))
    return lines


def _pieces(line: str, width: int) -> list[str]:
    """Break what is wider than the line between its characters."""
    pieces: list[str] = []
    while cell_len(line) > width:
        taken = _take(line, width)
        pieces.append(taken)
        line = line[len(taken) :]
    return [*pieces, line]


def _take(text: str, width: int) -> str:
    """Return the longest beginning that fits, at least one character."""
    used = 0
    for index, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return text[: max(1, index)]
    return text

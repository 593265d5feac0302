"""One visit as one line of the round, and the lines above the list."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from services.views import VisitRow, VisitStatus
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, cell, line, piece, visible
from tui.text.state_words import STATE_INK, STATE_SIGN, STATUS_INK, flag_of_score

if TYPE_CHECKING:
    from datetime import datetime

    from services.views import LastNews2, RoundView

_FIXED = 63  # what every column but the address takes; the list's own mark comes before
_STATUS_SHORT = {VisitStatus.NOT_HOME: "ikke hj."}
_ZONE = 30
_LEFT = (VisitStatus.CANCELLED, VisitStatus.MOVED)


def round_heading(width: int) -> Line:
    """Return the names of the columns."""
    labels = (
        ("", 3),
        ("time", 6),
        ("status", 9),
        ("patient", 19),
        ("born", 5),
        ("place_column", width - _FIXED - 1),
    )
    texts = "".join(fmt.left(nb.text(f"round.{name}") if name else "", size) for name, size in labels)
    tail = fmt.left(nb.text("round.warning"), 9) + fmt.left(nb.text("round.done"), 6) + nb.text("round.news2")
    return [cell(texts + tail, width, Ink.DIM)]


def visit_line(row: VisitRow, width: int, now: datetime) -> Line:
    """Return a visit: who, what is dangerous, what is done."""
    ink = Ink.DIM if row.status in (VisitStatus.CANCELLED, VisitStatus.DONE) else Ink.PLAIN
    name_ink = ink if ink is Ink.DIM else Ink.STRONG
    return [
        _mark(row),
        cell(fmt.clock(row.start), 6, ink),
        cell(_STATUS_SHORT.get(row.status, row.status.value), 9, STATUS_INK[row.status]),
        cell(fmt.name_short(row.family, row.given, 18), 19, name_ink),
        cell(str(row.birth_date.year) if row.birth_date else fmt.NOTHING, 5, ink),
        cell(short_address(row.address, width - _FIXED), width - _FIXED, ink),
        Piece(" "),
        _warning(row),
        Piece(" "),
        cell(f"{row.tasks_done}/{row.tasks_all}" if row.tasks_all else fmt.NOTHING, 4, ink),
        _unsent(row),
        news2_cell(row.news2, now),
    ]


def _mark(row: VisitRow) -> Piece:
    """Return the sign before the hour: the chart of a visit that stands did not come down whole."""
    if row.status in _LEFT:
        return Piece(" ")
    return Piece(" ") if row.complete else Piece("!", Ink.PERSON)


def short_address(address: str, width: int) -> str:
    """Return the street for a narrow column; the whole address stands in the detail."""
    street = address.split(",", maxsplit=1)[0]
    for long, short in (
        (" gate ", " gt "),
        ("Gamle ", "Gml. "),
        ("veien ", "v. "),
        ("vegen ", "v. "),
        ("Adresse: sperret – ", ""),
    ):
        if len(street) > width:
            street = street.replace(long, short)
    return street


def _warning(row: VisitRow) -> Piece:
    """Return the gravest warning and how many more there are."""
    if not row.warnings:
        return cell("", 8)
    first, *others = sorted(row.warnings, key=lambda alert: -alert.gravity)
    more = f" +{len(others)}" if others else ""
    word = first.word if len(first.word + more) <= 8 else first.word.replace(" min.", "−")
    return cell(fmt.fit(word, 8 - len(more)) + more, 8, Ink.DANGER)


def _unsent(row: VisitRow) -> Piece:
    """Return the sign of what is not yet in the journal."""
    if row.unsent is None:
        return Piece("  ")
    return cell(STATE_SIGN[row.unsent], 2, STATE_INK[row.unsent])


def news2_cell(news2: LastNews2 | None, now: datetime) -> Piece:
    """Return the last score in seven cells: its scale when 2, its flag when high, else its day."""
    if news2 is None:
        return cell(fmt.NOTHING, 7, Ink.DIM)
    scale = " s2" if news2.scale == 2 else ""
    if news2.score >= 5:
        sign = "▲▲" if news2.score >= 7 else "▲"
        text = f"{news2.score}{scale} {sign}"
        if len(text) > 7:
            text = text.replace(" s2", "s2")
        return cell(text, 7, Ink.DANGER if news2.score >= 7 else Ink.PERSON)
    text = f"{news2.score}{scale or ' ' + fmt.ago(news2.at, now).rstrip('.')}"
    return cell(text, 7)


def counts_line(view: RoundView) -> Line:
    """Return the counts in the open: what is shown and what the journal says, red when they differ."""
    shown = len(view.visits)
    zone = f"{fmt.fit(visible(view.zone), _ZONE)} · " if view.zone else ""
    if view.journal_count is None:
        said, ink = nb.text("round.count_unknown", shown=fmt.count(shown, "besøk", "besøk")), Ink.PERSON
    elif view.journal_count != shown:
        said, ink = nb.text("round.count_differs", shown=shown, journal=view.journal_count), Ink.DANGER
    else:
        said, ink = nb.text("round.count", shown=shown, journal=view.journal_count), Ink.PLAIN
    return line(" ", piece(zone), piece(said, ink), piece(" · " + _by_status(view)))


def _by_status(view: RoundView) -> str:
    """Return how many visits stand where, in the order of a working day."""
    tally = Counter(row.status for row in view.visits)
    order = (
        VisitStatus.DONE,
        VisitStatus.HERE,
        VisitStatus.UNDERWAY,
        VisitStatus.PLANNED,
        VisitStatus.NOT_HOME,
    )
    return " ".join(
        f"{tally[status]} {status.value}" for status in (*order, VisitStatus.CANCELLED, VisitStatus.MOVED)
        if tally[status]
    )  # fmt: skip


def alert_line(view: RoundView, now: datetime) -> Line:
    """Return the gravest NEWS2 of this shift that nobody has answered with a lower one; empty when there is none."""
    critical = [row for row in view.visits if _is_critical(row, view)]
    if not critical:
        return []
    row = max(critical, key=lambda visit: visit.news2.score if visit.news2 else 0)
    if row.news2 is None:
        return []
    more = f" (+{len(critical) - 1})" if len(critical) > 1 else ""
    said = nb.text(
        "round.alert",
        name=fmt.name(row.family, row.given),
        score=row.news2.score,
        at=fmt.ago(row.news2.at, now),
    )
    return line(piece(f" ▲▲ {said}{more}", Ink.DANGER))


def _is_critical(row: VisitRow, view: RoundView) -> bool:
    """Tell whether the last NEWS2 is critical and was taken in the shift shown."""
    return (
        row.news2 is not None
        and flag_of_score(row.news2.score).value.startswith("kritisk")
        and row.news2.at >= view.shift.start
    )

"""The chosen visit in full: how to get in, every warning, what is to be done, how whole its chart is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, content_of, line, piece, visible, width_of
from tui.text.state_words import FLAG_INK, FLAG_WORD, STATE_INK, STATE_SIGN, STATE_WORD, flag_of_score

if TYPE_CHECKING:
    from datetime import datetime

    from services.views import VisitRow

_NARROW = 60


def detail_lines(row: VisitRow, width: int, *, as_of: datetime | None, now: datetime) -> list[Line]:
    """Return the detail of a visit in lines of `width` cells."""
    alerts = sorted(row.warnings, key=lambda one: -one.gravity)
    lines = _who(row, width)
    if width < _NARROW:
        for alert in alerts:
            lines.extend(_warning(alert.word, alert.text, width))
    elif alerts:
        said = [
            alert.text for alert in alerts if alert.text not in row.access
        ]  # dog and key stand with the door
        lines.extend(_wrapped("▲ " + " · ".join(said), width, Ink.DANGER) if said else [])
    lines.extend(flow([*_progress(row, now), _wholeness(row, as_of, now)], width))
    if row.reason:
        lines.extend(_wrapped(row.reason, width))
    return [*lines, *_wrapped(" · ".join(part for part in (row.address, row.access) if part), width)]


def _who(row: VisitRow, width: int) -> list[Line]:
    """Return the name with birth date, planned time and status."""
    name = piece(fmt.name(row.family, row.given), Ink.STRONG)
    facts = [
        piece(nb.text("visit.born", at=fmt.date_long(row.birth_date))),
        piece(fmt.span(row.start, row.end)),
        piece(row.status.value),
    ]
    if width < _NARROW:
        return [line(" ", name), *flow(facts, width)]
    return [line(" ", name, "  ", *(part for fact in facts for part in (fact, "  ")))]


def flow(parts: list[Piece], width: int) -> list[Line]:
    """Return pieces with dots between them, broken into lines only between pieces."""
    lines: list[Line] = []
    for part in parts:
        if lines and width_of(lines[-1]) + width_of([part]) + 3 <= width:
            lines[-1] += [Piece(" · "), part]
        else:
            first, *others = fmt.wrap(part.text, width - 1)
            lines.append([Piece(" "), Piece(first, part.ink)])
            lines += [[Piece("   "), Piece(other, part.ink)] for other in others]
    return lines


def _wrapped(text: str, width: int, ink: Ink = Ink.PLAIN) -> list[Line]:
    """Return a text broken into indented lines."""
    return [line(" ", Piece(part, ink)) for part in fmt.wrap(visible(text), width - 1)] if text else []


def _warning(word: str, text: str, width: int) -> list[Line]:
    """Return a warning: its word, then all of its text."""
    said = text.removeprefix("LIKT NAVN: ")
    first, *others = fmt.wrap(f"{word}  {visible(said)}", max(8, width - 5))
    head = line(piece(" ▲ ", Ink.DANGER), piece(word, Ink.DANGER), Piece(first[len(word) :]))
    return [head, *(line(Piece("     " + part)) for part in others)]


def _progress(row: VisitRow, now: datetime) -> list[Piece]:
    """Return what is done, the last NEWS2 and what waits to be sent."""
    tasks = nb.text("visit.tasks", done=row.tasks_done, all=row.tasks_all)
    parts = [piece(tasks if row.tasks_all else nb.text("visit.no_tasks"))]
    if row.news2 is not None:
        flag = flag_of_score(row.news2.score)
        score = nb.text("visit.news2", score=row.news2.score)
        if row.news2.scale:
            score += f" {nb.text('news2.scale', scale=row.news2.scale)}"
        said = f"{score} {FLAG_WORD[flag]}".rstrip()
        parts.append(piece(f"{said} {fmt.ago(row.news2.at, now)}", FLAG_INK[flag]))
    if row.news:
        parts.append(piece(nb.text("news.count", n=row.news), Ink.STRONG))
    if row.unsent is not None:
        parts.append(piece(f"{STATE_SIGN[row.unsent]} {STATE_WORD[row.unsent]}", STATE_INK[row.unsent]))
    return parts


def _wholeness(row: VisitRow, as_of: datetime | None, now: datetime) -> Piece:
    """Return whether the chart came down whole, and as of when."""
    when = fmt.fresh(as_of, now)
    if row.complete:
        return piece(nb.text("visit.complete", at=when), Ink.DIM)
    return piece(nb.text("visit.missing", parts=", ".join(row.missing), at=when), Ink.PERSON)


def fitted(lines: list[Line], height: int) -> list[Line]:
    """Return as many lines as there is room for; the last one says so when there are more."""
    if not height or len(lines) <= height:
        return lines
    return [*lines[: height - 1], [Piece(" "), Piece(nb.text("round.more_detail"), Ink.DIM)]]


class VisitDetail(Static):
    """The pane under the list, or beside it where the terminal is wide."""

    def show_visit(self, row: VisitRow | None, *, as_of: datetime | None, now: datetime) -> None:
        """Show a visit, or that there is none."""
        if row is None:
            self.update(content_of([line(" ", piece(nb.text("round.no_visit"), Ink.DIM))]), layout=False)
            return
        width = self.content_size.width or self.app.size.width
        lines = fitted(detail_lines(row, width, as_of=as_of, now=now), self.content_size.height)
        self.update(content_of(lines), layout=False)  # its height is fixed

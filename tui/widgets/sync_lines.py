"""The last sync as lines: what came, what went, what waits and what is missing, patient by patient, and what it cost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from offline_cache.states import EntryState
from services.views import NoticeCode
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, cell, line, piece, visible
from tui.text.nb_notices import notice_words
from tui.text.state_words import STATE_INK, STATE_SIGN, STATE_WORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.views import EntryRow, PatientSync, SyncView

_NAME = 30
_SETTLED = (EntryState.DELIVERED, EntryState.WITHDRAWN)
_KIB = 1024


def sync_lines(
    report: SyncView | None, entries: Sequence[EntryRow], as_of: datetime | None, width: int, now: datetime
) -> list[Line]:
    """Return the whole report."""
    lines = _head(report, width, now) if report else [line(" ", piece(nb.text("sync.never"), Ink.PERSON))]
    if as_of is not None:
        lines.append(line(" ", piece(nb.text("sync.age", at=fmt.fresh(as_of, now)), Ink.DIM)))
    lines += [[], *_missing(report, width), [], *_went(entries, width, now)]
    if report is not None:
        lines += [[], *_came(report, width)]
    return lines


def _heading(id_: str) -> Line:
    return line(" ", piece(nb.text(id_), Ink.DIM))


def _wrapped(text: str, width: int, ink: Ink = Ink.PLAIN) -> list[Line]:
    """Return a text in indented lines; what is long hangs."""
    first, *others = fmt.wrap(visible(text), width - 8)
    return [line("   ", Piece(first, ink)), *(line("     ", Piece(part, ink)) for part in others)]


def _head(report: SyncView, width: int, now: datetime) -> list[Line]:
    """Return when it was, whether it is whole, and what it cost."""
    when = nb.text("sync.when", at=fmt.fresh(report.ended, now))
    visits = fmt.count(report.visits, "besøk", "besøk")
    is_known = report.journal_count is not None
    counted = nb.text(
        "sync.visits" if is_known else "sync.visits_unknown", visits=visits, journal=report.journal_count
    )
    differs = is_known and report.journal_count != report.visits
    lines = [line(" ", piece(when, Ink.STRONG), " · ", piece(counted, Ink.DANGER if differs else Ink.PLAIN))]
    if report.error:
        said, ink = nb.text("sync.error", why=nb.why(report.error)), Ink.DANGER
    else:
        whole = report.whole and not any(one.missing for one in report.patients)
        asked_all = all(row.code is not NoticeCode.NAMED_KINDS for row in report.told)
        id_ = "sync.not_whole" if not whole else "sync.whole" if asked_all else "sync.whole_of_asked"
        said, ink = nb.text(id_), Ink.PLAIN if whole else Ink.PERSON
    lines.append(line(" ", piece(said, ink)))
    cost = nb.text(
        "sync.cost",
        requests=report.requests,
        received=amount(report.received),
        seconds=fmt.decimal(report.seconds, 1),
    )
    return [*lines, line(" ", piece(fmt.fit(cost, width - 2), Ink.DIM))]


def amount(received: int) -> str:
    """Return a number of bytes in a unit that is read at a glance."""
    if received < _KIB:
        return f"{received} byte"
    if received < _KIB * _KIB:
        return f"{fmt.decimal(received / _KIB)} kB"
    return f"{fmt.decimal(received / _KIB / _KIB, 1)} MB"


def _missing(report: SyncView | None, width: int) -> list[Line]:
    """Return what did not come, per patient and part with the reason, and everything else that must be known."""
    lines = [_heading("sync.missing")]
    for patient in report.patients if report else ():
        for part, reason in patient.missing:
            words = nb.text(
                "sync.missing_part",
                name=_name(patient),
                part=visible(part),
                why=nb.why(reason or "not-fetched"),
            )
            lines += _wrapped(f"▲ {words}", width, Ink.PERSON)
    if len(lines) == 1:
        lines += _wrapped(nb.text("sync.missing_none"), width)
    if report is not None and report.told:
        lines += [[], _heading("sync.told")]
        for row in report.told:
            lines += _wrapped(notice_words(row), width, Ink.PERSON)
    return lines


def _went(entries: Sequence[EntryRow], width: int, now: datetime) -> list[Line]:
    """Return what is in the journal, and what waits here and in which state."""
    sent = [one for one in entries if one.state is EntryState.DELIVERED]
    lines = [_heading("sync.went")]
    if sent:
        last = max((one.delivered_at for one in sent if one.delivered_at), default=None)
        n = fmt.count(len(sent), "oppføring", "oppføringer")
        lines += _wrapped(nb.text("sync.went_line", n=n, at=fmt.fresh(last, now)), width)
        for (name,), number in Counter((one.patient_name,) for one in sent).items():
            lines.append(line("   ", cell(name, _NAME), piece(str(number))))
    else:
        lines += _wrapped(nb.text("sync.went_none"), width)
    waiting = [one for one in entries if one.state not in _SETTLED]
    lines += [[], _heading("sync.waits")]
    if not waiting:
        return [*lines, *_wrapped(nb.text("sync.waits_none"), width)]
    for one in waiting:
        state = STATE_WORD[one.state].split(",")[0]
        why = f": {nb.why(one.detail)}" if one.detail else ""
        said = piece(f"{STATE_SIGN[one.state]} {state}{why}", STATE_INK[one.state])
        lines.append(line("   ", cell(one.patient_name, _NAME), said))
    return lines


def _came(report: SyncView, width: int) -> list[Line]:
    """Return what came of each patient's chart."""
    lines = [_heading("sync.came")]
    for one in report.patients:
        is_news = one.came or one.changed or one.gone
        counts = nb.text("sync.came_line", came=one.came, changed=one.changed, gone=one.gone)
        said = counts if is_news else nb.text("sync.nothing_new")
        lines.append(
            line(
                "   ",
                cell(_name(one), _NAME),
                piece(fmt.fit(said, width - _NAME - 4), Ink.PLAIN if is_news else Ink.DIM),
            )
        )
    return lines


def _name(one: PatientSync) -> str:
    return one.name or nb.text("sync.somebody")

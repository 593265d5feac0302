"""The outbox as lines: counts, entries under their visit, and the detail of the chosen one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache.states import EntryKind, EntryState
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, cell, line, piece, visible
from tui.text.state_words import STATE_INK, STATE_SIGN, STATE_WORD
from tui.widgets.visit_detail import flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from services.views import EntryRow

URN = "urn:uuid:"
"""What the id of a typed identity begins with."""
ASKS_PERSON = ("not-found-twice", "several-found")
"""Why an unknown entry is not settled by the client: a person must look."""
_TITLE = 34
_ADVISED = (EntryState.UNKNOWN, EntryState.REFUSED, EntryState.CONFLICT)
_WRITTEN = (EntryKind.NEWS2, EntryKind.NOTE)
_HELD_ADVICE = ("behind", "stranger", "review", "hold")
_COUNTED = (
    (EntryState.CONFLICT, "conflict"), (EntryState.REFUSED, "refused"), (EntryState.UNKNOWN, "unknown"),
    (EntryState.HELD, "held"),
    (EntryState.SENDING, "sending"), (EntryState.SIGNED, "waiting"), (EntryState.DELIVERED, "delivered"),
    (EntryState.WITHDRAWN, "withdrawn_count"),
)  # fmt: skip


Span = tuple["datetime", "datetime"]
"""When a visit begins and ends, as the round has it."""


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One line of the list: an entry, or the visit and its patient over the entries below (`entry` is None)."""

    entry: EntryRow | None
    heading: str = ""
    aside: str = ""
    needs_person: bool = False


def outbox_rows(entries: Iterable[EntryRow], visits: Mapping[str, Span] | None = None) -> list[OutboxLine]:
    """Return the entries under their visit: by the clock, then what belongs to no visit; inside one, as they were signed."""
    spans = visits or {}
    groups: dict[tuple[str, str], list[EntryRow]] = {}
    for entry in entries:
        groups.setdefault((entry.patient_id, entry.visit_id), []).append(entry)
    ordered = sorted(groups.items(), key=lambda group: _by_clock(group[0][1], group[1], spans))
    rows: list[OutboxLine] = []
    for (_, visit_id), members in ordered:
        rows.append(_heading(members[0], spans.get(visit_id)))
        rows.extend(OutboxLine(entry) for entry in members)
    return rows


def _by_clock(visit_id: str, members: list[EntryRow], spans: Mapping[str, Span]) -> tuple[int, datetime]:
    """Return where a group stands: visits by their time, then the rest by the first thing that happened."""
    if visit_id in spans:
        return 0, spans[visit_id][0]
    return 1, members[0].event_at


def _heading(first: EntryRow, span: Span | None) -> OutboxLine:
    """Return the line over a visit: when, who, and that nobody knows who where that is so."""
    born = f", født {first.birth_year}" if first.birth_year else ""
    name = f"{first.patient_name}{born}"
    if first.patient_id.startswith(URN):
        return OutboxLine(None, name, f"? {nb.text('outbox.no_patient')}", needs_person=True)
    if span is not None:
        start = nb.text("outbox.heading", start=fmt.clock(span[0]), name=name)
        return OutboxLine(None, start, f"{fmt.date_short(fmt.local(span[0]).date())} {fmt.span(*span)}")
    return OutboxLine(None, name, "" if first.visit_id else nb.text("outbox.no_visit"))


def outbox_line(row: OutboxLine, width: int, now: datetime) -> Line:
    """Return one line of the list."""
    if row.entry is None:
        room = max(0, width - 2 - len(row.aside) - 1)
        ink = Ink.PERSON if row.needs_person else Ink.DIM
        return [Piece(" "), cell(row.heading, room, Ink.STRONG), Piece(" "), piece(row.aside, ink)]
    entry = row.entry
    words = state_words(entry, now)
    return [
        Piece(" "),
        piece(f"{STATE_SIGN[entry.state]} ", state_ink(entry)),
        cell(entry.title, _TITLE if width < 100 else _TITLE + 20),
        cell(fmt.clock(entry.event_at), 7, Ink.DIM),
        cell(words, max(0, width - 10 - (_TITLE if width < 100 else _TITLE + 20)), state_ink(entry)),
    ]


def state_words(entry: EntryRow, now: datetime) -> str:
    """Return the state in words, with what is known of it."""
    if entry.state is EntryState.SIGNED:
        if entry.send_after is not None and entry.send_after > now:
            return nb.text("outbox.sends_at", at=fmt.clock_exact(entry.send_after))
        return nb.text("outbox.waits")
    if entry.state is EntryState.SENDING and entry.parts_all > 1:
        return nb.text("outbox.part", done=entry.parts_done, all=entry.parts_all)
    if entry.state is EntryState.DELIVERED:
        if entry.changed:
            return nb.text("outbox.changed")
        return nb.text("outbox.delivered_at", at=fmt.fresh(entry.delivered_at, now))
    detail = f": {nb.why(entry.detail)}" if entry.detail else ""
    word = STATE_WORD[entry.state]
    return f"{word.split(',')[0]}{detail}" if detail else word


def state_ink(entry: EntryRow) -> Ink:
    """Return how the state is drawn: what the journal keeps otherwise than it was signed asks for a person."""
    return Ink.PERSON if entry.changed else STATE_INK[entry.state]


def outbox_counts(entries: Iterable[EntryRow], width: int) -> list[Line]:
    """Return how many entries are in which state, what asks for a person first; broken only between counts."""
    tally = Counter(entry.state for entry in entries)
    pieces = [
        piece(nb.text(f"outbox.{name}", n=tally[state]), STATE_INK[state])
        for state, name in _COUNTED
        if tally[state]
    ]
    return flow(pieces, width) if pieces else [line(" ", piece(nb.text("outbox.empty"), Ink.DIM))]


def entry_detail(entry: EntryRow, width: int, now: datetime) -> list[Line]:
    """Return everything about an entry: its state, the journal's own words, the journal's ids."""
    head = line(
        " ", piece(f"{STATE_SIGN[entry.state]} {state_words(entry, now)}", state_ink(entry)),
        piece(f"  {fmt.moment(entry.event_at)}", Ink.DIM),
    )  # fmt: skip
    lines = [line(" ", piece(entry.title, Ink.STRONG)), head]
    if advice := advice_of(entry):
        lines += [line(" ", Piece(part)) for part in fmt.wrap(advice, width - 2)]
    if entry.changed:
        said = nb.text("outbox.changed_fields", fields="; ".join(visible(one) for one in entry.changed))
        lines += [line(" ", Piece(part, Ink.PERSON)) for part in fmt.wrap(said, width - 2)]
    if entry.parts_all > 1 and entry.state not in (EntryState.DELIVERED, EntryState.WITHDRAWN):
        parts = nb.text("outbox.parts", done=entry.parts_done, all=entry.parts_all)
        lines.append(line(" ", piece(parts, Ink.DIM)))
    if entry.shown:
        lines += [line(" ", Piece(part)) for part in fmt.wrap(f"«{visible(entry.shown)}»", width - 2)]
    if entry.journal_ids:
        first, number = visible(entry.journal_ids[0]), len(entry.journal_ids)
        many = nb.text("outbox.ids_many", n=number, id=first)
        said = many if number > 1 else nb.text("outbox.ids", id=first)
        lines += [line(" ", Piece(part, Ink.DIM)) for part in fmt.wrap(said, width - 2)]
    return lines


def advice_of(entry: EntryRow) -> str:
    """Return what a person can do about an entry, or nothing where nothing is to be done."""
    if entry.state is EntryState.UNKNOWN and entry.detail in ASKS_PERSON:
        return nb.text("outbox.advice.unknown_person")
    if entry.state is EntryState.REFUSED and entry.kind in _WRITTEN:
        return nb.text("outbox.advice.refused_written")
    if entry.state in _ADVISED:
        return nb.text(f"outbox.advice.{entry.state.name.lower()}")
    if entry.state is EntryState.HELD:
        return nb.text(f"outbox.advice.{entry.detail if entry.detail in _HELD_ADVICE else 'held'}")
    return ""

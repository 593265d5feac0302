"""What stands on the patient's places, as lines of text: pure, so that they can be read in a test without a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from offline_cache.states import EntryKind, EntryState
from services.access_views import HIDDEN
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, beside, cell, line, piece, visible, width_of
from tui.text.nb_notices import NAMED_KINDS, notice_words
from tui.text.state_words import FLAG_INK, FLAG_WORD, KIND_WORD, STATE_INK, STATE_SIGN, STATE_WORD
from tui.widgets.entry_line import URN
from tui.widgets.news_lines import news_lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from services.views import Chart, Draft, EntryRow, Medicine, Note, Reading, Section

HALF = 34  # the left column at 80 cells: the values beside it need 44
_STRENGTH = re.compile(r"(\s\d)")
_NAMED = ("allergi",)
_IS_DANGER = 20
"""Below this gravity stands what is over, and that there is nothing: said, but not in red."""
CORE_MEASURES = ("news2", "rr", "spo2", "o2", "bp", "pulse", "acvpu", "temp", "weight")


def heading(text: str) -> Line:
    """Return the name of a block."""
    return line(" ", piece(text, Ink.DIM))


def wrapped(text: str, width: int, *, indent: int = 1, ink: Ink = Ink.PLAIN, hang: int = 0) -> list[Line]:
    """Return a text in lines of at most `width` cells; later lines hang."""
    parts = fmt.wrap(visible(text), max(10, width - indent - hang))
    return [
        line(Piece(" " * (indent + (hang if index else 0))), Piece(part, ink))
        for index, part in enumerate(parts)
    ]


def front_page(chart: Chart, drafts: Iterable[Draft], width: int, now: datetime) -> list[Line]:
    """Return the cover sheet: today, the danger, the latest values, what is unfinished."""
    size = _half(width)
    left = [*today(chart, size), *critical_short(chart, size), *problems(chart, size), *way_in(chart, size)]
    right_width = width - size - 2
    new = news_lines(chart.news, right_width)
    right = [
        *new,
        *([[]] if new else []),
        *latest_readings(chart, right_width, now),
        *latest_note(chart, right_width),
    ]
    sent = [entry for entry in chart.entries if _is_over(entry)]
    lines = [*_above(chart, drafts, width), *beside(left, right, size, gap=2)]
    lines.extend([[], *(entry_line(entry) for entry in sent)] if sent else [])
    fresh = [] if is_typed(chart) else freshness(chart.sections, width, now)
    return [*lines, [], *fresh]


def _half(width: int) -> int:
    """Return the width of the left column."""
    return min(HALF, width - 46) if width < 100 else width // 2 - 1


def is_typed(chart: Chart) -> bool:
    """Tell whether the patient is one whom somebody typed: nothing of the journal is here."""
    return chart.banner.patient_id.startswith(URN)


def _above(chart: Chart, drafts: Iterable[Draft], width: int) -> list[Line]:
    """Return what stands over both columns: what the pull must tell of the patient, and what is not finished."""
    told = [row for one in chart.told for row in wrapped(notice_words(one), width, ink=Ink.PERSON, hang=2)]
    typed = wrapped(nb.text("stranger.banner"), width, ink=Ink.PERSON) if is_typed(chart) else []
    lines = [*typed, *told, *unfinished(chart, drafts)]
    return [*lines, []] if lines else []


def news_span(chart: Chart, drafts: Iterable[Draft], width: int) -> tuple[int, int]:
    """Return the first line of the news on the cover sheet and the one after the last."""
    above = len(_above(chart, drafts, width))
    return above, above + len(news_lines(chart.news, width - _half(width) - 2))


def _is_over(entry: EntryRow) -> bool:
    """Tell whether nobody waits for anything of the entry any more."""
    return entry.state in (EntryState.DELIVERED, EntryState.WITHDRAWN)


def today(chart: Chart, width: int) -> list[Line]:
    """Return the visit with its tasks."""
    if chart.visit is None:
        lines = wrapped(nb.text("front.no_visit"), width, ink=Ink.DIM)
    else:
        when = nb.text("front.today", span=fmt.span(chart.visit.start, chart.visit.end))
        lines = [heading(when)]
        if chart.visit.reason:
            lines += wrapped(chart.visit.reason, width)
    for task in chart.tasks:
        mark = "[x]" if task.done else "[ ]"
        sign = f" {STATE_SIGN[task.state]}" if task.state else ""
        at = f"  {fmt.clock(task.done_at)}{sign}" if task.done_at else sign
        lines += wrapped(f"{mark} {task.text}{at}", width, ink=Ink.DIM if task.done else Ink.PLAIN, hang=4)
    return lines


def way_in(chart: Chart, width: int) -> list[Line]:
    """Return the address and how one gets in."""
    hint = nb.text("address.hint") if chart.address == HIDDEN else ""
    said = " · ".join(part for part in (chart.address, hint, chart.access) if part)
    return [[], heading(nb.text("front.way_in")), *wrapped(said, width)] if said else []


def critical_short(chart: Chart, width: int) -> list[Line]:
    """Return the critical information in short, the gravest first."""
    if not chart.critical:
        return []
    lines: list[Line] = [[], heading(nb.text("front.critical"))]
    for item in sorted(chart.critical, key=lambda one: -one.gravity):
        is_bare = item.category in _NAMED and item.category not in item.text
        named = f"{fmt.sentence(item.category)}: {item.text}" if is_bare else item.text
        lines += wrapped(named, width, ink=Ink.STRONG, hang=2)
    return lines


def problems(chart: Chart, width: int) -> list[Line]:
    """Return the problems in one paragraph."""
    if not chart.problems:
        return []
    return [[], heading(nb.text("front.problems")), *wrapped(" · ".join(chart.problems), width)]


def latest_readings(chart: Chart, width: int, now: datetime) -> list[Line]:
    """Return the newest value of each measure: number to the right, unit in its own column, flag in words."""
    newest = [series.readings[0] for series in chart.series if series.readings]
    newest.sort(key=lambda reading: _order(reading.code))
    if not newest:
        return [heading(nb.text("vitals.none"))]
    return [heading(nb.text("front.readings")), *(reading_line(reading, width, now) for reading in newest)]


def _order(code: str) -> int:
    """Return where a measure stands in the list."""
    return CORE_MEASURES.index(code) if code in CORE_MEASURES else len(CORE_MEASURES)


def reading_line(reading: Reading, width: int, now: datetime) -> Line:
    """Return one value with name, unit, flag and day."""
    when = fmt.ago(reading.at, now) if reading.at else nb.text("unknown.time")
    sign = f" {STATE_SIGN[reading.state]}" if reading.state else ""
    flag = FLAG_WORD[reading.flag]
    free = min(max(14, width - 24 - 6), 20)
    return [
        cell(" " + short_name(reading), 8, Ink.DIM),
        cell(reading.text, 7, Ink.STRONG, at_right=True), Piece(" "),
        cell(reading.unit, 8, Ink.DIM),
        cell(f"{flag}{sign}", free, FLAG_INK[reading.flag]),
        cell(when.rstrip("."), 6, Ink.DIM, at_right=True),
    ]  # fmt: skip


_SHORT_NAMES = {
    "rr": "Resp", "spo2": "SpO2", "o2": "O2", "bp": "BT", "pulse": "Puls", "acvpu": "Bevisst", "temp": "Temp",
    "weight": "Vekt", "news2": "NEWS2", "height": "Høyde", "glucose": "Blods.",
}  # fmt: skip


def short_name(reading: Reading) -> str:
    """Return the short name of a measure; the journal's own name for one we do not know."""
    return _SHORT_NAMES.get(reading.code, reading.name)


def latest_note(chart: Chart, width: int) -> list[Line]:
    """Return who wrote last, and when."""
    if not chart.notes:
        return []
    note = chart.notes[0]
    return [
        [],
        heading(nb.text("front.last_note")),
        *titled(note.title, f"{fmt.moment_short(note.at)} {note.author}", width),
    ]


def titled(title: str, facts: str, width: int, *, rest: Line | None = None) -> list[Line]:
    """Return a title and, on the same line if all fits, else on a line of their own, when and by whom."""
    more = rest or []
    head = line(" ", piece(title, Ink.STRONG), piece(f"  {facts}", Ink.DIM), *more)
    if width_of(head) <= width:
        return [head]
    return [
        *wrapped(title, width, ink=Ink.STRONG, hang=2),
        *wrapped(facts, width, indent=3, ink=Ink.DIM),
        *([line("  ", *more)] if more else []),
    ]


def unfinished(chart: Chart, drafts: Iterable[Draft]) -> list[Line]:
    """Return the drafts of the patient and the entries that are not in the journal, with sign and word."""
    lines = [
        line(
            " ",
            piece(f"{STATE_SIGN[_DRAFT]} {STATE_WORD[_DRAFT]}", STATE_INK[_DRAFT]),
            piece(
                f" {fmt.moment_short(draft.event_at)} {KIND_WORD[draft.kind]}, {nb.text('draft.not_signed')}"
            ),
            piece(f" · {nb.text('draft.goes_on', key=_KEY_OF[draft.kind])}", Ink.DIM),
        )
        for draft in drafts
    ]
    return [*lines, *(entry_line(entry) for entry in chart.entries if not _is_over(entry))]


_DRAFT = EntryState.DRAFT
_KEY_OF = {EntryKind.NEWS2: "v", EntryKind.NOTE: "n", EntryKind.TASK: "5", EntryKind.PLAN: "5"}


def entry_line(entry: EntryRow) -> Line:
    """Return one signed entry with its state."""
    state = f"{STATE_SIGN[entry.state]} {STATE_WORD[entry.state]}"
    return line(
        " ", piece(state, STATE_INK[entry.state]), piece(f" {fmt.moment_short(entry.event_at)} {entry.title}")
    )


def freshness(sections: Iterable[Section], width: int, now: datetime) -> list[Line]:
    """Return as of when every part of the chart is, and which part is not whole."""
    broken = [part for part in sections if not part.complete]
    lines: list[Line] = []
    for part in broken:
        reason = f" ({nb.why(part.reason)})" if part.reason else ""
        said = nb.text("section.missing", name=part.name, reason=reason, at=fmt.fresh(part.as_of, now))
        lines += wrapped(said, width, ink=Ink.PERSON, hang=2)
    for part in sections:
        if part.complete and part.reason:
            said = nb.text("section.limited", name=fmt.sentence(part.name), at=fmt.fresh(part.as_of, now))
            lines += wrapped(said, width, ink=Ink.PERSON, hang=2)
    whole = [part for part in sections if part.complete and not part.reason]
    if whole:
        oldest = min((part.as_of for part in whole if part.as_of), default=None)
        names = ", ".join(part.name for part in whole)
        said = nb.text("section.whole", names=names, at=fmt.fresh(oldest, now))
        lines += wrapped(said, width, ink=Ink.DIM, hang=2)
    return lines


def section_line(chart: Chart, name: str, width: int, now: datetime) -> list[Line]:
    """Return the freshness of one part, by the part of its name; nothing when the chart does not know the part."""
    return freshness([part for part in chart.sections if name in part.name.lower()], width, now)


def medicine_page(chart: Chart, width: int, now: datetime) -> list[Line]:
    """Return the medicines, each part in its order and nothing cut."""
    lines: list[Line] = []
    regular = [medicine for medicine in chart.medicines if not medicine.as_needed]
    needed = [medicine for medicine in chart.medicines if medicine.as_needed]
    for title, medicines in (("medicine.regular", regular), ("medicine.as_needed", needed)):
        if medicines:
            lines += [heading(nb.text(title, count=len(medicines)))]
            for medicine in medicines:
                lines += medicine_lines(medicine, width)
            lines.append([])
    if not chart.medicines:
        lines += [heading(nb.text("medicine.none")), []]
    return [*lines, *section_line(chart, "medisin", width, now)]


def medicine_lines(medicine: Medicine, width: int) -> list[Line]:
    """Return one medicine: substance, BRAND, strength, DOSE, route, frequency; then why and since when."""
    brand = f" — {brand_name(medicine.brand)}" if medicine.brand else ""
    strength = f" — {medicine.strength}" if medicine.strength else ""
    dose = f" — DOSE {medicine.dose}" if medicine.dose else ""
    rest = "".join(f" — {part}" for part in (medicine.route, medicine.frequency) if part)
    substance = visible(medicine.substance)
    lines = wrapped(f"{substance}{brand}{strength}{dose}{rest}", width, hang=3)
    head = lines[0]
    first = head[1].text
    if first.startswith(substance):
        lines[0] = [head[0], Piece(substance, Ink.STRONG), Piece(first[len(substance) :])]
    since = nb.text("medicine.since", at=fmt.date_long(medicine.since)) if medicine.since else ""
    why = " · ".join(part for part in (medicine.reason, since) if part)
    return [*lines, *(wrapped(why, width, indent=4, ink=Ink.DIM) if why else [])]


def brand_name(brand: str) -> str:
    """Return the brand in capitals (UX-11); a strength within it keeps its case, for a unit means what it is."""
    name, number, rest = _STRENGTH.split(brand, maxsplit=1) if _STRENGTH.search(brand) else (brand, "", "")
    return name.upper() + number + rest


def note_page(chart: Chart, width: int, now: datetime) -> list[Line]:
    """Return the notes in full, newest first; a note that cannot be shown says why."""
    lines: list[Line] = []
    for note in chart.notes:
        lines += [*note_lines(note, width), []]
    if not chart.notes:
        lines += [heading(nb.text("note.none")), []]
    return [*lines, *section_line(chart, "notat", width, now)]


def note_lines(note: Note, width: int) -> list[Line]:
    """Return one note: when, by whom, its state, and its text line by line."""
    state = []
    if note.state is not None:
        state = [piece(f"  {STATE_SIGN[note.state]} {STATE_WORD[note.state]}", STATE_INK[note.state])]
    head = titled(note.title, f"{fmt.moment(note.at)}  {note.author}", width, rest=state)
    if note.unreadable:
        code = "note.part_unreadable" if note.text else "note.unreadable"
        head += wrapped(nb.text(code, reason=note.unreadable), width, indent=3, ink=Ink.PERSON)
    if not note.text:
        return head
    paragraphs = note.text.replace("\r\n", "\n").rstrip("\n").split("\n")
    text = [row for paragraph in paragraphs for row in wrapped(paragraph, min(width, 100), indent=3)]
    return [*head, *text]


def plan_page(chart: Chart, width: int, now: datetime) -> list[Line]:
    """Return the care plan: problems, goals and interventions in blocks."""
    lines: list[Line] = []
    for kind in dict.fromkeys(item.kind for item in chart.plan):
        lines.append(heading(fmt.sentence(kind)))
        for item in chart.plan:
            if item.kind == kind:
                status = f"  ({item.status})" if item.status else ""
                lines += wrapped(f"{item.text}{status}", width, indent=3, ink=Ink.STRONG, hang=2)
                lines += wrapped(item.detail, width, indent=5) if item.detail else []
        lines.append([])
    if not chart.plan:
        lines += [heading(nb.text("plan.none")), []]
    return [*lines, *_kinds(chart, width), *section_line(chart, "plan", width, now)]


def _kinds(chart: Chart, width: int) -> list[Line]:
    """Return which kinds of plan were asked for, where the journal is not asked for all."""
    limited = any(part.complete and part.reason for part in chart.sections if "plan" in part.name)
    return wrapped(NAMED_KINDS, width, ink=Ink.PERSON, hang=2) if limited else []


def critical_page(chart: Chart, width: int, now: datetime) -> list[Line]:
    """Return every piece of critical information in full, the gravest first."""
    lines: list[Line] = []
    for item in sorted(chart.critical, key=lambda one: -one.gravity):
        ink = Ink.DANGER if item.gravity >= _IS_DANGER else Ink.STRONG
        lines.append(
            line(
                " ",
                cell(item.category, 22, Ink.DIM),
                *wrapped(item.text, width - 23, indent=0, ink=ink)[0][1:],
            )
        )
        lines += [
            line(Piece(" " * 23), Piece(part, ink))
            for part in fmt.wrap(visible(item.text), max(10, width - 23))[1:]
        ]
        lines += wrapped(item.detail, width, indent=23) if item.detail else []
    if not chart.critical:
        lines.append(heading(nb.text("critical.none", allergy=chart.banner.allergy.value.lower())))
    return [*lines, [], *freshness(chart.sections, width, now)]

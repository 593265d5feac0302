"""NEWS2: eight fields in the order of the hand, each with unit, part of the score, flag and the value before."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from clinical import vitals
from clinical.news2_response import HIGH_FROM, MEDIUM_FROM, response
from tui.actions import bindings_for
from tui.screens.entry_place import EntryPlace
from tui.screens.news2_fields import FIELDS, FormState, form_state, hint, previous_at, previous_values, unit
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, cell, content, content_of, line, padded, piece
from tui.text.state_words import FLAG_INK, FLAG_WORD, flag_of_score
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.events import DescendantFocus

    from services.views import Chart, Draft
    from tui.screens.desk import Desk

_END = 76
"""Where the form ends at the right: the values before stand against it."""
_MISSING = 40
_HINTS = 4
"""Lines kept for hints, so that a key does not lay the screen out again."""
_REASONED = tuple(code for code in FIELDS if code not in ("o2", "acvpu"))


def side_lines(state: FormState, typed: Mapping[str, str], previous: Mapping[str, str]) -> list[Line]:
    """Return what stands to the right of the fields: the value as it will be signed, part, flag, the value before."""
    lines: list[Line] = []
    for code in FIELDS:
        one = state.fields[code]
        part = fmt.NOTHING if one.part is None else str(one.part)
        flag, ink = FLAG_WORD[one.shown_flag], FLAG_INK[one.shown_flag]
        if one.refusal:
            flag, ink = nb.text("news2.correct"), Ink.PERSON
        read = (
            one.in_words if one.in_words.removesuffix(f" {unit(code)}") != typed.get(code, "") else unit(code)
        )
        lines.append([
            cell(read, 15, Ink.DIM), cell("" if code == "diastolic" else part, 3, Ink.STRONG, at_right=True), Piece("   "),
            cell(flag, 20, ink), cell(previous.get(code, ""), 8, Ink.DIM, at_right=True),
        ])  # fmt: skip
    return lines


def total_line(state: FormState, previous: Mapping[str, str]) -> Line:
    """Return the score with its scale and flag, or a dash and what is missing; the score before."""
    score = state.score
    head: Line = [cell("   " + nb.text("news2.total"), 19, Ink.STRONG)]
    if score.total is None:
        names = ", ".join(nb.text(f"news2.name.{code}") for code in score.missing)
        few = nb.text("news2.missing", fields=names)
        many = nb.text("news2.missing_many", count=len(score.missing))
        head += [
            Piece(fmt.NOTHING, Ink.STRONG),
            piece("   " + (few if len(few) <= _MISSING else many), Ink.DIM),
        ]
    else:
        flag = flag_of_score(score.total)
        head += [piece(str(score.total), Ink.STRONG), piece(f"   {FLAG_WORD[flag]}".rstrip(), FLAG_INK[flag])]
        head.append(piece("   " + nb.text("news2.scale", scale=int(score.scale))))
    before = nb.text("news2.previous_score", score=previous["news2"]) if "news2" in previous else ""
    return [*padded(head, _END - len(before)), piece(before, Ink.DIM)]


def taken_line(draft: Draft, saved: Line, previous_at: datetime | None) -> Line:
    """Return when it was taken, whether it is kept, and when the values before were taken."""
    taken = line(" ", piece(nb.text("news2.taken", at=fmt.moment(draft.event_at))))
    before = (
        nb.text("news2.previous", at=fmt.moment_short(previous_at))
        if previous_at
        else nb.text("news2.no_previous")
    )
    return [*padded([*padded(taken, 30), *saved], _END - len(before)), piece(before, Ink.DIM)]


def response_lines(state: FormState, width: int) -> list[Line]:
    """Return what the score asks for, with the single three named beside the total."""
    asks, score = response(state.score), state.score
    if asks is None or not (score.total or score.any_three):
        return []
    three = nb.text("news2.any_three") + " " if score.any_three else ""
    ink = Ink.DANGER if score.any_three or (score.total or 0) >= MEDIUM_FROM else Ink.PLAIN
    sign = "▲ " if ink is Ink.DANGER else ""
    words = fmt.wrap(f"{sign}{three}{asks.again}. {asks.action}.", max(30, width - 7))
    return [[piece(f"   {'  ' if number and sign else ''}{part}", ink)] for number, part in enumerate(words)]


class News2Screen(EntryPlace):
    """The form. Enter goes to the next field, nothing goes by itself; after the last field the focus rests on the score."""

    PLACE = "news2.place"
    SCOPES = ("fields", "form", "news2", "back")
    BINDINGS: ClassVar = bindings_for("fields", "form", "news2", "back")
    CSS = """
    News2Screen #saved { height: 1; }
    News2Screen #form { height: 8; margin-top: 1; }
    News2Screen #labels { width: 18; }
    News2Screen #fields { width: 9; }
    News2Screen #side { width: 1fr; }
    News2Screen #total { height: 1; margin-top: 1; }
    News2Screen #hints { height: auto; }
    News2Screen .reason { height: 1; display: none; }
    News2Screen .reason Static { width: auto; }
    News2Screen .reason.-asked { display: block; }
    """

    def __init__(self, desk: Desk, chart: Chart, draft: Draft) -> None:
        super().__init__(desk, chart, draft)
        self._previous = previous_values(chart)
        self._scale = draft.fields.get("scale") or ("2" if chart.scale_two is not None else "1")
        if chart.scale_two is None:
            self._scale = "1"
        self._previous_at = previous_at(chart)
        self._current = FIELDS[0]
        self._put_already: dict[str, list[Line]] = {}

    def compose_body(self) -> ComposeResult:
        """Lay out the form."""
        yield from self.compose_banner()
        yield Static(id="saved", markup=False)
        with Horizontal(id="form"):
            yield Static(id="labels", markup=False)
            with Vertical(id="fields"):
                for code in FIELDS:
                    yield ValueField(code, self.draft.fields.get(code, ""), cells=6, id=code)
            yield Static(id="side", markup=False)
        for code in _REASONED:
            with Horizontal(id=f"ask-{code}", classes="reason"):
                label = nb.text("news2.reason_for", name=nb.text(f"news2.name.{code}"))
                yield Static(content([Piece(f"   {label} ", Ink.PERSON)]), markup=False)
                yield ValueField(
                    f"reason_{code}",
                    self.draft.fields.get(f"reason_{code}", ""),
                    cells=36,
                    id=f"reason_{code}",
                )
        total = Static(id="total", markup=False)
        total.can_focus = True
        yield total
        yield Static(id="hints", markup=False)

    def load(self) -> None:
        """Begin in the first empty field."""
        super().load()
        empty = next((code for code in FIELDS if not self.draft.fields.get(code)), "total")
        self.query_one(f"#{empty}").focus()
        self.show_saved()
        self._show()

    def on_resize(self) -> None:
        """Lay the lines out anew."""
        self._show()

    def typed(self) -> dict[str, str]:
        """Return every field that has something in it, and the scale."""
        values = {
            field.name or "": field.value for field in self.query(ValueField) if field.id != "sign-retype"
        }
        return {**{name: value for name, value in values.items() if value}, "scale": self._scale}

    def state(self) -> FormState:
        """Return what the form says for what is typed now."""
        return form_state(self.typed())

    def show_saved(self) -> None:
        """Say in the line of the time whether what is typed is kept."""
        self._put("#saved", [taken_line(self.draft, self.saved_words(), self._previous_at)])

    def _put(self, where: str, lines: list[Line]) -> None:
        """Draw lines, and lay out again only when their number has changed: a key must cost little."""
        if self._put_already.get(where) == lines:
            return
        is_longer = len(self._put_already.get(where, [])) != len(lines)
        self._put_already[where] = lines
        self.query_one(where, Static).update(content_of(lines), layout=is_longer)

    def _show(self) -> None:
        """Draw everything that follows from what is typed."""
        typed = self.typed()
        state = form_state(typed)
        self._put("#labels", [self._label(code) for code in FIELDS])
        self._put("#side", side_lines(state, typed, self._previous))
        self._put("#total", [total_line(state, self._previous)])
        for code in _REASONED:
            self.query_one(f"#ask-{code}").set_class(state.fields[code].needs_reason, "-asked")
        hints = self._hints(state)
        self._put("#hints", [*hints, *([] for _ in range(_HINTS - len(hints)))])

    def _label(self, code: str) -> Line:
        """Return the name of a field, marked when it is the one in hand."""
        here = code == self._current
        return [
            Piece(" > " if here else "   ", Ink.PLACE),
            cell(nb.text(f"news2.label.{code}"), 15, Ink.STRONG if here else Ink.PLAIN),
        ]

    def _hints(self, state: FormState) -> list[Line]:
        """Return what the score asks for, what is wrong or helps with the field in hand, and the scale."""
        code = self._current
        lines = [*response_lines(state, self.size.width), *self._pressures(state)]
        if code in FIELDS:
            one = state.fields[code]
            if one.refusal:
                lines.append([piece(f"   {fmt.sentence(one.refusal)}", Ink.PERSON)])
            elif one.needs_reason:
                words = nb.text("news2.reason_needed", name=nb.text(f"news2.label.{code}"), value=one.shown)
                lines.append([piece(f"   {words}", Ink.PERSON)])
            else:
                lines.append([piece(f"   {fmt.sentence(hint(code))}", Ink.DIM)])
        return [*lines, [piece("   " + self._scale_words(), Ink.DIM)]]

    def _pressures(self, state: FormState) -> list[Line]:
        """Return a warning when the two pressures cannot belong together."""
        upper, lower = (vitals.parse(code, state.fields[code].shown) for code in ("systolic", "diastolic"))
        if not isinstance(upper, vitals.ParsedValue) or not isinstance(lower, vitals.ParsedValue):
            return []
        if not vitals.pressures_disagree(upper.value, lower.value):
            return []
        return [[piece("   " + nb.text("news2.pressures"), Ink.DANGER)]]

    def _scale_words(self) -> str:
        """Return which scale is used, and by whose decision."""
        decision = self.chart.scale_two
        if decision is None:
            return nb.text("news2.scale_refused")
        at = fmt.moment(decision.decided_at)[:10] if decision.decided_at else nb.text("unknown.time")
        return nb.text(
            "news2.scale_two" if self._scale == "2" else "news2.scale_one", by=decision.decided_by, at=at
        )

    def critical(self) -> str:
        """Return whom to call when the score is critical."""
        total = self.state().score.total
        return nb.text("sign.critical") if total is not None and total >= HIGH_FROM else ""

    def cannot_sign(self) -> str:
        """Return what is missing or unexplained."""
        state = self.state()
        refused = next((one.refusal for one in state.fields.values() if one.refusal), "")
        if refused:
            return refused
        if state.missing:
            names = ", ".join(nb.text(f"news2.name.{code}") for code in state.missing)
            few = nb.text("news2.missing", fields=names)
            return (
                few
                if len(few) <= _MISSING + 10
                else nb.text("news2.missing_values", count=len(state.missing))
            )
        if state.unexplained:
            code = state.unexplained[0]
            return nb.text(
                "news2.reason_needed", name=nb.text(f"news2.name.{code}"), value=state.fields[code].shown
            )
        return ""

    @on(ValueField.Changed)
    def take_up(self, event: ValueField.Changed) -> None:
        """Draw what follows, and save it after a pause."""
        if event.field.id != "sign-retype":
            self._show()
            self.touched()

    @on(ValueField.Submitted)
    def save_on_enter(self, event: ValueField.Submitted) -> None:
        """Save when a field is done."""
        if event.field.id != "sign-retype":
            self.save_soon()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Mark the field in hand."""
        self._current = event.widget.id or ""
        self._show()

    def action_field_previous(self) -> None:
        """Go back one field."""
        self.focus_previous()

    def action_spo2_scale(self) -> None:
        """Change the scale, where a physician has decided that scale 2 may be used."""
        if self.chart.scale_two is None:
            self.tell(nb.text("news2.scale_refused"))
            return
        self._scale = "1" if self._scale == "2" else "2"
        self.tell(nb.text("news2.scale_set", scale=self._scale))
        self._show()
        self.touched()

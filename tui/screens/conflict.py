"""Avgjør konflikt: field by field mine, the journal's, both, or mine as a note; then one signature. Nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Static

from services.kept_place import PlaceName, Step
from services.trouble import Trouble, TroubleCode
from tui.actions import bindings_for
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, content_of, line, piece, segments, visible
from tui.widgets.conflict_line import (
    BOTH,
    MINE,
    NOTE,
    THEIRS,
    ConflictRow,
    conflict_columns,
    conflict_detail,
    conflict_head,
    conflict_line,
)
from tui.widgets.dock_bar import Asked, DockBar
from tui.widgets.key_line import KeyLine
from tui.widgets.patient_banner import PatientBanner
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.segment import Segment
    from textual.app import ComposeResult

    from services.outbox_views import ConflictField, ConflictView
    from services.views import Chart
    from tui.screens.desk import Desk

_SUMMED = 6
_DIGITS = 5


def still_holding(
    before: Sequence[ConflictRow], after: ConflictView
) -> tuple[tuple[ConflictRow, ...], list[str]]:
    """Return the rows of a newer view with the choices that still hold, and the names of the fields to look at again.

    A choice holds where what it was made between is as it was.
    """
    known = {row.field.path: row for row in before}
    rows: list[ConflictRow] = []
    again: list[str] = []
    for field in after.fields:
        old = known.get(field.path)
        is_same = old is not None and (old.field.mine, old.field.theirs) == (field.mine, field.theirs)
        rows.append(ConflictRow(field, old.choice if old and is_same else ""))
        if not is_same:
            again.append(rows[-1].name)
    return tuple(rows), again


def _between(field: ConflictField, choice: str) -> str:
    return "\n".join((choice, repr(field.mine), repr(field.theirs)))


def _chosen(field: ConflictField, before: Step | None) -> str:
    """Return what had been chosen for a field before a lock, if it was between the same two, and may still be."""
    kept = before.typed.get(field.path, "") if before is not None else ""
    choice = kept.partition("\n")[0]
    holds = kept == _between(field, choice) and (choice != BOTH or field.can_both)
    return choice if kept and holds else ""


class ConflictScreen(Place):
    """One conflict of one patient. What is chosen is kept while the journal's version may change under it."""

    PLACE = "conflict.place"
    SCOPES = ("conflict", "back")
    BINDINGS: ClassVar = bindings_for("conflict", "back")
    CSS = """
    ConflictScreen #head { height: auto; margin-bottom: 1; }
    ConflictScreen #columns { height: 2; }
    ConflictScreen #hint { height: auto; }
    """

    def __init__(self, desk: Desk, chart: Chart, view: ConflictView, before: Step | None = None) -> None:
        """Take the desk, the patient and the conflict, and what had been chosen before a lock."""
        super().__init__(desk)
        self.chart = chart
        self.view = view
        self.rows = tuple(ConflictRow(field, _chosen(field, before)) for field in view.fields)
        self._keeps_note = before is not None and before.kind == NOTE and bool(view.my_text)
        self._is_settling = False

    # --- layout

    def compose_body(self) -> ComposeResult:
        """Lay out banner, what it is about, the fields and what to do."""
        yield PatientBanner()
        yield Static(id="head", markup=False)
        yield Static(id="columns", markup=False)
        yield RowList[ConflictRow](self._draw, detail=self._detail)
        yield Static(id="hint", markup=False)

    def compose_dock(self) -> ComposeResult:
        """Lay out the signing, closed."""
        yield DockBar()

    def _draw(self, row: ConflictRow, width: int, _selected: bool) -> Iterable[Segment]:  # noqa: FBT001  RowList's
        return segments(conflict_line(row, width))

    def _detail(self, row: ConflictRow, width: int) -> Sequence[Sequence[Segment]]:
        return [segments(one) for one in conflict_detail(row, width)]

    def load(self) -> None:
        """Show the conflict, on the first field that asks."""
        self.query_one(PatientBanner).show_patient(self.chart.banner)
        self.query_one(RowList).focus()
        asked = [i for i, row in enumerate(self.rows) if row.field.asked]
        first = next((i for i in asked if not self.rows[i].choice), asked[0] if asked else 0)
        self._show(first)

    def step(self) -> Step:
        """Return what is chosen, each with what it was chosen between: it holds only while that stands."""
        visit = self.chart.visit.visit_id if self.chart.visit else ""
        chosen = {row.field.path: _between(row.field, row.choice) for row in self.rows if row.choice}
        kind = NOTE if self._keeps_note else ""
        return Step(
            PlaceName.CONFLICT,
            self.view.patient_id,
            visit,
            entry_id=self.view.entry_id,
            kind=kind,
            typed=chosen,
        )

    def on_resize(self) -> None:
        """Lay out anew for another width."""
        self.call_after_refresh(partial(self._show, None))

    def _show(self, index: int | None) -> None:
        """Draw everything from what is at hand."""
        width = self.size.width
        self.query_one("#head", Static).update(content_of(conflict_head(self.view, width)))
        columns = conflict_columns(self.view, self.day.status().clinician, width)
        self.query_one("#columns", Static).update(content_of(columns))
        self.query_one(RowList).set_items(self.rows, index=index)
        hint = [line(" ", Piece(part, Ink.DIM)) for part in fmt.wrap(self._hint(), width - 2)]
        kept = [line(" ", piece(part)) for part in self._note_lines(width)]
        self.query_one("#hint", Static).update(content_of([*kept, *hint]))
        self.query_one(KeyLine).show_truth()

    def _hint(self) -> str:
        """Return what there is to do."""
        if not self.rows:
            return nb.text("conflict.gone")
        return nb.text("conflict.proposal" if self.view.has_proposal else "conflict.choose")

    def _note_lines(self, width: int) -> list[str]:
        """Return what a note would keep, where nothing else can be chosen."""
        if self.rows:
            return []
        said = [part for text in self.view.my_text for part in fmt.wrap(visible(text), width - 4)]
        return [*said, nb.text("conflict.note_kept" if self._keeps_note else "conflict.note_off"), ""]

    # --- a newer version while one chooses

    def reload(self) -> None:
        """Read the conflict again: the journal may have changed once more."""
        if not self._is_settling:
            self.start(self._read, "conflict")

    async def _read(self) -> None:
        """Keep the choices that still hold; what changed is asked again, and said (fault M7)."""
        try:
            view = await self.day.conflict(self.view.entry_id)
        except Trouble as trouble:
            if trouble.code is not TroubleCode.NOT_WAITING:
                raise
            if self.is_attached and not self._is_settling:
                self._leave(nb.text("conflict.over"))
            return
        if not self.is_attached or self._is_settling or view == self.view:
            return
        self.rows, again = still_holding(self.rows, view)
        self.view = view
        self.query_one(DockBar).shut()
        self._show(None)
        if again:
            self.tell(nb.text("conflict.changed", fields=", ".join(again)), is_critical=True)

    # --- choosing

    @property
    def row(self) -> ConflictRow | None:
        """Return the chosen field."""
        item = self.query_one(RowList).item
        return item if isinstance(item, ConflictRow) else None

    @property
    def _asks_whole(self) -> bool:
        return any(row.field.asked and not row.field.path for row in self.rows)

    def why_not_choose(self) -> str:
        """Return why nothing can be chosen for this field, or nothing."""
        row = self.row
        if row is None:
            return nb.text("conflict.gone")
        if row.field.kind == "same":
            return nb.text("conflict.by_rule.same")
        return nb.text("conflict.left", fields=nb.text("conflict.whole")) if self._beside_whole(row) else ""

    def _beside_whole(self, row: ConflictRow) -> bool:
        """Tell whether the field only shows what the whole is made of."""
        return self._asks_whole and bool(row.field.path)

    def why_not_mine(self) -> str:
        """Return why mine cannot stand, or nothing."""
        why = self.why_not_choose()
        row = self.row
        is_filed = self.view.policy == "append-only" and row is not None and bool(row.field.base)
        return why or (nb.text("conflict.cannot_mine") if is_filed and self._asks_whole else "")

    def why_not_both(self) -> str:
        """Return why both cannot stand, or nothing."""
        can = self.row is not None and self.row.field.can_both
        return self.why_not_choose() or ("" if can else nb.text("conflict.cannot_both"))

    def why_not_note(self) -> str:
        """Return why there is nothing to keep in a note, or nothing."""
        row = self.row
        if row is None:
            return "" if self.view.my_text else nb.text("conflict.nothing_mine")
        return self.why_not_choose() or ("" if row.field.mine else nb.text("conflict.nothing_mine"))

    def why_not_sign(self) -> str:
        """Return which fields nobody has chosen for, or nothing."""
        left = [row.name for row in self.rows if row.field.asked and not row.choice]
        return nb.text("conflict.left", fields=", ".join(left)) if left else ""

    def action_choice_mine(self) -> None:
        """Let mine stand."""
        self._choose(MINE)

    def action_choice_theirs(self) -> None:
        """Let the journal's stand."""
        self._choose(THEIRS)

    def action_choice_both(self) -> None:
        """Let both stand."""
        self._choose(BOTH)

    def action_choice_note(self) -> None:
        """Let the journal's stand and keep mine in a note."""
        if self.rows:
            self._choose(NOTE)
        else:
            self._keeps_note = not self._keeps_note
            self._show(None)

    def _choose(self, choice: str) -> None:
        """Choose, and go on to the next field that nobody has chosen for: these are rows, not text that is typed."""
        index = self.query_one(RowList).index
        self.rows = tuple(
            replace(row, choice=choice) if i == index else row for i, row in enumerate(self.rows)
        )
        order = [*range(index + 1, len(self.rows)), *range(index)]
        open_ = [i for i in order if self.rows[i].field.asked and not self.rows[i].choice]
        self._show(open_[0] if open_ else index)

    # --- signing

    def action_conflict_sign(self) -> None:
        """Sum the decision up; Enter signs it, after the digits where mine is to stand (UX-06)."""
        asked = (Asked(nb.text("conflict.digits"), _DIGITS),) if self._wants_digits() else ()
        self.query_one(DockBar).open("settle", content_of(self._summary()), *asked, scope="signing")

    def _wants_digits(self) -> bool:
        has_number = bool(self.chart.banner.identity_number)
        overrides = any(row.choice in (MINE, BOTH) for row in self.rows)
        return self.view.retype_digits or (has_number and overrides)

    def _summary(self) -> list[Line]:
        """Return what is signed, for whom, by whom."""
        banner = self.chart.banner
        born = nb.text("sign.born", year=banner.birth_date.year) if banner.birth_date else ""
        who = f"{fmt.name(banner.family, banner.given)}{born}"
        lines = [line(piece(nb.text("conflict.sign", title=self.view.title), Ink.STRONG))]
        chosen = [row for row in self.rows if row.choice]
        for row in chosen[:_SUMMED]:
            said = nb.text("conflict.sum", field=row.name, choice=nb.text(f"conflict.chosen.{row.choice}"))
            lines.append(line(" " * 8, piece(said)))
        if len(chosen) > _SUMMED:
            lines.append(line(" " * 8, piece(nb.text("outbox.missing_more", n=len(chosen) - _SUMMED))))
        if self._keeps_note:
            lines.append(line(" " * 8, piece(nb.text("conflict.note_kept"))))
        return [*lines, line(" " * 8, piece(who, Ink.STRONG), piece(f"   {self.day.status().clinician}"))]

    @on(DockBar.Confirmed)
    def settle(self, event: DockBar.Confirmed) -> None:
        """Sign, once."""
        if not self._is_settling:
            self._is_settling = True
            self.start_holding(partial(self._settle, "".join(event.typed)), "settle")

    async def _settle(self, retyped: str) -> None:
        """Sign the decision in one commit; only then say so, in the outbox."""
        choices = {row.field.path: row.choice for row in self.rows if row.choice}
        is_sent = not self.rows or any(row.stands in (MINE, BOTH) for row in self.rows)
        try:
            await self.day.settle(self.view.entry_id, choices, note=self._keeps_note, retyped=retyped)
        except Trouble:
            self._is_settling = False
            self.query_one(DockBar).begin_again()
            raise
        self._leave(nb.text("conflict.done" if is_sent and self.rows else "conflict.done_theirs"))

    def _leave(self, words: str) -> None:
        """Go back and say what was done."""
        if self.is_current:
            self.app.pop_screen()
            self.feltjournal.say(words)

    def action_place_back(self) -> None:
        """Back to the outbox; nothing is decided."""
        self.app.pop_screen()

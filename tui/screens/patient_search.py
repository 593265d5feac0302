"""Søk i journalen: a patient who is not on the list, found by number, name or birth date, with the network."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widgets import Static

from services.access_views import Approach
from services.kept_place import PlaceName, Step
from services.trouble import Trouble
from tui.actions import bindings_for
from tui.screens.match import agrees_line, identity_line
from tui.screens.place import Place
from tui.screens.strangers import born
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, content, content_of, line, piece, segments
from tui.widgets.key_line import KeyLine
from tui.widgets.row_list import RowList
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.segment import Segment
    from textual.app import ComposeResult

    from services.outbox_views import Candidate
    from tui.screens.desk import Desk

FIELDS = (("number", 12), ("name", 40), ("birth_date", 11))
_DIGITS = 11
"""Of an identity number."""


class PatientSearchScreen(Place):
    """What is looked for above, who was found below. Nobody is opened before there is a reason in the log."""

    PLACE = "search.place"
    SCOPES = ("fields", "search", "back")
    BINDINGS: ClassVar = bindings_for("search", "back")
    CSS = """
    PatientSearchScreen #about { height: auto; margin-bottom: 1; }
    PatientSearchScreen .row { height: 1; }
    PatientSearchScreen .label { width: 20; }
    PatientSearchScreen #hint { height: auto; margin: 1 0; }
    """

    def __init__(self, desk: Desk, typed: Mapping[str, str] | None = None) -> None:
        """Take the desk, and what had been typed before a lock; it is asked for by the key alone."""
        super().__init__(desk)
        self._typed = typed or {}
        self._is_opening = False

    def compose_body(self) -> ComposeResult:
        """Lay out the fields, what to do, and the list."""
        yield Static(id="about", markup=False)
        for name, cells in FIELDS:
            with Horizontal(classes="row"):
                words = line("   ", piece(nb.text(f"search.{name}"), Ink.DIM))
                yield Static(content(words), classes="label", markup=False)
                yield ValueField(name, self._typed.get(name, ""), cells=cells, id=f"search-{name}")
        yield Static(id="hint", markup=False)
        yield RowList["Candidate"](self._draw, detail=self._detail)

    def _draw(self, row: Candidate, _width: int, _selected: bool) -> Iterable[Segment]:  # noqa: FBT001  RowList's
        return segments(identity_line(row))

    def _detail(self, row: Candidate, _width: int) -> Sequence[Sequence[Segment]]:
        return [segments(agrees_line(row))]

    def load(self) -> None:
        """Begin in the first field."""
        about = [line(" ", piece(part)) for part in fmt.wrap(nb.text("search.about"), self.size.width - 2)]
        self.query_one("#about", Static).update(content_of(about))
        self.query_one(RowList).can_focus = False
        self._field("number").focus()

    def step(self) -> Step | None:
        """Return what is typed; who was found is asked for anew."""
        typed = {name: value for name, _ in FIELDS if (value := self._field(name).value)}
        return Step(PlaceName.SEARCH, field=self.focus_name, typed=typed) if typed else None

    def _field(self, name: str) -> ValueField:
        return self.query_one(f"#search-{name}", ValueField)

    @on(ValueField.Submitted, "#search-number")
    def number_given(self) -> None:
        """Ask at once when the number is whole, as from a scanner; a name that was typed here goes where names go."""
        typed, name = self._field("number").value.strip(), self._field("name")
        if any(one.isalpha() for one in typed) and not name.value:
            name.value = typed
            self._field("number").value = ""
        elif sum(one.isdigit() for one in typed) == _DIGITS:
            self.action_patients_ask()

    @on(ValueField.Submitted, "#search-birth_date")
    def date_given(self) -> None:
        """Enter in the last field asks."""
        self.action_patients_ask()

    def action_patients_ask(self) -> None:
        """Ask the journal; what cannot be asked for is said first."""
        typed = {name: self._field(name).value.strip() for name, _ in FIELDS}
        birth_date = born(typed["birth_date"])
        if not (typed["name"] or typed["number"]):
            self.tell(nb.text("search.needs"))
        elif birth_date is None:
            self.tell(nb.text("search.bad_date"))
        else:
            number = typed["number"].replace(" ", "")
            self._show((), "search.asking")
            self.start(partial(self._ask, typed["name"], number, birth_date), "ask")

    async def _ask(self, name: str, number: str, birth_date: str) -> None:
        try:
            found = await self.day.search_patients(name=name, number=number, birth_date=birth_date)
        except Trouble:
            self._show((), "")
            raise
        hint = "search.more" if found.is_more else "search.found" if found.rows else "search.none"
        self._show(found.rows, hint)

    def _show(self, found: Sequence[Candidate], hint: str) -> None:
        if not self.is_attached:
            return
        said = fmt.wrap(nb.text(hint), self.size.width - 2) if hint else []
        self.query_one("#hint", Static).update(content_of([line(" ", piece(part, Ink.DIM)) for part in said]))
        rows = self.query_one(RowList)
        rows.can_focus = bool(found)
        rows.set_items(found)
        if found:
            rows.focus()
        self.query_one(KeyLine).show_truth()

    @property
    def candidate(self) -> Candidate | None:
        """Return the chosen one."""
        return self.query_one(RowList).item

    def why_not_choose(self) -> str:
        """Return why nobody can be chosen, or nothing."""
        return "" if self.candidate is not None else nb.text("search.no_selection")

    @on(RowList.Chosen)
    def choose(self) -> None:
        """Open the chosen one."""
        self.action_found_choose()

    def action_found_choose(self) -> None:
        """Ask on what ground the patient may be opened, and go on from there."""
        row = self.candidate
        if row is not None and not self._is_opening:
            self._is_opening = True
            self.tell(nb.text("search.opening"))
            self.start(partial(self._open, row), "open")

    async def _open(self, row: Candidate) -> None:
        from tui.screens.emergency import EmergencyScreen
        from tui.screens.patient import PatientScreen

        try:
            approach = await self.day.approach(row.patient_id)
        finally:
            self._is_opening = False
        if not self.is_current:
            return
        if approach is Approach.OPEN:
            self.app.switch_screen(PatientScreen(self.desk, row.patient_id, ""))
        else:
            self.app.switch_screen(EmergencyScreen(self.desk, row))

    def action_place_back(self) -> None:
        """Back to the round; nobody was opened."""
        self.app.pop_screen()

"""Nødtilgang: why this patient must be opened now, in a code and in words, and for how long; logged before anything is shown."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.widgets import Static

from services.access_views import REASONS
from services.kept_place import PlaceName, Step
from services.outbox_views import Candidate
from tui.actions import bindings_for
from tui.screens.match import identity_line
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, content, content_of, line, piece
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from tui.screens.desk import Desk

FIELDS = (("code", 2, ""), ("words", 56, ""), ("hours", 2, "2"))
_WHO, _NUMBER, _BORN = "who", "number", "born"


def patient_of(step: Step) -> Candidate:
    """Return whom a form was about before a lock; where they live is not kept."""
    born = step.typed.get(_BORN, "")
    return Candidate(
        step.patient_id,
        step.typed.get(_WHO, ""),
        step.typed.get(_NUMBER, ""),
        date.fromisoformat(born) if born else None,
        "",
        (),
    )


class EmergencyScreen(Place):
    """Who it is above, the reason below. Esc leaves with nothing opened and nothing logged but the search."""

    PLACE = "emergency.place"
    SCOPES = ("fields", "emergency", "back")
    BINDINGS: ClassVar = bindings_for("emergency", "back")
    CSS = """
    EmergencyScreen #body { border: heavy $error; }
    EmergencyScreen #who { height: auto; margin-bottom: 1; }
    EmergencyScreen #about { height: auto; margin-bottom: 1; }
    EmergencyScreen #reasons { height: auto; margin-bottom: 1; }
    EmergencyScreen .row { height: 1; }
    EmergencyScreen .label { width: 14; }
    """

    def __init__(self, desk: Desk, patient: Candidate, typed: Mapping[str, str] | None = None) -> None:
        """Take the desk, whom it is about, and what had been typed before a lock."""
        super().__init__(desk)
        self._typed = typed or {}
        self._patient = patient
        self._is_opening = False

    def compose_body(self) -> ComposeResult:
        """Lay out who it is, what it means, the reasons and the fields."""
        yield Static(content(identity_line(self._patient)), id="who", markup=False)
        yield Static(id="about", markup=False)
        reasons = [line("   ", piece(nb.text(f"emergency.{code}"))) for code in REASONS]
        yield Static(content_of(reasons), id="reasons", markup=False)
        for name, cells, value in FIELDS:
            with Horizontal(classes="row"):
                words = line("   ", piece(nb.text(f"emergency.{name}"), Ink.DIM))
                yield Static(content(words), classes="label", markup=False)
                yield ValueField(name, self._typed.get(name, value), cells=cells, id=f"emergency-{name}")

    def load(self) -> None:
        """Begin at the reason."""
        said = fmt.wrap(nb.text("emergency.about"), self.size.width - 5)
        about = [line(" ", piece(part, Ink.PERSON)) for part in said]
        self.query_one("#about", Static).update(content_of(about))
        self._field("code").focus()

    def step(self) -> Step:
        """Return whom it is about and what is typed: nothing is logged or opened before it is whole."""
        who = self._patient
        born = who.birth_date.isoformat() if who.birth_date else ""
        typed = {name: self._field(name).value for name, _, _ in FIELDS}
        named = {_WHO: who.name, _NUMBER: who.identity_number, _BORN: born}
        return Step(PlaceName.EMERGENCY, who.patient_id, field=self.focus_name, typed={**typed, **named})

    def _field(self, name: str) -> ValueField:
        return self.query_one(f"#emergency-{name}", ValueField)

    def action_emergency_begin(self) -> None:
        """Log the reason and open the patient, once."""
        if self._is_opening:
            return
        code, words, hours = (self._field(name).value.strip() for name, _, _ in FIELDS)
        chosen = REASONS[int(code) - 1] if code in {"1", "2", "3", "4"} else ""
        self._is_opening = True
        self.tell(nb.text("emergency.opening"))
        self.start(partial(self._open, chosen, words, int(hours) if hours.isdecimal() else 0), "open")

    async def _open(self, code: str, words: str, hours: int) -> None:
        from tui.screens.patient import PatientScreen

        try:
            await self.day.open_emergency(self._patient.patient_id, code, words, hours)
        finally:
            self._is_opening = False
        if self.is_current:
            self.app.switch_screen(PatientScreen(self.desk, self._patient.patient_id, ""))

    def action_place_back(self) -> None:
        """Back to the round; nothing was opened."""
        self.app.pop_screen()

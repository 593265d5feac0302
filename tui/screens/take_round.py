"""Ta med runden: what comes down, patient by patient, komplett or what is missing, and the counts in the open."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Static

from tui.actions import bindings_for
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, cell, content_of, line, piece
from tui.widgets.line_pane import LinePane
from tui.widgets.visit_line import counts_line

if TYPE_CHECKING:
    from datetime import datetime

    from textual.app import ComposeResult

    from services.views import RoundProgress, RoundView
    from tui.screens.desk import Desk


def progress_line(number: int, step: RoundProgress, at: datetime, width: int) -> Line:
    """Return how one patient went."""
    name = step.name or nb.text("take.patient", number=number)
    if step.complete:
        told, ink = nb.text("take.whole"), Ink.PLAIN
    else:
        parts = ", ".join(nb.text_or_itself("part", part) for part in step.missing)
        told, ink = nb.text("take.missing", parts=parts), Ink.PERSON
    mark = " " if step.complete else "▲"
    room = max(10, width - 44)
    return line(
        " ", cell(f"{number}", 3, Ink.DIM, at_right=True), "  ", cell(name, 26, Ink.STRONG), piece(f" {mark} ", ink),
        cell(told, room, ink), cell(nb.text("take.as_of", at=fmt.clock(at)), 9, Ink.DIM),
    )  # fmt: skip


class TakeRoundScreen(Place):
    """Runs the fetching and shows it as it goes; Esc leaves it running no longer."""

    PLACE = "take.place"
    SCOPES = ("take", "back")
    BINDINGS: ClassVar = bindings_for("take", "back")
    CSS = """
    TakeRoundScreen #told { height: auto; padding: 0 0 1 0; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._steps: list[tuple[RoundProgress, datetime]] = []
        self._names: dict[str, str] = {}
        self._view: RoundView | None = None
        self._is_running = True

    def compose_body(self) -> ComposeResult:
        """Lay out the summary over the patients."""
        yield Static(id="told", markup=False)
        yield LinePane()

    def load(self) -> None:
        """Begin at once."""
        self._tell([line(" ", piece(nb.text("take.waiting"), Ink.DIM))])
        self.query_one(LinePane).focus()
        self.start(self._take, "take")

    async def _take(self) -> None:
        """Fetch; every patient gets a line as it is finished."""
        try:
            self._view = await self.day.take_round(self._progressed)
        except BaseException:
            self._is_running = False
            if self.is_attached:
                self._tell([line(" ", piece(nb.text("take.stopped"), Ink.PERSON))])
            raise
        self._is_running = False
        self._names = {row.patient_id: fmt.name(row.family, row.given) for row in self._view.visits}
        self._show_lines()
        self._tell(self._summary(self._view))

    def _progressed(self, step: RoundProgress) -> None:
        """Take up one step."""
        if not self.is_attached:
            return
        self._tell([line(" ", piece(nb.text("take.progress", done=step.done, total=step.total)))])
        if step.patient_id:
            self._steps.append((step, self.now()))
            self._show_lines()

    def _show_lines(self) -> None:
        """Draw the patients so far."""

        def draw(width: int) -> list[Line]:
            named = [(self._named(step), at) for step, at in self._steps]
            return [progress_line(index + 1, step, at, width) for index, (step, at) in enumerate(named)]

        self.query_one(LinePane).show_lines(draw, stay=True)

    def _named(self, step: RoundProgress) -> RoundProgress:
        """Return the step with the patient's name, once it is known."""
        from dataclasses import replace

        return replace(step, name=step.name or self._names.get(step.patient_id, ""))

    def _summary(self, view: RoundView) -> list[Line]:
        """Return the counts, and whether everything came."""
        partial = sum(not step.complete for step, _ in self._steps)
        if partial or not view.complete:
            words = nb.text("take.done_partial", partial=partial, total=len(self._steps))
            told = piece(words, Ink.PERSON)
        else:
            told = piece(nb.text("take.done_whole", at=fmt.fresh(view.as_of, self.now())))
        return [counts_line(view), line(" ", told, piece(" " + nb.text("take.go_on"), Ink.DIM))]

    def _tell(self, lines: list[Line]) -> None:
        """Show the summary."""
        self.query_one("#told", Static).update(content_of(lines))

    def action_round_go_on(self) -> None:
        """Show the round, once it is here."""
        if self._is_running:
            self.tell(nb.text("take.still"))
            return
        self.action_place_back()

    def action_place_back(self) -> None:
        """Back to the round; what came down is kept."""
        self.workers.cancel_group(self, "take")
        self.app.pop_screen()

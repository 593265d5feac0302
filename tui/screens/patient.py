"""The patient: the banner always, and six places chosen by number."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Static

from offline_cache.states import EntryKind
from services.access_views import HIDDEN
from services.trouble import Trouble
from tui.actions import bindings_for
from tui.clipboard import LONGEST
from tui.screens import patient_pages, vitals_page
from tui.screens.opening_entry import open_entry
from tui.screens.task_keeping import TaskKeeping, new_task_list
from tui.text import format as fmt
from tui.text import nb
from tui.text.copying import copyable
from tui.text.ink import Ink, Line, Piece, content_of, line, piece, visible
from tui.why_not import online_only
from tui.widgets.dock_bar import DockBar
from tui.widgets.line_pane import LinePane
from tui.widgets.news_lines import merged
from tui.widgets.patient_banner import PatientBanner

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from services.kept_place import Step
    from services.views import Chart, Draft, NewsRow
    from tui.screens.desk import Desk

PAGES = (1, 2, 3, 4, 5, 6)


def tab_line(page: int) -> Line:
    """Return the names of the places, the present one in reverse."""
    pieces: Line = [Piece(" ")]
    for number in PAGES:
        words = f"{number} {nb.text(f'tab.{number}')}"
        pieces += [Piece(f"›{words}", Ink.SELECTED) if number == page else Piece(f" {words}"), Piece(" ")]
    return pieces


class PatientScreen(TaskKeeping):
    """One patient, from opening to leaving: what arrives late for another patient is dropped."""

    PLACE = "patient.place"
    SCOPES = ("patient", "outbox-link", "pages", "tasks", "back")
    BINDINGS: ClassVar = bindings_for("patient", "outbox-link", "pages", "tasks", "back")
    CSS = """
    PatientScreen #tabs { height: 1; margin-bottom: 1; }
    """

    def __init__(
        self, desk: Desk, patient_id: str, visit_id: str, page: int = 1, before: Step | None = None
    ) -> None:
        """Take the desk, who it is and which page, and what was being typed before a lock."""
        super().__init__(desk)
        self._before = before
        self.patient_id = patient_id
        self.visit_id = visit_id
        self.page = page
        self._chart: Chart | None = None
        self._drafts: list[Draft] = []
        self._news: tuple[NewsRow, ...] = ()
        self._unseen: tuple[NewsRow, ...] = ()

    def compose_body(self) -> ComposeResult:
        """Lay out banner, places and page."""
        yield PatientBanner()
        yield Static(id="tabs", markup=False)
        yield new_task_list()
        yield LinePane()

    def compose_dock(self) -> ComposeResult:
        """Lay out the signing of a task, closed."""
        yield DockBar()

    @property
    def about(self) -> str:
        """Return whose screen it is."""
        return self.patient_id

    @property
    def chart(self) -> Chart | None:
        """Return the chart in sight."""
        return self._chart

    def step(self) -> Step:
        """Return whose chart is open, the page, and what is being typed there."""
        return self._typed_reason()

    def load(self) -> None:
        """Open the chart; keys wait for it, so that `v` straight after Enter finds the patient."""
        self._show_tabs()
        self.query_one(LinePane).focus()
        self.start_holding(partial(self._read, stay=False), "chart")

    def reload(self) -> None:
        """Read again what is in sight."""
        if self._chart is not None:
            self.start(partial(self._read, stay=True), "chart")

    async def _read(self, *, stay: bool) -> None:
        """Show the chart, if it is still this patient's screen and this patient's chart."""
        try:
            chart = await self.day.chart(self.patient_id, self.visit_id, again=stay)
            drafts = await self.day.drafts(self.patient_id)
        except Trouble:
            self._hide()
            raise
        if not self.is_attached or chart.banner.patient_id != self.patient_id:
            return
        if not self.visit_id and chart.visit is not None:
            self.visit_id = (
                chart.visit.visit_id
            )  # found by a search: what is written is of the visit that is shown
        self._news, self._unseen = merged(self._news, chart.news), chart.news
        self._chart, self._drafts = replace(chart, news=self._news), drafts
        banner = self.query_one(PatientBanner)
        banner.show_patient(chart.banner)
        banner.display = True
        self._show_page(stay=stay)
        before, self._before = self._before, None
        if before is not None:
            self._go_on_typing(before)
        self.call_after_refresh(self._look_at_news)

    def _look_at_news(self) -> None:
        """Take note of news that have been on the screen."""
        if self.is_attached and self.is_current and self._has_seen_news():
            self.start(self._note_seen, "news", is_exclusive=False)

    def _has_seen_news(self) -> bool:
        """Tell whether all that is new has been drawn; what is hidden below was not seen."""
        chart = self._chart
        if chart is None or self.page != 1 or not self._unseen:
            return False
        pane = self.query_one(LinePane)
        return pane.has_shown(*patient_pages.news_span(chart, self._drafts, pane.size.width))

    async def _note_seen(self) -> None:
        unseen, self._unseen = self._unseen, ()
        if unseen and not self.day.status().only_reads:
            await self.day.changes_seen(self.patient_id, unseen[0].sequence)

    async def _leave(self) -> None:
        await self._note_seen()
        self.app.pop_screen()

    def _hide(self) -> None:
        """Show nothing of a patient whose opening could not be logged, or whose time is up."""
        if self.is_attached:
            self._chart = None
            self.query_one(PatientBanner).display = False
            self.query_one(DockBar).shut()
            self.show_tasks()
            self.query_one(LinePane).show_lines(
                lambda _width: [line(" ", piece(nb.text("patient.not_shown"), Ink.DIM))]
            )

    def _show_tabs(self) -> None:
        """Draw the names of the places."""
        self.query_one("#tabs", Static).update(content_of([tab_line(self.page)]))

    def _show_page(self, *, stay: bool = False) -> None:
        """Draw the page."""
        self._show_tabs()
        if self._chart is not None:
            self.show_tasks()
            self.query_one(LinePane).show_lines(self._lines, stay=stay)

    def _lines(self, width: int) -> list[Line]:
        """Return the lines of the present place."""
        chart, now = self._chart, self.now()
        if chart is None:
            return []
        if self.page == 1:
            return patient_pages.front_page(chart, self._drafts, width, now)
        draw = {
            2: patient_pages.medicine_page,
            3: vitals_page.vitals_page,
            4: patient_pages.note_page,
            5: patient_pages.plan_page,
            6: patient_pages.critical_page,
        }[self.page]
        return draw(chart, width, now)

    def _turn_to(self, page: int) -> None:
        """Go to another place."""
        self._look_at_news()
        self.page = page
        self._show_page()
        self.call_after_refresh(self._look_at_news)

    def action_page_front(self) -> None:
        """Go to the cover sheet."""
        self._turn_to(1)

    def action_page_medicines(self) -> None:
        """Go to the medicines."""
        self._turn_to(2)

    def action_medicines_show(self) -> None:
        """Go to the medicines."""
        self._turn_to(2)

    def action_page_vitals(self) -> None:
        """Go to the measurements."""
        self._turn_to(3)

    def action_page_notes(self) -> None:
        """Go to the notes."""
        self._turn_to(4)

    def action_page_plan(self) -> None:
        """Go to the care plan."""
        self._turn_to(5)

    def action_page_critical(self) -> None:
        """Go to the critical information."""
        self._turn_to(6)

    def action_vitals_record(self) -> None:
        """Record NEWS2."""
        self.start_holding(partial(open_entry, self, EntryKind.NEWS2, self.patient_id, self.visit_id), "open")

    def action_note_write(self) -> None:
        """Write a note."""
        self.start_holding(partial(open_entry, self, EntryKind.NOTE, self.patient_id, self.visit_id), "open")

    def why_not_address(self) -> str:
        """Return why there is no hidden address to show, or nothing."""
        if self._chart is None or self._chart.address != HIDDEN:
            return nb.text("address.not_hidden")
        return online_only(self)

    def action_address_show(self) -> None:
        """Show a hidden address on the message line, until the next key; that it was shown is in the log."""
        self.start(self._show_address, "address")

    async def _show_address(self) -> None:
        address = await self.day.show_address(self.patient_id)
        if self.is_current:
            self.tell(visible(address))

    def why_not_copy(self) -> str:
        """Return why nothing of this page can be copied, or nothing."""
        if not self.day.may_copy:
            return nb.text("copy.off")
        found = copyable(self._chart, self.page) if self._chart is not None else None
        if found is None:
            return nb.text("copy.nothing")
        return nb.text("copy.too_long") if len(found.text) > LONGEST else ""

    def action_field_copy(self) -> None:
        """Hand what is marked on this page to the clipboard; the log's row comes first."""
        self.start(self._copy, "copy")

    async def _copy(self) -> None:
        found = copyable(self._chart, self.page) if self._chart is not None else None
        if found is None:
            return
        await self.day.note_copied(self.patient_id, found.what, len(found.text))
        if self.is_current and self.feltjournal.lay_on_clipboard(found.text):
            at = fmt.clock_exact(self.feltjournal.copied.ends_at)
            self.tell(nb.text("copy.done", n=len(found.text), at=at))

    def action_outbox_show(self) -> None:
        """Open the outbox."""
        from tui.screens.outbox import OutboxScreen

        self.app.push_screen(OutboxScreen(self.desk))

    def action_place_back(self) -> None:
        """Back to the round."""
        if self._has_seen_news():
            self.start_holding(self._leave, "leave")
        else:
            self.app.pop_screen()

"""Runden: the visits of the shift, the counts in the open, and the chosen visit in full under the list or beside it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Container, Vertical
from textual.widgets import Static

from offline_cache.states import EntryKind
from services.kept_place import PlaceName, Step
from services.views import VisitRow, VisitStatus
from tui.actions import bindings_for
from tui.resuming import go_back_to
from tui.screens.opening_entry import open_entry
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, content, content_of, line, piece, segments, visible
from tui.text.lease_notices import lease_notices
from tui.text.nb_notices import notice_words
from tui.widgets.frame_line import FrameLine
from tui.widgets.key_line import KeyLine
from tui.widgets.row_list import RowList
from tui.widgets.visit_detail import VisitDetail
from tui.widgets.visit_line import alert_line, counts_line, round_heading, visit_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.segment import Segment
    from textual.app import ComposeResult

    from services.outbox_views import SafetyNoticeRow
    from services.views import RoundView
    from tui.screens.desk import Desk

WIDE = 120
"""From this width on the list keeps 80 cells at the left and the detail opens beside it."""

_OVER = frozenset({VisitStatus.DONE, VisitStatus.CANCELLED, VisitStatus.MOVED, VisitStatus.NOT_HOME})
"""States of a visit that nobody goes to any more."""


class RoundScreen(Place):
    """The first place of the day."""

    PLACE = "round.place_empty"
    SCOPES = ("round", "patient", "outbox-link", "report-link")
    BINDINGS: ClassVar = bindings_for("round", "patient", "outbox-link", "report-link")
    CSS = """
    RoundScreen #counts { height: auto; }
    RoundScreen #alert { height: 1; display: none; }
    RoundScreen #alert.-said { display: block; }
    RoundScreen #work { height: 1fr; layout: vertical; margin-top: 1; }
    RoundScreen #list { height: 1fr; width: 100%; }
    RoundScreen #heading { height: 1; }
    RoundScreen #rule { height: 1; }
    RoundScreen VisitDetail { height: 8; width: 100%; }
    RoundScreen.-wide #work { layout: horizontal; }
    RoundScreen.-wide #list { width: 80; }
    RoundScreen.-wide #rule { display: none; }
    RoundScreen.-wide VisitDetail { width: 1fr; height: 1fr; padding: 0 1 0 2; }
    """

    def __init__(self, desk: Desk, steps: Sequence[Step] = ()) -> None:
        """Take the desk, and after a lock the way back to where one was, the round first."""
        super().__init__(desk)
        self._steps = steps
        self._view: RoundView | None = None
        self._wants_first = True
        self._ruled = (-1, 0)
        self._doubles: tuple[SafetyNoticeRow, ...] = ()

    def compose_body(self) -> ComposeResult:
        """Lay out counts, alert, list and detail."""
        yield Static(id="counts", markup=False)
        yield Static(id="alert", markup=False)
        with Container(id="work"):
            with Vertical(id="list"):
                yield Static(id="heading", markup=False)
                yield RowList[VisitRow](self._draw)
            yield Static(id="rule", markup=False)
            yield VisitDetail(markup=False)

    def _draw(self, row: VisitRow, width: int, _selected: bool) -> Iterable[Segment]:  # noqa: FBT001  RowList's
        return segments(visit_line(row, width, self.now()))

    def step(self) -> Step:
        """Return the chosen visit."""
        return Step(PlaceName.ROUND, visit_id=self.visit.visit_id if self.visit else "")

    def load(self) -> None:
        """Read the round from the cache; the network is not asked. After a lock, go on to where one was."""
        self.query_one(RowList).focus()
        self.reload()
        if self._steps[1:]:
            self.start_holding(partial(go_back_to, self, self._steps[1:]), "resume")

    def reload(self) -> None:
        """Read it again."""
        self.start(self._read, "round")

    async def _read(self) -> None:
        """Show the round that lies here, or that none was taken."""
        view = await self.day.round()
        self._doubles = await self.day.safety_notices()
        self._view = view
        if self.is_attached:
            self._show()

    def on_resize(self) -> None:
        """Lay out anew for another width: under each other, or beside each other."""
        self.set_class(self.size.width >= WIDE, "-wide")
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        """Draw everything from the view at hand; the place in the list stays on the visit it was on."""
        view = self._view
        rows: RowList[VisitRow] = self.query_one(RowList)
        counts = self.query_one("#counts", Static)
        if view is None:
            counts.update(content_of([line(" ", piece(nb.text("round.not_taken"), Ink.PERSON))]))
            self._show_detail()
            return
        day = f"{fmt.weekday(view.shift.day)} {fmt.date_short(view.shift.day)}"
        self.query_one(FrameLine).show_place(nb.text("round.place", day=day, shift=view.shift.name))
        counts.update(content_of([counts_line(view), *self._notices(view)]))
        self._show_alert(view)
        width = rows.size.width or self.size.width
        self.query_one("#heading", Static).update(content(round_heading(width)))
        rows.set_items(view.visits, index=self._place(view))
        self._show_detail()
        self.query_one(KeyLine).show_truth()

    def _notices(self, view: RoundView) -> list[Line]:
        """Return what else must be known about the list."""
        said = [*(visible(notice) for notice in view.notices), *map(notice_words, view.told)]
        said += lease_notices(self.day.status(), self.now())
        if why := self.why_not_change():
            said.insert(0, why)
        if not view.complete:
            said.append(nb.text("round.partial"))
        if not view.visits:
            said.append(nb.text("round.empty"))
        doubles = [line(piece(f" {words}", Ink.DANGER)) for words in self._double_acts(view)]
        return [*doubles, *(line(" ", piece(words, Ink.PERSON)) for words in said)]

    def _double_acts(self, view: RoundView) -> list[str]:
        """Return what may have been done twice, until somebody has handled it in the outbox (UX-19)."""
        names = {row.patient_id: fmt.name(row.family, row.given) for row in view.visits}
        somebody = nb.text("sync.somebody")
        return [
            nb.text(
                "notice.round", what=nb.text(f"notice.{one.kind}"), name=names.get(one.patient_id, somebody)
            )
            for one in self._doubles[:1]
        ]

    def _show_alert(self, view: RoundView) -> None:
        """Keep the gravest NEWS2 of the shift in its line until a lower one is recorded (UX-19)."""
        said = alert_line(view, self.now())
        alert = self.query_one("#alert", Static)
        alert.update(content(said))
        alert.set_class(bool(said), "-said")

    def _place(self, view: RoundView) -> int:
        """Return which row to be on: the one it was on, or, the first time, the next visit by the clock."""
        current = self.visit
        kept = current.visit_id if current is not None and not self._wants_first else ""
        if self._wants_first and self._steps:
            kept = self._steps[0].visit_id
        for index, row in enumerate(view.visits):
            if row.visit_id == kept:
                self._wants_first = False
                return index
        self._wants_first = False
        now = self.now()
        open_ = [index for index, row in enumerate(view.visits) if row.status not in _OVER]
        return next((index for index in open_ if view.visits[index].end >= now), open_[-1] if open_ else 0)

    @property
    def visit(self) -> VisitRow | None:
        """Return the chosen visit."""
        item = self.query_one(RowList).item
        return item if isinstance(item, VisitRow) else None

    @on(RowList.Highlighted)
    def show_highlighted(self) -> None:
        """Follow the choice."""
        self._show_detail()

    def _show_detail(self) -> None:
        """Show the chosen visit in full."""
        self._show_rule()
        as_of = self._view.as_of if self._view else None
        self.query_one(VisitDetail).show_visit(self.visit, as_of=as_of, now=self.now())

    def _show_rule(self) -> None:
        """Draw the rule under the list; it says how many visits lie below the window."""
        below = self.query_one(RowList).rows_below if self._view else 0
        words = f" {nb.text('round.more_below', n=fmt.count(below, 'besøk', 'besøk'))} " if below else ""
        if (below, self.size.width) != self._ruled:
            self._ruled = below, self.size.width
            dash = "─" * (self.size.width - len(words) - 4)
            ink = Ink.STRONG if below else Ink.DIM
            rule = [piece(dash, Ink.DIM), piece(words, ink), piece("────", Ink.DIM)]
            self.query_one("#rule", Static).update(content(rule), layout=False)

    @on(RowList.Chosen)
    def open_chosen(self) -> None:
        """Open the visit."""
        self.action_visit_open()

    def action_visit_open(self) -> None:
        """Open the patient in the visit."""
        self._open_page(1)

    def action_medicines_show(self) -> None:
        """Open the patient at the medicines."""
        self._open_page(2)

    def _open_page(self, page: int) -> None:
        from tui.screens.patient import PatientScreen

        visit = self.visit
        if visit is None:
            self.tell(nb.text("no_patient"))
            return
        self.app.push_screen(PatientScreen(self.desk, visit.patient_id, visit.visit_id, page))

    def action_vitals_record(self) -> None:
        """Record NEWS2 for the chosen visit."""
        self._write(EntryKind.NEWS2)

    def action_note_write(self) -> None:
        """Write a note for the chosen visit."""
        self._write(EntryKind.NOTE)

    def _write(self, kind: EntryKind) -> None:
        visit = self.visit
        if visit is None:
            self.tell(nb.text("no_patient"))
            return
        self.start_holding(partial(open_entry, self, kind, visit.patient_id, visit.visit_id), "open")

    async def action_round_quit(self) -> None:
        """End the program; it says first what is unsent."""
        await self.feltjournal.action_app_quit()

    def action_round_take(self) -> None:
        """Fetch the round from the journal."""
        from tui.screens.take_round import TakeRoundScreen

        self.app.push_screen(TakeRoundScreen(self.desk))

    def action_sync_show(self) -> None:
        """Show what came, what went and what is missing."""
        from tui.screens.sync_report import SyncScreen

        self.app.push_screen(SyncScreen(self.desk))

    def action_patient_search(self) -> None:
        """Look for somebody who is not on the list."""
        from tui.screens.patient_search import PatientSearchScreen

        self.app.push_screen(PatientSearchScreen(self.desk))

    def action_pin_change(self) -> None:
        """Change the PIN."""
        from tui.screens.pin_change import PinChangeScreen

        self.app.push_screen(PinChangeScreen(self.desk))

    def action_stranger_show(self) -> None:
        """Write of somebody who is not on the list."""
        from tui.screens.strangers import StrangerScreen

        self.app.push_screen(StrangerScreen(self.desk))

    def action_outbox_show(self) -> None:
        """Open the outbox."""
        from tui.screens.outbox import OutboxScreen

        self.app.push_screen(OutboxScreen(self.desk))

"""Utboks: everything signed, by visit, where it is, and what can still be done with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Static

from offline_cache.states import EntryState
from tui.actions import bindings_for
from tui.screens import outbox_why
from tui.screens.outbox_decisions import OutboxDecisions
from tui.screens.outbox_words import missing_words, safety_words
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, content_of, line, piece, segments
from tui.widgets.dock_bar import DockBar
from tui.widgets.entry_line import (
    ASKS_PERSON,
    OutboxLine,
    Span,
    entry_detail,
    outbox_counts,
    outbox_line,
    outbox_rows,
)
from tui.widgets.key_line import KeyLine
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.segment import Segment
    from textual.app import ComposeResult

    from services.kept_place import Step
    from services.outbox_views import MissingReceipt, SafetyNoticeRow
    from services.views import EntryRow
    from tui.screens.desk import Desk

_NEEDS_PERSON = (EntryState.CONFLICT, EntryState.REFUSED, EntryState.UNKNOWN, EntryState.HELD)


class OutboxScreen(OutboxDecisions):
    """The entries under their visits; the chosen one in full below. Everything is decided on this same screen."""

    PLACE = "outbox.place"
    HAS_SINCE = True
    SCOPES = ("outbox", "report-link", "back")
    BINDINGS: ClassVar = bindings_for("outbox", "report-link", "back")
    CSS = """
    OutboxScreen #counts { height: auto; }
    OutboxScreen #safety, OutboxScreen #missing { height: auto; display: none; }
    OutboxScreen #safety.-said, OutboxScreen #missing.-said { display: block; }
    OutboxScreen RowList { margin-top: 1; }
    OutboxScreen #detail { height: auto; max-height: 10; display: none; padding: 1 0 0 0; }
    OutboxScreen #detail.-said { display: block; }
    """

    def __init__(self, desk: Desk, before: Step | None = None) -> None:
        """Take the desk, and what was being typed before a lock."""
        super().__init__(desk)
        self._before = before
        self._shows_detail = False
        self._is_read = False
        self.entries: list[EntryRow] = []
        self.missing: tuple[MissingReceipt, ...] = ()
        self.notices: tuple[SafetyNoticeRow, ...] = ()

    def compose_body(self) -> ComposeResult:
        """Lay out counts, what must be handled, list and detail."""
        yield Static(id="counts", markup=False)
        yield Static(id="safety", markup=False)
        yield Static(id="missing", markup=False)
        yield RowList[OutboxLine](self._draw, can_choose=lambda row: row.entry is not None)
        yield Static(id="detail", markup=False)

    def compose_dock(self) -> ComposeResult:
        """Lay out what opens while something is decided."""
        yield DockBar()

    def _draw(self, row: OutboxLine, width: int, _selected: bool) -> Iterable[Segment]:  # noqa: FBT001  RowList's
        return segments(outbox_line(row, width, self.now()))

    def step(self) -> Step:
        """Return that the outbox is open, and what is being typed in it."""
        return self.what_is_typed()

    def load(self) -> None:
        """Read the outbox; keys wait for it, so that one straight after `u` finds its entry."""
        self.query_one(RowList).focus()
        self.start_holding(self.read, "outbox")

    def reload(self) -> None:
        """Read it again, once it has been read: the first reading holds the keys and is not broken off."""
        if self._is_read:
            self.start(self.read, "outbox")

    async def read(self) -> None:
        """Show the entries; the choice stays on the entry it was on."""
        self.entries = await self.day.outbox()
        self.missing = await self.day.missing_receipts()
        self.notices = await self.day.safety_notices()
        spans = await self._spans()
        self._is_read = True
        if not self.is_attached:
            return
        chosen = self.entry
        rows = outbox_rows(self.entries, spans)
        self.query_one("#counts", Static).update(content_of(outbox_counts(self.entries, self.size.width)))
        self._show_handled_lines()
        before, self._before = self._before, None
        first = before.entry_id if before and before.entry_id else outbox_why.first_to_see(self.entries)
        wanted = chosen.entry_id if chosen else first
        index = next((i for i, row in enumerate(rows) if row.entry and row.entry.entry_id == wanted), 0)
        self.query_one(RowList).set_items(rows, index=index)
        self._show_detail()
        self.query_one(KeyLine).show_truth()
        if before is not None and not self.why_not_there():
            self.go_on_typing(before)

    async def _spans(self) -> dict[str, Span]:
        """Return when each visit of the round is."""
        view = await self.day.round()
        return {visit.visit_id: (visit.start, visit.end) for visit in view.visits} if view else {}

    def _show_handled_lines(self) -> None:
        """Show what stays until a person has dealt with it: acts done twice, and what a restored journal lost (UX-19)."""
        safety = safety_words(self.notices, self.name_of) if self.notices else ""
        missing = missing_words(self.missing)
        for id_, words, ink in (("#safety", safety, Ink.DANGER), ("#missing", missing, Ink.PERSON)):
            pane = self.query_one(id_, Static)
            lines = [line(" ", piece(part, ink)) for part in fmt.wrap(words, self.size.width - 2)]
            pane.update(content_of(lines))
            pane.set_class(bool(words), "-said")

    @property
    def entry(self) -> EntryRow | None:
        """Return the chosen entry."""
        item = self.query_one(RowList).item
        return item.entry if isinstance(item, OutboxLine) else None

    def _why(self, ask: Callable[[EntryRow], str]) -> str:
        """Return why an act cannot be done with the chosen entry, or nothing."""
        return (self.why_not_change() or ask(self.entry)) if self.entry else nb.text("outbox.no_selection")

    def why_not_show(self) -> str:
        """Return why nothing can be shown in full, or nothing."""
        return "" if self.entry else nb.text("outbox.no_selection")

    def why_not_send(self) -> str:
        """Return why the chosen entry cannot be sent now, or nothing."""
        return self._why(outbox_why.why_not_send)

    def why_not_withdraw(self) -> str:
        """Return why the chosen entry cannot be taken back, or nothing."""
        return self._why(outbox_why.why_not_withdraw)

    def why_not_hold(self) -> str:
        """Return why the chosen entry can be neither held nor let go, or nothing."""
        return self._why(outbox_why.why_not_hold)

    def why_not_correct(self) -> str:
        """Return why no correction of the chosen entry can be begun, or nothing."""
        return self._why(outbox_why.why_not_correct)

    def why_not_settle(self) -> str:
        """Return why there is no conflict to decide, or nothing."""
        return self._why(outbox_why.why_not_settle)

    def why_not_there(self) -> str:
        """Return why it cannot be said that the journal has the chosen entry, or nothing."""
        return self._why(outbox_why.why_not_there)

    def why_not_match(self) -> str:
        """Return why there is nobody to be matched, or nothing."""
        return self._why(outbox_why.why_not_match)

    def why_not_review(self) -> str:
        """Return why nothing of the visit can be let go after a review, or nothing."""
        is_waiting = self.entry is not None and bool(outbox_why.of_same_visit(self.entry, self.entries))
        return self.why_not_change() or ("" if is_waiting else nb.text("outbox.nothing_to_review"))

    def why_not_queue(self) -> str:
        """Return why nothing can be queued again, or nothing."""
        return self.why_not_change() or ("" if self.missing else nb.text("outbox.nothing_missing"))

    def why_not_notice(self) -> str:
        """Return why no notice can be marked as seen, or nothing."""
        return self.why_not_change() or ("" if self.notices else nb.text("outbox.no_notice"))

    @on(RowList.Highlighted)
    def follow(self) -> None:
        """Follow the choice."""
        self._show_detail()
        self.query_one(KeyLine).show_truth()

    @on(RowList.Chosen)
    def open_chosen(self) -> None:
        """Open or close the detail."""
        self.action_entry_show()

    def action_entry_show(self) -> None:
        """Open or close the detail of the chosen entry."""
        self._shows_detail = not self._shows_detail
        self._show_detail()

    def _show_detail(self) -> None:
        """Show the entry in full; one that needs a person is always shown."""
        entry = self.entry
        needs_person = entry is not None and entry.state in _NEEDS_PERSON
        pane = self.query_one("#detail", Static)
        is_said = entry is not None and (self._shows_detail or needs_person)
        pane.set_class(is_said, "-said")
        if entry is not None and is_said:
            pane.update(content_of(entry_detail(entry, self.size.width, self.now())))

    def action_entry_hold(self) -> None:
        """Hold the chosen entry, or let it go."""
        if self.entry is not None:
            act = self._release if self.entry.state is EntryState.HELD else self._hold
            self.start_holding(partial(act, self.entry.entry_id), "entry")

    def action_entry_send(self) -> None:
        """Send the chosen entry without waiting; one that nobody can answer for is asked about first."""
        entry = self.entry
        if entry is None:
            return
        if entry.state is EntryState.UNKNOWN and entry.detail in ASKS_PERSON:
            self.ask_again(entry)
        else:
            self.start_holding(partial(self._send, entry.entry_id), "entry")

    def action_entry_withdraw(self) -> None:
        """Take the chosen entry back."""
        if self.entry is not None:
            self.start_holding(partial(self._withdraw, self.entry.entry_id), "entry")

    def action_entry_correct(self) -> None:
        """Begin a correction: a new draft that refers to the chosen entry."""
        if self.entry is not None:
            self.start_holding(partial(self._correct, self.entry.entry_id), "entry")

    def action_conflict_open(self) -> None:
        """Decide a conflict, field by field."""
        if self.entry is not None:
            self.start_holding(partial(self._open_conflict, self.entry), "entry")

    def action_stranger_match(self) -> None:
        """Find out whom it was written of."""
        from tui.screens.match import MatchScreen

        if self.entry is not None:
            self.app.push_screen(MatchScreen(self.desk, self.entry.patient_id))

    def action_sync_show(self) -> None:
        """Show what came, what went and what is missing."""
        from tui.screens.sync_report import SyncScreen

        self.app.push_screen(SyncScreen(self.desk))

    def action_place_back(self) -> None:
        """Back to where one was."""
        self.app.pop_screen()

"""Utboks: everything signed, where it is, and what can still be done with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Static

from offline_cache.states import EntryState
from tui.actions import bindings_for
from tui.screens.place import Place
from tui.text import nb
from tui.text.ink import content_of, segments
from tui.widgets.entry_line import OutboxLine, entry_detail, outbox_counts, outbox_line, outbox_rows
from tui.widgets.key_line import KeyLine
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.segment import Segment
    from textual.app import ComposeResult

    from services.views import EntryRow
    from tui.screens.desk import Desk

_NEEDS_PERSON = (EntryState.CONFLICT, EntryState.REFUSED, EntryState.UNKNOWN, EntryState.HELD)
_URGENCY = {
    EntryState.SENDING: 1,
    EntryState.SIGNED: 2,
    EntryState.HELD: 3,
    EntryState.UNKNOWN: 4,
    EntryState.REFUSED: 5,
    EntryState.CONFLICT: 6,
}
_MAY_BE_SENT = (EntryState.SIGNED, EntryState.UNKNOWN, EntryState.HELD, EntryState.REFUSED)
_MAY_BE_WITHDRAWN = (EntryState.SIGNED, EntryState.HELD, EntryState.REFUSED, EntryState.CONFLICT)


def why_not_send(entry: EntryRow) -> str:
    """Return why an entry cannot be sent now, or nothing."""
    if entry.state in _MAY_BE_SENT:
        return ""
    return nb.text(f"outbox.cannot_send.{entry.state.name.lower()}")


def why_not_withdraw(entry: EntryRow) -> str:
    """Return why an entry cannot be taken back, or nothing."""
    if entry.state in _MAY_BE_WITHDRAWN:
        return ""
    if entry.state is EntryState.WITHDRAWN:
        return nb.text("outbox.cannot_withdraw.withdrawn")
    return nb.text("outbox.cannot_withdraw")


def first_to_see(entries: Iterable[EntryRow]) -> str:
    """Return the entry to begin on: one that needs a person, else the last one signed that is not sent."""
    ranked = sorted(entries, key=lambda entry: _URGENCY.get(entry.state, 0))
    return ranked[-1].entry_id if ranked and ranked[-1].state in _URGENCY else ""


class OutboxScreen(Place):
    """The list of entries under their patients; the chosen one in full below."""

    PLACE = "outbox.place"
    HAS_SINCE = True
    SCOPES = ("outbox", "back")
    BINDINGS: ClassVar = bindings_for("outbox", "back")
    CSS = """
    OutboxScreen #counts { height: auto; margin-bottom: 1; }
    OutboxScreen #detail { height: auto; max-height: 10; display: none; padding: 1 0 0 0; }
    OutboxScreen #detail.-said { display: block; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shows_detail = False

    def compose_body(self) -> ComposeResult:
        """Lay out counts, list and detail."""
        yield Static(id="counts", markup=False)
        yield RowList[OutboxLine](self._draw, can_choose=lambda row: row.entry is not None)
        yield Static(id="detail", markup=False)

    def _draw(self, row: OutboxLine, width: int, _selected: bool) -> Iterable[Segment]:  # noqa: FBT001  RowList's
        return segments(outbox_line(row, width, self.now()))

    def load(self) -> None:
        """Read the outbox."""
        self.query_one(RowList).focus()
        self.reload()

    def reload(self) -> None:
        """Read it again."""
        self.start(self._read, "outbox")

    async def _read(self) -> None:
        """Show the entries; the choice stays on the entry it was on."""
        entries = await self.day.outbox()
        chosen = self.entry
        rows = outbox_rows(entries)
        self.query_one("#counts", Static).update(content_of(outbox_counts(entries, self.size.width)))
        wanted = chosen.entry_id if chosen else first_to_see(entries)
        index = next((i for i, row in enumerate(rows) if row.entry and row.entry.entry_id == wanted), 0)
        self.query_one(RowList).set_items(rows, index=index)
        self._show_detail()
        self.query_one(KeyLine).show_truth()

    @property
    def entry(self) -> EntryRow | None:
        """Return the chosen entry."""
        item = self.query_one(RowList).item
        return item.entry if isinstance(item, OutboxLine) else None

    def why_not_show(self) -> str:
        """Return why nothing can be shown in full, or nothing."""
        return "" if self.entry else nb.text("outbox.no_selection")

    def why_not_send(self) -> str:
        """Return why the chosen entry cannot be sent now, or nothing."""
        return why_not_send(self.entry) if self.entry else nb.text("outbox.no_selection")

    def why_not_withdraw(self) -> str:
        """Return why the chosen entry cannot be taken back, or nothing."""
        return why_not_withdraw(self.entry) if self.entry else nb.text("outbox.no_selection")

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

    def action_entry_send(self) -> None:
        """Send the chosen entry without waiting out the time of regret."""
        if self.entry is not None:
            self.start_holding(partial(self._send, self.entry.entry_id), "entry")

    async def _send(self, entry_id: str) -> None:
        await self.day.send_now(entry_id)
        self.tell(nb.text("outbox.sent_now" if self.is_online else "outbox.sent_later"))
        self.reload()

    def action_entry_withdraw(self) -> None:
        """Take the chosen entry back."""
        if self.entry is not None:
            self.start_holding(partial(self._withdraw, self.entry.entry_id), "entry")

    async def _withdraw(self, entry_id: str) -> None:
        await self.day.withdraw(entry_id)
        self.tell(nb.text("outbox.withdrawn"))
        self.reload()

    def action_place_back(self) -> None:
        """Back to where one was."""
        self.app.pop_screen()

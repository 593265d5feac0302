"""Hentet og sendt: what came, what went, what is missing, in words. The same report as `feltjournal sync --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui.actions import bindings_for
from tui.screens.place import Place
from tui.widgets.line_pane import LinePane
from tui.widgets.sync_lines import sync_lines

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from services.views import EntryRow, SyncView
    from tui.screens.desk import Desk
    from tui.text.ink import Line


class SyncScreen(Place):
    """One page, read again whenever something came or went."""

    PLACE = "sync.place"
    HAS_SINCE = True
    SCOPES = ("outbox-link", "back")
    BINDINGS: ClassVar = bindings_for("outbox-link", "back")
    CSS = """
    SyncScreen LinePane { margin-top: 1; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._report: SyncView | None = None
        self._entries: list[EntryRow] = []

    def compose_body(self) -> ComposeResult:
        """Lay out the page."""
        yield LinePane()

    def load(self) -> None:
        """Read the report."""
        self.query_one(LinePane).focus()
        self.reload()

    def reload(self) -> None:
        """Read it again."""
        self.start(self._read, "report")

    async def _read(self) -> None:
        self._report = await self.day.sync_report()
        self._entries = await self.day.outbox()
        if self.is_attached:
            self.query_one(LinePane).show_lines(self._lines, stay=True)

    def _lines(self, width: int) -> list[Line]:
        return sync_lines(self._report, self._entries, self.day.status().data_as_of, width, self.now())

    def action_outbox_show(self) -> None:
        """Open the outbox."""
        from tui.screens.outbox import OutboxScreen

        self.app.push_screen(OutboxScreen(self.desk))

    def action_place_back(self) -> None:
        """Back to where one was."""
        self.app.pop_screen()

"""Koble pasient: the journal's candidates for a typed identity; a person chooses and types three digits, then it is bound."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Static

from services.trouble import Trouble
from tui.actions import bindings_for
from tui.screens.place import Place
from tui.screens.strangers import stranger_words
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, Piece, content_of, line, piece, segments
from tui.widgets.dock_bar import Asked, DockBar
from tui.widgets.key_line import KeyLine
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.segment import Segment
    from textual.app import ComposeResult

    from services.outbox_views import Candidate, StrangerRow
    from tui.screens.desk import Desk

_DIGITS = 5


def identity_line(row: Candidate) -> Line:
    """Return who a candidate is: name, birth date and number."""
    return line(
        " ",
        piece(row.name, Ink.STRONG),
        piece(f"   {nb.text('visit.born', at=fmt.date_long(row.birth_date))}"),
        piece(f"   {fmt.identity_number(row.identity_number) or nb.text('banner.no_number')}"),
    )


def agrees_line(row: Candidate) -> Line:
    """Return where they live and what is the same as what was typed."""
    same = ", ".join(nb.text(f"match.{name}") for name in row.agrees)
    said = [part for part in (row.address, nb.text("match.agrees", what=same)) if part]
    return line("    ", piece(" · ".join(said), Ink.DIM))


class MatchScreen(Place):
    """What was typed above, the candidates below. Nothing is bound before the digits are right."""

    PLACE = "match.place"
    SCOPES = ("match", "back")
    BINDINGS: ClassVar = bindings_for("match", "back")
    CSS = """
    MatchScreen #typed { height: auto; margin-bottom: 1; }
    MatchScreen #hint { height: auto; }
    """

    def __init__(self, desk: Desk, local_id: str) -> None:
        super().__init__(desk)
        self._local_id = local_id
        self._typed: StrangerRow | None = None
        self._found: tuple[Candidate, ...] | None = None
        self._is_matching = False

    def compose_body(self) -> ComposeResult:
        """Lay out what was typed, the candidates and what to do."""
        yield Static(id="typed", markup=False)
        yield RowList["Candidate"](self._draw, detail=self._detail)
        yield Static(id="hint", markup=False)

    def compose_dock(self) -> ComposeResult:
        """Lay out the confirmation, closed."""
        yield DockBar()

    def _draw(self, row: Candidate, _width: int, _selected: bool) -> Iterable[Segment]:  # noqa: FBT001  RowList's
        return segments(identity_line(row))

    def _detail(self, row: Candidate, _width: int) -> Sequence[Sequence[Segment]]:
        return [segments(agrees_line(row))]

    def load(self) -> None:
        """Ask the journal; the keys work meanwhile."""
        self.query_one(RowList).focus()
        self.action_candidates_ask()

    def action_candidates_ask(self) -> None:
        """Ask the journal who it may be."""
        self._found = None
        self._show()
        self.start(self._ask, "candidates")

    async def _ask(self) -> None:
        self._typed = next(
            (one for one in await self.day.strangers() if one.local_id == self._local_id), None
        )
        self._show()
        try:
            self._found = await self.day.candidates(self._local_id)
        except Trouble:
            self._found = ()
            self._show()
            raise
        self._show()

    def _show(self) -> None:
        """Draw everything from what is at hand."""
        if not self.is_attached:
            return
        if self._typed is not None:
            at = fmt.moment_short(self._typed.typed_at)
            said = nb.text("match.typed", at=at, name=stranger_words(self._typed))
            lines = [line(" ", Piece(part, Ink.STRONG)) for part in fmt.wrap(said, self.size.width - 2)]
            self.query_one("#typed", Static).update(content_of(lines))
        self.query_one(RowList).set_items(self._found or ())
        asking = "match.asking" if self._found is None else "match.choose" if self._found else "match.none"
        hint = [line(" ", Piece(part, Ink.DIM)) for part in fmt.wrap(nb.text(asking), self.size.width - 2)]
        self.query_one("#hint", Static).update(content_of(hint))
        self.query_one(KeyLine).show_truth()

    @property
    def candidate(self) -> Candidate | None:
        """Return the chosen candidate."""
        return self.query_one(RowList).item

    def why_not_choose(self) -> str:
        """Return why nobody can be chosen, or nothing."""
        return "" if self.candidate is not None else nb.text("match.no_selection")

    @on(RowList.Chosen)
    def choose(self) -> None:
        """Ask for the digits of the chosen one."""
        self.action_candidate_choose()

    def action_candidate_choose(self) -> None:
        """Show both identities together and ask for the digits."""
        row = self.candidate
        if row is None or self._typed is None:
            return
        ask = nb.text("match.ask", typed=stranger_words(self._typed))
        lines = [line(Piece(part)) for part in fmt.wrap(ask, self.size.width - 3)]
        lines += [identity_line(row), agrees_line(row), line(piece(nb.text("match.for_good"), Ink.PERSON))]
        self.query_one(DockBar).open("match", content_of(lines), Asked(nb.text("match.digits"), _DIGITS))

    @on(DockBar.Confirmed)
    def match(self, event: DockBar.Confirmed) -> None:
        """Bind it, once."""
        row = self.candidate
        if row is not None and not self._is_matching:
            self._is_matching = True
            self.start(partial(self._match, row, "".join(event.typed)), "match")

    async def _match(self, row: Candidate, retyped: str) -> None:
        try:
            await self.day.match(self._local_id, row.patient_id, retyped)
        except Trouble:
            if self.is_attached:
                self.query_one(DockBar).begin_again()
            raise
        finally:
            self._is_matching = False
        if self.is_current:
            self.app.pop_screen()
            self.feltjournal.say(nb.text("match.done", name=row.name))

    def action_place_back(self) -> None:
        """Back to the outbox; nothing is bound."""
        self.app.pop_screen()

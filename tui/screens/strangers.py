"""Pasient utenfor listen: an alarm visit to somebody who is not in the cache. Write now, find out who it is afterwards."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.widgets import Static

from clinical.identity_number import is_valid
from services.kept_place import PlaceName, Step
from tui.actions import bindings_for
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, content, content_of, line, piece, segments, visible
from tui.widgets.row_list import RowList
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.segment import Segment
    from textual.app import ComposeResult

    from services.outbox_views import StrangerRow
    from tui.screens.desk import Desk

FIELDS = (("name", 40), ("number", 12), ("birth_date", 11), ("where", 40), ("note", 50))
_LABEL = 20


def born(typed: str) -> str | None:
    """Return a typed birth date (dd.mm.åååå, with or without the points) as the journal writes it; None for no date."""
    digits = "".join(sign for sign in typed if sign.isdigit())
    if not typed.strip():
        return ""
    try:
        return (
            date(int(digits[4:8]), int(digits[2:4]), int(digits[:2])).isoformat()
            if len(digits) == 8
            else None
        )
    except ValueError:
        return None


def birth_words(iso: str) -> str:
    """Return a birth date as it is read; nothing for none."""
    try:
        return fmt.date_long(date.fromisoformat(iso)) if iso else ""
    except ValueError:
        return iso


def stranger_words(row: StrangerRow) -> str:
    """Return who was typed, in one line."""
    facts = (row.name, birth_words(row.birth_date), fmt.identity_number(row.number), row.place, row.note)
    return " · ".join(visible(fact) for fact in facts if fact)


class StrangerScreen(Place):
    """The form of a typed identity, over those that were typed before and are not matched yet."""

    PLACE = "stranger.place"
    SCOPES = ("fields", "stranger", "back")
    BINDINGS: ClassVar = bindings_for("stranger", "back")
    CSS = """
    StrangerScreen #about { height: auto; margin-bottom: 1; }
    StrangerScreen .row { height: 1; }
    StrangerScreen .label { width: 20; }
    StrangerScreen #earlier { height: auto; margin-top: 1; }
    """

    def __init__(self, desk: Desk, typed: Mapping[str, str] | None = None) -> None:
        """Take the desk, and what had been typed before a lock."""
        super().__init__(desk)
        self._typed = typed or {}
        self._doubted = ""
        self._is_keeping = False

    def compose_body(self) -> ComposeResult:
        """Lay out the fields and the list."""
        yield Static(id="about", markup=False)
        for name, cells in FIELDS:
            with Horizontal(classes="row"):
                words = line("   ", piece(nb.text(f"stranger.{name}"), Ink.DIM))
                yield Static(content(words), classes="label", markup=False)
                yield ValueField(name, self._typed.get(name, ""), cells=cells, id=f"stranger-{name}")
        yield Static(id="earlier", markup=False)
        yield RowList["StrangerRow"](self._draw)

    def _draw(self, row: StrangerRow, width: int, _selected: bool) -> Iterable[Segment]:  # noqa: FBT001  RowList's
        n = fmt.count(row.entries, "signert", "signerte") if row.entries else ""
        return segments(line(" ", piece(fmt.left(stranger_words(row), width - 14)), piece(f"  {n}", Ink.DIM)))

    def step(self) -> Step | None:
        """Return what is typed: no draft keeps it, for it is about nobody yet."""
        typed = {name: value for name, _ in FIELDS if (value := self._field(name).value)}
        return Step(PlaceName.STRANGER, field=self.focus_name, typed=typed) if typed else None

    def load(self) -> None:
        """Begin in the first field."""
        about = [line(" ", piece(part)) for part in fmt.wrap(nb.text("stranger.about"), self.size.width - 2)]
        self.query_one("#about", Static).update(content_of(about))
        self._field("name").focus()
        self.reload()

    def reload(self) -> None:
        """Read again who was typed before; what is being typed is not touched."""
        self.start(self._read, "strangers")

    async def _read(self) -> None:
        earlier = await self.day.strangers()
        if not self.is_attached:
            return
        words = nb.text("stranger.earlier") if earlier else ""
        self.query_one("#earlier", Static).update(content(line(" ", piece(words, Ink.DIM))))
        rows = self.query_one(RowList)
        rows.can_focus = bool(earlier)
        rows.set_items(earlier)

    def _field(self, name: str) -> ValueField:
        return self.query_one(f"#stranger-{name}", ValueField)

    def on_row_list_chosen(self) -> None:
        """Open somebody who was typed before."""
        item = self.query_one(RowList).item
        if item is not None:
            self._open(item.local_id)

    def action_stranger_keep(self) -> None:
        """Keep who was typed and open them; what cannot be used is said first."""
        typed = {name: self._field(name).value.strip() for name, _ in FIELDS}
        birth_date = born(typed["birth_date"])
        number = typed["number"].replace(" ", "")
        if not (typed["name"] or number):
            self.tell(nb.text("stranger.needs"))
        elif birth_date is None:
            self.tell(nb.text("stranger.bad_date"))
        elif number and not is_valid(number) and self._doubted != number:
            self._doubted = number
            self.tell(nb.text("stranger.bad_number"))
        elif not self._is_keeping:
            self._is_keeping = True
            self.start_holding(
                partial(self._keep, {**typed, "number": number, "birth_date": birth_date}), "keep"
            )

    async def _keep(self, typed: dict[str, str]) -> None:
        try:
            row = await self.day.new_stranger(
                name=typed["name"],
                number=typed["number"],
                birth_date=typed["birth_date"],
                place=typed["where"],
                note=typed["note"],
            )
        finally:
            self._is_keeping = False
        for name, _ in FIELDS:
            self._field(name).value = ""
        self._open(row.local_id)

    def _open(self, local_id: str) -> None:
        """Open the typed identity as every patient is opened: notes and measurements are written under it."""
        from tui.screens.patient import PatientScreen

        self.app.push_screen(PatientScreen(self.desk, local_id, ""))

    def action_place_back(self) -> None:
        """Back to the round."""
        self.app.pop_screen()

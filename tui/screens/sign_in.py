"""Choosing who one is: the people that the journal's sign-in lets in, what journal it is, and what is kept on this machine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Static

from services.views import Person
from tui.actions import bindings_for
from tui.screens.arrival import about_lines, go_on
from tui.screens.place import Place
from tui.text import nb
from tui.text.ink import Ink, Line, cell, content_of, line, piece, segments, visible
from tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.segment import Segment
    from textual.app import ComposeResult

    from tui.screens.desk import Desk


def person_line(person: Person, width: int) -> Line:
    """Return a person: name and role."""
    return line(" ", cell(person.name, 30, Ink.STRONG), cell(person.role, max(0, width - 31)))


class SignInScreen(Place):
    """The embedded journal's people as a list; Enter signs in as the chosen one."""

    PLACE = "sign_in.place"
    SCOPES = ("choose", "sign-in")
    BINDINGS: ClassVar = bindings_for("sign-in")
    CSS = """
    SignInScreen #about { height: auto; padding: 1 1; }
    SignInScreen #wait { height: 1; padding: 0 1; }
    """

    def __init__(self, desk: Desk, said: str = "") -> None:
        """Take the desk, and what was done on the way here: it stays on the screen."""
        super().__init__(desk)
        self._said = said

    def compose_body(self) -> ComposeResult:
        """Lay out what journal it is, and the list."""
        yield Static(id="about", markup=False)
        yield Static(id="wait", markup=False)
        yield RowList[Person](self._draw)

    def _draw(self, person: Person, width: int, _selected: bool) -> Iterable[Segment]:  # noqa: FBT001  RowList's
        return segments(person_line(person, width))

    def load(self) -> None:
        """Say where one is, and ask for the people."""
        self._show_about()
        self.query_one(RowList).focus()
        self.action_people_ask()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._show_about()

    def _show_about(self) -> None:
        """Say what journal this is and what will be kept here."""
        lines = about_lines(self.day.status(), max(20, self.size.width - 2), self._said)
        self.query_one("#about", Static).update(content_of(lines))

    def _wait(self, words: str) -> None:
        """Say what is being waited for, or what to do."""
        self.query_one("#wait", Static).update(content_of([line(piece(words, Ink.DIM))]))

    def action_people_ask(self) -> None:
        """Ask the journal whom it lets in."""
        self._wait(nb.text("sign_in.waiting"))
        self.start(self._ask, "people")

    async def _ask(self) -> None:
        """Show the people, or that there are none."""
        rows: RowList[Person] = self.query_one(RowList)
        try:
            people = await self.day.people()
        except BaseException:
            self._wait(nb.text("sign_in.nobody"))
            raise
        rows.set_items(people, index=0)
        self._wait(nb.text("sign_in.choose") if people else nb.text("sign_in.nobody"))

    @on(RowList.Chosen)
    def sign_in(self, event: RowList.Chosen) -> None:
        """Sign in as the chosen person."""
        person = event.rows.items[event.index]
        if isinstance(person, Person):
            self._wait(nb.text("sign_in.signing_in", name=visible(person.name)))
            self.start(partial(self._sign_in, person.person_id), "people")

    async def _sign_in(self, person_id: str) -> None:
        """Drive the sign-in, then go on to what is missing: a PIN, an unlocking, or nothing."""
        try:
            await self.day.sign_in(person_id)
        except BaseException:
            self._wait(nb.text("sign_in.choose"))
            raise
        await go_on(self)

"""The locked door: whose cache it is, what waits in it, and the PIN that opens it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widgets import Static

from services.trouble import Trouble, TroubleCode
from tui.actions import bindings_for
from tui.screens.place import Place
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Ink, Line, content_of, line, piece, visible
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from datetime import datetime

    from textual.app import ComposeResult

    from services.views import Door
    from tui.screens.desk import Desk


def door_lines(door: Door, width: int, *, is_closed: bool = False) -> list[Line]:
    """Return whose cache it is and what is safe in it; of one that no PIN opens nothing is promised to be sent."""
    who = " · ".join(part for part in (door.clinician, door.journal_name) if part)
    if door.unsent_visits:
        id_ = "unlock.unsent_closed" if is_closed else "unlock.unsent"
        waits = nb.text(id_, visits=fmt.count(door.unsent_visits, "besøk", "besøk"))
    else:
        waits = nb.text("unlock.nothing_unsent")
    lines: list[Line] = [[], line("  ", piece(who, Ink.STRONG))]
    for text in (waits, nb.text("unlock.safe")):
        lines += [line("  ", piece(part)) for part in fmt.wrap(visible(text), width - 4)]
    return [*lines, []]


class UnlockScreen(Place):
    """One secret field, the attempts left beside it."""

    PLACE = "unlock.place"
    SCOPES = ("unlock",)
    BINDINGS: ClassVar = bindings_for("unlock")
    CSS = """
    UnlockScreen #door { height: auto; }
    UnlockScreen Horizontal { height: 1; padding: 0 2; }
    UnlockScreen .label { width: 5; }
    UnlockScreen #left { width: 1fr; padding: 0 4; }
    UnlockScreen #wait { height: auto; padding: 1 2; }
    """

    def __init__(self, desk: Desk, door: Door) -> None:
        super().__init__(desk)
        self._door = door
        self._left = door.attempts_left
        self._turn_at: datetime | None = None
        self._asked_aside = False

    def compose_body(self) -> ComposeResult:
        """Lay out the door."""
        yield Static(id="door", markup=False)
        with Horizontal():
            yield Static(nb.text("unlock.pin"), classes="label", markup=False)
            yield ValueField("pin", cells=20, is_secret=True, moves_on=False, id="pin")
            yield Static(id="left", markup=False)
        yield Static(id="wait", markup=False)

    def load(self) -> None:
        """Begin in the field."""
        self._turn_in(self._door.wait)
        self._show()
        self.query_one(ValueField).focus()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._show()

    def _show(self) -> None:
        """Say whose it is, and how many attempts are left."""
        is_closed = self.day.may_set_aside and not self.day.is_owner_here
        lines = door_lines(self._door, max(30, self.size.width), is_closed=is_closed)
        self.query_one("#door", Static).update(content_of(lines))
        left = nb.text("unlock.left", left=fmt.count(self._left, "forsøk", "forsøk"))
        ink = Ink.PLAIN if self._left > 2 else Ink.DANGER
        self.query_one("#left", Static).update(content_of([line(piece(left, ink))]))
        if self.day.is_owner_here:
            self._wait(nb.text("unlock.forgotten"))
        elif self._left <= 0:
            self._wait(nb.text("unlock.locked"), Ink.DANGER)
        else:
            waits = self._turn_at is not None and self._turn_at > self.feltjournal.now()
            self._wait(nb.text("unlock.waits", at=fmt.clock_exact(self._turn_at)) if waits else "")

    def _turn_in(self, seconds: float) -> None:
        """Note when the next PIN is taken, to the second after: what is told is never too soon."""
        self._turn_at = self.feltjournal.now() + timedelta(seconds=seconds + 1) if seconds > 0 else None

    def _wait(self, words: str, ink: Ink = Ink.DIM) -> None:
        """Say what is being waited for."""
        self.query_one("#wait", Static).update(content_of([line(piece(words, ink))]))

    def action_door_unlock(self) -> None:
        """Enter outside the field: go to it."""
        self.query_one(ValueField).focus()

    @on(ValueField.Submitted)
    def unlock(self, event: ValueField.Submitted) -> None:
        """Try the PIN."""
        self._wait(nb.text("unlock.working"))
        self.start_holding(partial(self._unlock, event.value), "unlock")

    async def _unlock(self, pin: str) -> None:
        """Open the cache; a wrong PIN empties the field and tells what is left."""
        from tui.screens.round import RoundScreen

        try:
            await self.day.unlock(pin)
        except Trouble as trouble:
            self._refused(trouble)
            raise
        steps = await self.day.take_place()
        await self.day.start()
        self.app.switch_screen(RoundScreen(self.desk, steps))

    def _refused(self, trouble: Trouble) -> None:
        """Empty the field and count."""
        self.query_one(ValueField).value = ""
        left = trouble.details.get("left", "")
        if left.isdigit():
            self._left = int(left)
            self._turn_in(float(trouble.details["wait"]))
        elif trouble.code is TroubleCode.PIN_LOCKED:
            self._left = 0
        self._asked_aside = False
        self._show()
        if self.day.may_set_aside:
            self._wait(self._aside_words("unlock.aside"))

    def _aside_words(self, id_: str) -> str:
        """Return what setting aside does: for a PIN that was forgotten, also what becomes of unsent work."""
        if not self.day.is_owner_here:
            return nb.text(id_)
        unsent = fmt.count(self._door.unsent_entries, "oppføring", "oppføringer")
        if not self._door.unsent_entries:
            lost = ""
        elif self._door.sealed_entries >= self._door.unsent_entries:
            lost = nb.text("unlock.forgotten_sealed", unsent=unsent)
        else:
            lost = nb.text("unlock.forgotten_unsealed", unsent=unsent)
        return f"{nb.text(id_)} {lost}".strip()

    def action_door_stay(self) -> None:
        """Let the cache lie: the next F8 asks anew."""
        if self._asked_aside:
            self._asked_aside = False
            self._wait(self._aside_words("unlock.aside"))
        self.tell(nb.text("unlock.stays"))

    def why_not_aside(self) -> str:
        """Say why the cache is not set aside: only one that no PIN opens is."""
        return "" if self.day.may_set_aside else nb.text("unlock.not_closed")

    def action_door_aside(self) -> None:
        """Set aside a cache that cannot be opened; asked for twice."""
        if not self._asked_aside:
            self._asked_aside = True
            self._wait(self._aside_words("unlock.aside_again"), Ink.DANGER)
            return
        self.start_holding(self._set_aside, "aside")

    async def _set_aside(self) -> None:
        """Rename the files and go on to a new PIN, or to the sign-in before it."""
        from tui.screens.arrival import go_on, sign_in_place

        await self.day.set_aside()
        if self.day.needs_pin:
            await go_on(self)
            return
        self.app.switch_screen(await sign_in_place(self.desk, nb.text("unlock.set_aside")))

    async def action_door_other(self) -> None:
        """Go to another's door where there are several here, else to the sign-in. Nothing is deleted."""
        from tui.screens.arrival import sign_in_place
        from tui.screens.doors import DoorsScreen

        doors = await self.day.doors()
        place = DoorsScreen(self.desk, doors) if len(doors) > 1 else await sign_in_place(self.desk)
        self.app.switch_screen(place)

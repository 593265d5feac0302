"""The first frame: light, drawn before anything heavy is imported; it leads to the locked door or to the sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.screen import Screen
from textual.widgets import Static

from services.trouble import Trouble
from services.views import Door
from tui.acting import Acting
from tui.screens.desk import Desk
from tui.text import nb
from tui.text.ink import Ink, content_of, line, piece
from tui.widgets.frame_line import FrameLine
from tui.widgets.key_line import KeyLine
from tui.widgets.words_line import WordsLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from ports.clock import Clock
    from tui.app import FeltjournalApp
    from tui.screens.place import Place


class OpeningScreen(Acting, Screen[None]):
    """Shows the name of the program while the working day is being built."""

    DEFAULT_CSS = """
    OpeningScreen { layout: vertical; }
    OpeningScreen FrameLine, OpeningScreen WordsLine, OpeningScreen KeyLine { dock: none; }
    OpeningScreen #opening { height: 1fr; padding: 1 2; }
    """
    SCOPES = ()

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Lay out the frame around one line."""
        yield FrameLine(nb.text("opening.place"))
        yield Static(
            content_of([line(piece(nb.text("opening.waiting"), Ink.DIM))]), id="opening", markup=False
        )
        yield WordsLine()
        yield KeyLine()

    def on_mount(self) -> None:
        """Wait for the first frame, then open the door."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Open the door in a worker: the imports run beside the screen; a fault here ends with the crash page."""
        worker = self.run_worker(self._open(), group="open", description="no data")
        cast("FeltjournalApp", self.app).keyboard.hold_for(worker)

    async def _open(self) -> None:
        """Ask what the client meets, and go there."""
        desk: Desk | None = None
        try:
            desk = Desk(await cast("FeltjournalApp", self.app).day(), self._clock)
            place = await place_behind(desk, await desk.day.door())
        except Trouble as trouble:
            self.query_one(WordsLine).show_trouble(trouble, self.size.width)
            if desk is not None and desk.day.may_set_aside:
                await self._at_closed_door(desk, trouble)
            return
        self.app.push_screen(place)

    async def _at_closed_door(self, desk: Desk, trouble: Trouble) -> None:
        """Go to the door of a cache that does not even say whose it is: there it can be set aside."""
        from tui.screens.unlock import UnlockScreen

        place = UnlockScreen(desk, Door(locked=True))
        await self.app.push_screen(place)
        place.show_trouble(trouble)


async def place_behind(desk: Desk, door: Door) -> Place:
    """Return where the door leads: to the PIN of the cache on this machine, or to the sign-in."""
    from tui.screens.arrival import sign_in_place
    from tui.screens.unlock import UnlockScreen

    return UnlockScreen(desk, door) if door.locked else await sign_in_place(desk)

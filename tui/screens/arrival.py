"""What every way to sign in shares: which place it begins at, what is said there, and where it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.views import CacheKind, Status, Way
from tui.screens.place import Place, environment_line
from tui.text import format as fmt
from tui.text import nb
from tui.text.ink import Line, line, piece

if TYPE_CHECKING:
    from tui.screens.desk import Desk


async def sign_in_place(desk: Desk, said: str = "") -> Place:
    """Return where one signs in to this journal: at its list of people, or in a browser, here or elsewhere.

    `said` is what was done on the way here: it stays on the screen.
    """
    from tui.screens.sign_in import SignInScreen
    from tui.screens.sign_in_elsewhere import SignInElsewhereScreen

    ways = await desk.day.ways()
    return SignInScreen(desk, said) if Way.PERSON in ways else SignInElsewhereScreen(desk, ways, said)


def about_lines(status: Status, width: int, said: str = "") -> list[Line]:
    """Return what was done on the way here, what environment this is, and what will be kept on this machine."""
    kept = "keep.cached" if status.cache is not CacheKind.NONE else "keep.unknown"
    texts = [*([said] if said else []), environment_line(status.environment), nb.text(kept)]
    return [line(piece(part)) for text in texts for part in fmt.wrap(text, width)]


async def go_on(place: Place) -> None:
    """Go on to what is missing after a sign-in: a PIN, an unlocking, or nothing."""
    from tui.screens.pin import PinScreen
    from tui.screens.round import RoundScreen
    from tui.screens.unlock import UnlockScreen

    if place.day.needs_pin:
        place.app.switch_screen(PinScreen(place.desk))
    elif place.day.needs_unlock:
        place.app.switch_screen(UnlockScreen(place.desk, await place.day.door()))
    else:
        await place.day.start()
        place.app.switch_screen(RoundScreen(place.desk))

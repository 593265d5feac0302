"""The last line: the keys that work now, from the registry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from tui.actions import actions_of
from tui.text.format import count

if TYPE_CHECKING:
    from tui.action import Action


_STAYS = ("place.back", "sign.leave", "app.help")
_GAP = 2


def _width(shown: list[Action]) -> int:
    """Return the cells that the keys take with their words and the gaps between them."""
    return sum(cell_len(f"{one.key_name} {one.label}") + _GAP for one in shown) - _GAP


class KeyLine(Widget):
    """One line at the bottom. `scopes` default to the screen's `SCOPES`; what cannot be done now is dim."""

    DEFAULT_CSS = """
    KeyLine { height: 1; width: 100%; padding: 0 1; }
    """

    def __init__(self, *scopes: str, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._scopes = scopes
        self._waiting_count = 0
        self._can: tuple[bool, ...] = ()

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return the scopes shown instead of the screen's own; none when those are."""
        return self._scopes

    def show_scopes(self, *scopes: str) -> None:
        """Show the keys of other scopes: something docked has taken over."""
        self._scopes = scopes
        self.refresh()

    def show_truth(self) -> None:
        """Draw again when what can be done has changed."""
        can = tuple(not one.why_not(self.screen) for one in actions_of_screen(self._scopes, self.screen))
        if can != self._can:
            self._can = can
            self.refresh()

    def show_waiting(self, count: int) -> None:
        """Say how many keys wait to be handled, or nothing for none."""
        if count != self._waiting_count:
            self._waiting_count = count
            self.refresh()

    def render(self) -> Content:
        """Return the line; where not all keys fit, the last ones give way, but never the way back and the help."""
        waiting = count(self._waiting_count, "tast venter", "taster venter") if self._waiting_count else ""
        waiting = f"  {waiting}" if waiting else ""
        shown = actions_of_screen(self._scopes, self.screen)
        room = self.size.width - len(waiting)
        if _width(shown) > room:
            shown = [replace(one, label=one.short or one.label) for one in shown]
        while len(shown) > 1 and _width(shown) > room:
            gives_way = [one for one in shown if one.id not in _STAYS] or shown
            shown.remove(gives_way[-1])
        parts = [self._part(one) for one in shown]
        return Content("  ").join(parts) + Content.styled(waiting, "yellow")

    def _part(self, one: Action) -> Content:
        if one.why_not(self.screen):
            return Content.styled(f"{one.key_name} {one.label}", "dim")
        return Content.assemble((one.key_name, "bold"), f" {one.label}")


def actions_of_screen(scopes: tuple[str, ...], screen: object) -> list[Action]:
    """Return what the line shows, the general actions last."""
    wanted = scopes or getattr(screen, "SCOPES", ())
    own = [one for scope in wanted for one in actions_of([scope])]
    general = [] if "app" in wanted else actions_of(["app"])
    return [one for one in [*own, *general] if one.is_in_line]

"""The last line: the keys that work now, from the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from tui.actions import actions_of

if TYPE_CHECKING:
    from tui.actions import Action


class KeyLine(Widget):
    """One line at the bottom. `scopes` default to the screen's `SCOPES`; what cannot be done now is dim."""

    DEFAULT_CSS = """
    KeyLine { height: 1; width: 100%; padding: 0 1; }
    """

    def __init__(self, *scopes: str, id: str | None = None) -> None:  # noqa: A002  Textual's own word
        super().__init__(id=id)
        self._scopes = scopes
        self._waiting_count = 0

    def show_scopes(self, *scopes: str) -> None:
        """Show the keys of other scopes: something docked has taken over."""
        self._scopes = scopes
        self.refresh()

    def show_waiting(self, count: int) -> None:
        """Say how many keys wait to be handled, or nothing for none."""
        if count != self._waiting_count:
            self._waiting_count = count
            self.refresh()

    def render(self) -> Content:
        """Return the line, cut after the last key that fits."""
        waiting = f"  {self._waiting_count} taster venter" if self._waiting_count else ""
        room = self.size.width - len(waiting)
        parts: list[Content] = []
        for one in actions_of_screen(self._scopes, self.screen):
            part = self._part(one)
            room -= cell_len(part.plain) + 2 * bool(parts)
            if room < 0:
                break
            parts.append(part)
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

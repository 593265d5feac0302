"""How an action of the registry is carried out, or answered with why it cannot be."""

from __future__ import annotations

import inspect
from typing import Any

from tui.actions import action


class Acting:
    """What screens, widgets and the application that bind scopes of the registry share."""

    SCOPES: tuple[str, ...] = ()
    """The scopes it binds, in the order of the key line."""

    def tell(self, text: str, *, is_critical: bool = False) -> None:
        """Say one thing on the message line of the screen on top."""
        place: Any = self
        place.app.say(text, is_critical=is_critical)

    async def action_perform(self, action_id: str) -> None:
        """Carry the action out, or say why not (an inactive key never stays silent)."""
        wanted = action(action_id)
        if why := wanted.why_not(self):
            self.tell(why)
            return
        done = getattr(self, wanted.method)()
        if inspect.isawaitable(done):
            await done

"""Hiding the screen and locking: at once by a key, or by itself when nobody touches the client. What is typed is saved first."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import events

from services.trouble import Trouble
from services.views import CacheKind
from tui.actions import action
from tui.curtain import Curtain
from tui.idle import IdleWatch
from tui.text import format as fmt
from tui.text import nb

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.idle_policy import IdlePolicy
    from tui.app import FeltjournalApp

HIDE_KEYS = frozenset(action("app.hide").keys.split(","))
_BACK = HIDE_KEYS | {"escape"}
"""What brings the screen back. Never Enter: one that is held would go on to sign what it uncovers."""
_LOCK = frozenset(action("app.lock").keys.split(","))


class Privacy:
    """The curtain of one application, and the watch that draws it.

    Args:
        app: The application.
        lock: Ends this process so that a locked one takes its place.
    """

    def __init__(self, app: FeltjournalApp, lock: Callable[[], Awaitable[None]]) -> None:
        self.curtain = Curtain()
        self.watch = IdleWatch(app.launch.clock, self._policy, self._due)
        self._app = app
        self._lock = lock
        self._task: asyncio.Task[None] | None = None
        self._saving: asyncio.Task[None] | None = None
        self._is_saved: bool | None = None

    def start(self) -> None:
        """Begin to watch. No worker of a screen: nobody waits for it, and it outlives every screen."""
        self._task = asyncio.create_task(self.watch.run(), name="idle")
        self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A client that nobody watches any more must not go on."""
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._app.fail(error)

    def close(self) -> None:
        """Watch no more."""
        for task in (self._task, self._saving):
            if task is not None:
                task.cancel()

    def lets_through(self, event: events.Event) -> bool:
        """Take a key or a paste before anything else does; tell whether it is for what stands on the screen.

        A key that comes when it is time to hide, as the first after a lid was opened, was not meant for what stands there.
        """
        key = event.key if isinstance(event, events.Key) else ""
        if self.curtain.is_drawn:
            if key in _BACK and not self._is_time_to_lock():
                self.show()
            return key in _LOCK and not self._would_lose_signed()  # its warning could not be read here
        if key not in _LOCK and (key in HIDE_KEYS or self.watch.is_due):
            self.hide()
            return False
        self.watch.touched()
        return True

    def hide(self) -> None:
        """Draw the curtain at once, then save what is being written behind it."""
        if not self.curtain.is_drawn:
            self._app.copied.empty()
            self._is_saved = None
            self._say()
            self._saving = asyncio.create_task(self._save(), name="save hidden")

    def show(self) -> None:
        """Bring the screen back as it is now."""
        self.watch.touched()
        self.curtain.take_away()
        self._app.screen.refresh(layout=True)

    async def saved(self) -> None:
        """Wait until what was being written when the curtain was drawn is saved, or could not be."""
        if self._saving is not None:
            await asyncio.wait([self._saving])

    async def _due(self, is_time_to_lock: bool) -> None:  # noqa: FBT001  what the watch tells
        self.hide()
        if not is_time_to_lock:
            return
        if self._would_lose_signed():
            self._say()
            return
        await self._save()
        if self._is_saved or self._has_waited_long():
            await self._lock()

    async def _save(self) -> None:
        """Save every draft; one that cannot be saved is told of, and tried again before the lock."""
        try:
            await self._app.save_everything()
        except Trouble:
            self._is_saved = False
        else:
            self._is_saved = True
        if self.curtain.is_drawn:
            self._say()

    def _say(self) -> None:
        """Say what is hidden, what is safe, when it locks, and which keys there are."""
        self.curtain.draw(*self._words())
        self._app.draw_curtain()

    def _words(self) -> list[str]:
        status = self._app.status()
        locks_at = self.watch.locks_at
        said = [nb.text("hide.title"), "", nb.text("hide.hidden")]
        if status is not None and status.clinician:
            said.append(status.clinician)
            keeps = status.cache is not CacheKind.NONE
            if self._is_saved is not None:
                saved = "hide.saved" if keeps else "hide.kept_nowhere"
                said.append(nb.text(saved if self._is_saved else "hide.not_saved"))
            if self._would_lose_signed():
                said.append(nb.text("hide.unsent"))
            elif locks_at is not None:
                said.append(nb.text("hide.locks", at=f"{fmt.local(locks_at):%H:%M}"))
        return [*said, "", nb.text("hide.keys")]

    def _policy(self) -> IdlePolicy | None:
        return self._app.idle_policy()

    def _is_time_to_lock(self) -> bool:
        policy = self._policy()
        return policy is not None and self.watch.spent >= policy.lock and not self._would_lose_signed()

    def _has_waited_long(self) -> bool:
        """Tell whether a draft that cannot be saved has kept the session open for as long again as the policy allows."""
        policy = self._policy()
        return policy is not None and self.watch.spent >= 2 * policy.lock

    def _would_lose_signed(self) -> bool:
        """Tell whether the lock would end something signed that lies nowhere else: without a cache it waits, hidden."""
        status = self._app.status()
        return status is not None and status.cache is CacheKind.NONE and status.unsent_entries > 0

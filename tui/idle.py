"""How long nobody has touched the client: counted by whichever clock says most, so that a closed lid counts too."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from ports.clock import Clock
    from services.idle_policy import IdlePolicy

LOOK = 15.0
"""Seconds between two looks at the clocks: a machine that was asleep is seen that soon. A look writes nothing."""


class IdleWatch:
    """Counts from the last key, and tells when it is time to hide and when to lock.

    Args:
        clock: The clocks. The monotonic one stands still while the machine sleeps, the one on the wall can be put back.
        policy: The times that hold now; None while there is nothing to hide, as before anybody has signed in.
        due: Called at each look at which it is time to hide, until the next key; told whether it is time to lock as well.
    """

    def __init__(
        self, clock: Clock, policy: Callable[[], IdlePolicy | None], due: Callable[[bool], Awaitable[None]]
    ) -> None:
        self._clock = clock
        self._policy = policy
        self._due = due
        self._spent = timedelta(0)
        self._wall: datetime = clock.now()
        self._run = clock.monotonic()

    @property
    def spent(self) -> timedelta:
        """Return how long nobody has touched it, counting up to now."""
        wall, run = self._clock.now(), self._clock.monotonic()
        self._spent += max(timedelta(0), wall - self._wall, timedelta(seconds=run - self._run))
        self._wall, self._run = wall, run
        if self._policy() is None:
            self._spent = timedelta(0)
        return self._spent

    @property
    def is_due(self) -> bool:
        """Tell whether it is time to hide."""
        policy = self._policy()
        return policy is not None and self.spent >= policy.hide

    @property
    def locks_at(self) -> datetime | None:
        """Return when it is time to lock if nobody touches it, by the clock on the wall; None while there is nothing to lock."""
        policy = self._policy()
        return None if policy is None else self._clock.now() + policy.lock - self.spent

    def touched(self) -> None:
        """Somebody is there: begin anew."""
        self._wall, self._run = self._clock.now(), self._clock.monotonic()
        self._spent = timedelta(0)

    async def run(self) -> None:
        """Look at the clocks, for ever; sooner where the time to hide or to lock comes sooner."""
        while True:
            await self._clock.sleep(self._until_next())
            await self.look()

    async def look(self) -> None:
        """Tell what is due, if anything is."""
        policy, spent = self._policy(), self.spent
        if policy is not None and spent >= policy.hide:
            await self._due(spent >= policy.lock)

    def _until_next(self) -> float:
        policy, spent = self._policy(), self.spent
        if policy is None:
            return LOOK
        ahead = [one - spent for one in (policy.hide, policy.lock) if one > spent]
        return min([LOOK, *(one.total_seconds() for one in ahead)])

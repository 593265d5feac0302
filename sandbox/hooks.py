"""The seams through which tests make the journal fail; the product itself uses the ones that do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sandbox.conduct import Conduct

if TYPE_CHECKING:
    from datetime import datetime

    from ports.clock import Clock


class Hooks(Protocol):
    """What is called around every write, and how the journal behaves meanwhile."""

    conduct: Conduct

    def stamp_clock(self, clock: Clock) -> datetime:
        """Return the time that becomes lastUpdated of what this request writes."""
        ...

    async def before_commit(self, kind: str) -> None:
        """Called when the request is understood and stamped, before anything is stored."""
        ...

    async def after_commit(self, kind: str) -> None:
        """Called when everything is stored, before anything is answered."""
        ...


class NoHooks:
    """The product's own: nothing happens between the steps."""

    def __init__(self) -> None:
        self.conduct = Conduct()

    def stamp_clock(self, clock: Clock) -> datetime:
        """Return the time now."""
        return clock.now()

    async def before_commit(self, kind: str) -> None:
        """Do nothing."""

    async def after_commit(self, kind: str) -> None:
        """Do nothing."""

"""Turning the client to the training journal: one key, once somebody was told that a course is missing and where to practise."""

from __future__ import annotations

from abc import abstractmethod

from tui.launch import PRACTISE
from tui.text import nb


class Practising:
    """The application's part of it."""

    may_practise: bool = False
    """Whether somebody was told that a course is missing, and where to practise."""

    def why_not_practise(self) -> str:
        """Say why this client is not turned to the training journal."""
        return "" if self.may_practise else nb.text("practise.none")

    async def action_app_practise(self) -> None:
        """Start over in the training journal; what was signed here is kept here."""
        await self.leave(PRACTISE)

    @abstractmethod
    async def leave(self, code: int = 0) -> None:
        """Save what is being written and end."""

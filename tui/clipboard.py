"""The terminal's clipboard (OSC 52), for the few fields that may be copied: emptied by itself, and whenever the screen is left.

What is handed over is base64 of text in which everything unseen is written out, so nothing in it steers a terminal, here or
where it is pasted.
"""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ports.clock import Clock

LASTS = timedelta(seconds=30)
"""How long it stays there (security.md §3.3)."""

LONGEST = 16_000
"""Characters; terminals cut or refuse what is much longer."""

_START, _END = "\x1b]52;c;", "\x07"
EMPTIED = f"{_START}IA=={_END}{_START}{_END}"
"""A blank, then nothing: a multiplexer keeps what was there when it is given nothing alone."""


class Clipboard:
    """What this client has laid on the clipboard.

    Args:
        clock: The time.
        write: The way to the terminal.
        changed: Told when something was laid there or taken away.
    """

    def __init__(self, clock: Clock, write: Callable[[str], None], changed: Callable[[], None]) -> None:
        self._clock = clock
        self._write = write
        self._changed = changed
        self._wait: asyncio.Task[None] | None = None
        self.ends_at: datetime | None = None
        """When it is emptied; None while nothing of ours is there."""

    def lay(self, text: str) -> None:
        """Hand a text over, and begin to wait."""
        self._stop()
        said = base64.b64encode(visible(text).encode("utf-8", "replace")).decode("ascii")
        self._write(f"{_START}{said}{_END}")
        self.ends_at = self._clock.now() + LASTS
        self._wait = asyncio.create_task(self._empty_later(), name="clipboard")
        self._changed()

    def empty(self) -> None:
        """Take it away, if anything of ours is there."""
        if self.ends_at is not None:
            self._stop()
            self.ends_at = None
            self._write(EMPTIED)
            self._changed()

    async def _empty_later(self) -> None:
        await self._clock.sleep(LASTS.total_seconds())
        self._wait = None
        self.empty()

    def _stop(self) -> None:
        if self._wait is not None:
            self._wait.cancel()
            self._wait = None

"""The end of the terminal itself: a window that was closed, a line that was dropped.

The system tells the leader of the session alone (SIGHUP). Who runs under one that passes nothing on, as `make`, has a
terminal that can always be read and is always empty, and would go on for ever with everything open.
"""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


def on_hangup(terminal: int, loop: asyncio.AbstractEventLoop, told: Callable[[], None]) -> Callable[[], None]:
    """Call `told`, once and in the loop, when a terminal is gone; return what ends the looking.

    It costs nothing while the terminal is there. A system without epoll, and what is no terminal, tell nothing.

    Args:
        terminal: Its descriptor.
        loop: The running loop.
        told: What is to be done.
    """
    if not (hasattr(select, "epoll") and os.isatty(terminal)):
        return _nothing
    watch = select.epoll()
    watch.register(terminal, 0)  # a hang-up is told whatever is asked for (epoll_ctl(2))

    def stop() -> None:
        if not watch.closed:
            loop.remove_reader(watch.fileno())
            watch.close()

    def look() -> None:
        if watch.poll(0):
            stop()
            told()

    loop.add_reader(watch.fileno(), look)
    return stop


def _nothing() -> None:
    """There is nothing to end."""

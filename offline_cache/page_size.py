"""How many resources to ask for at once: less where the journal or the line is slow, more where all is quick."""

from __future__ import annotations

START = 100
LARGEST = 400
QUICK = 1.0
"""Seconds: a full page within this time may be twice as large the next time."""

SLOW = 8.0
"""Seconds: a page that took longer is halved; at this pace an interruption would cost too much."""


class PageSize:
    """Lives as long as the session: what one sync learnt of the line, the next one begins with."""

    def __init__(self, start: int = START) -> None:
        self.now = start

    def went(self, seconds: float, found: int) -> None:
        """Take in how long a page took and how many resources it held."""
        if seconds > SLOW:
            self.now = max(1, self.now // 2)
        elif seconds < QUICK and found >= self.now:
            self.now = min(LARGEST, self.now * 2)

    def too_large(self) -> bool:
        """Halve after a refusal; False when a page of one was refused already."""
        if self.now == 1:
            return False
        self.now = max(1, self.now // 2)
        return True

    def timed_out(self) -> bool:
        """Quarter after an answer that did not come in time; False when a page of one did not."""
        return self.too_large() and (self.too_large() or True)

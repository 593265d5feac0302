"""When a client that nobody touches hides its screen, and when it locks (architecture.md, lock). Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class IdlePolicy:
    """The times of one organisation, both counted from the last key.

    Attributes:
        hide: After this long nothing of a patient stands on the screen; one key brings it back.
        lock: After this long the process with the keys in its memory is replaced, and the PIN is asked for.
    """

    hide: timedelta = timedelta(minutes=2)
    lock: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        if not timedelta(0) < self.hide <= self.lock:
            raise ValueError("a screen is hidden before it is locked")

"""When the next PIN may be tried: a wait that grows with each wrong one in a row, held by two clocks.

As long as the machine has been up since the last attempt, the clock that nobody sets decides: putting the other back or forward
lengthens and shortens nothing. That clock begins anew with the machine, and then the one on the wall decides. Where that one was
put back besides, nobody knows how long it has been: the wait begins anew, once, and goes by both clocks again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from offline_cache.errors import PinLocked, PinWaits
from offline_cache.instants import from_text, to_text

if TYPE_CHECKING:
    from offline_cache.key_item import ItemPlace, KeyItem
    from ports.clock import Clock


@dataclass(frozen=True, slots=True)
class WrongPins:
    """Attempts that opened nothing and that no log has yet: how many, and when the last was (empty where nobody knows)."""

    count: int = 0
    last_at: str = ""


NONE_WRONG = WrongPins()


def require_turn(item: KeyItem, place: ItemPlace, clock: Clock) -> None:
    """Let the next attempt through, or say why not; `place` is where the item lies.

    Raises:
        PinLocked: None is left.
        PinWaits: The wait after the last one is not over.
    """
    if not item.left:
        raise PinLocked
    wait = remaining_wait(item, clock)
    if wait > 0:
        if _passed(item, clock) < 0:
            place.write(stamped(item, clock))
        raise PinWaits(item.left, wait)


def counted(item: KeyItem, clock: Clock) -> KeyItem:
    """Return the item with one attempt more, made now."""
    return stamped(replace(item, attempts=item.attempts + 1), clock)


def stamped(item: KeyItem, clock: Clock) -> KeyItem:
    """Return the item with its last attempt now."""
    return replace(item, last_at=to_text(clock.now()), last_run=clock.monotonic())


def given_back(item: KeyItem) -> KeyItem:
    """Return the item with all attempts anew; those that were spent are put by for the log, which cannot be written before."""
    last_at = item.last_at if item.attempts else item.wrong_at
    return replace(item, attempts=0, wrong=item.wrong + item.attempts, wrong_at=last_at)


def wrong_pins(item: KeyItem) -> WrongPins:
    """Return what is put by for the log."""
    return WrongPins(item.wrong, item.wrong_at)


def remaining_wait(item: KeyItem, clock: Clock) -> float:
    """Return the seconds until the next attempt is taken; at most the whole wait."""
    if not item.attempts or not item.last_at:
        return 0.0
    return max(0.0, item.wait - max(0.0, _passed(item, clock)))


def _passed(item: KeyItem, clock: Clock) -> float:
    """Return the seconds since the last attempt; below zero where neither clock can tell."""
    run = -1.0 if item.last_run is None else clock.monotonic() - item.last_run
    return run if run >= 0 else (clock.now() - from_text(item.last_at)).total_seconds()

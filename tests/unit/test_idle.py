"""How long nobody has touched the client, by clocks that sleep, are put back and put forward."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.idle_policy import IdlePolicy
from tests.two_clocks import TwoClocks
from tui.idle import LOOK, IdleWatch

MINUTE = timedelta(minutes=1)


class Watched:
    """A watch, and what it told."""

    def __init__(self, policy: IdlePolicy | None = None) -> None:
        self.clocks = TwoClocks()
        self.policy: IdlePolicy | None = policy or IdlePolicy()
        self.told: list[bool] = []
        self.watch = IdleWatch(self.clocks, lambda: self.policy, self._due)

    async def _due(self, is_time_to_lock: bool) -> None:  # noqa: FBT001  as the watch tells it
        self.told.append(is_time_to_lock)
        if is_time_to_lock:
            raise Locked


class Locked(Exception):
    """It was time to lock."""


async def test_it_tells_to_hide_at_two_minutes_and_to_lock_at_ten() -> None:
    watched = Watched()
    with pytest.raises(Locked):
        await watched.watch.run()
    assert sum(watched.clocks.waits) == 600
    assert max(watched.clocks.waits) <= LOOK
    before_lock = watched.told.index(True)
    assert before_lock == (600 - 120) / LOOK
    assert watched.told[:before_lock] == [False] * before_lock


async def test_a_time_that_is_no_multiple_of_a_look_is_kept_to_the_second() -> None:
    watched = Watched(IdlePolicy(timedelta(seconds=40), timedelta(seconds=55)))
    with pytest.raises(Locked):
        await watched.watch.run()
    assert watched.clocks.waits == [15.0, 15.0, 10.0, 15.0]


async def test_a_key_begins_anew() -> None:
    watched = Watched()
    watched.clocks.pass_by(1.9 * MINUTE)
    watched.watch.touched()
    watched.clocks.pass_by(1.9 * MINUTE)
    await watched.watch.look()
    assert watched.told == []
    watched.clocks.pass_by(0.1 * MINUTE)
    await watched.watch.look()
    assert watched.told == [False]


async def test_a_closed_lid_counts() -> None:
    """The monotonic clock stands still while the machine sleeps; the one on the wall does not."""
    watched = Watched()
    watched.clocks.wall += 60 * MINUTE
    assert watched.watch.is_due
    with pytest.raises(Locked):
        await watched.watch.look()


@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(hours=1), timedelta(days=400)])
async def test_putting_the_clock_back_keeps_nothing_open(back: timedelta) -> None:
    """Once, and at every look."""
    watched = Watched()
    for _ in range(39):
        watched.clocks.pass_by(0.25 * MINUTE)
        watched.clocks.wall -= back
        await watched.watch.look()
    assert watched.told[-1] is False
    watched.clocks.pass_by(0.25 * MINUTE)
    watched.clocks.wall -= back
    with pytest.raises(Locked):
        await watched.watch.look()


async def test_before_anybody_is_in_nothing_is_counted() -> None:
    watched = Watched()
    watched.policy = None
    watched.clocks.pass_by(60 * MINUTE)
    await watched.watch.look()
    assert (watched.watch.is_due, watched.watch.locks_at) == (False, None)
    watched.policy = IdlePolicy()
    assert not watched.watch.is_due
    assert watched.watch.locks_at == watched.clocks.wall + 10 * MINUTE


def test_a_screen_is_hidden_before_it_is_locked() -> None:
    with pytest.raises(ValueError, match="before"):
        IdlePolicy(hide=11 * MINUTE)
    with pytest.raises(ValueError, match="before"):
        IdlePolicy(hide=timedelta(0))

"""Days full of faults by the dice: what was promised to the nurses holds, and planted bugs are found.

`make simulate SEEDS=2000` plays many more, and `make mutants` finds every planted bug.

Fault: Q1, Q2, Q3, Q4, Q5, Q13, N4, M1, M2, M4, M7, M9, S6, V1, K5, K6, K7, K13, K14, K19, F1, P1, P7, P10, D1, D2, D3, D5, D9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulation.many import fails_alike
from tests.simulation.mutants import MUTANTS
from tests.simulation.nurse import Nurse
from tests.simulation.schedule import play
from tests.simulation.shrink import shrink
from tests.simulation.steps import draw
from tests.simulation.world import World, quick_place

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

SEEDS = 6
BATCHES = 2
FOUND_SOON = 10
QUICK = (
    "acknowledged_before_commit",
    "audit_in_another_transaction",
    "opening_not_logged",
    "seal_not_written_before_the_commit",
    "synchronous_normal",
    "written_over_after_412",
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Return the templates that every seed begins from."""
    with quick_place() as folder:
        yield World.make(folder)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_promise_holds(world: World, batch: int) -> None:
    """Run `python -m tests.simulation --first SEED --seeds 1` to see one again, by its shortest schedule."""
    delivered = 0
    for seed in range(batch, SEEDS, BATCHES):
        told = play(world, seed)
        assert not told.failure, f"seed {seed}: {told.failure} after {told.steps}"
        delivered += told.delivered
    assert delivered > SEEDS / BATCHES


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_found(world: World, name: str) -> None:
    with MUTANTS[name]():
        assert any(play(world, seed).failure for seed in range(FOUND_SOON))


def test_a_seed_plays_the_same_twice(world: World) -> None:
    once, again = (play(world, 7) for _ in range(2))
    assert (once.steps, once.delivered, once.failure) == (again.steps, again.delivered, again.failure)


def test_a_life_that_ends_leaves_nothing_running(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ran beside the screens of a client that dies is ended with it, and does not go on into its next life."""
    lives: list[bool] = []
    whole = Nurse.die

    async def die(self: Nurse, beside: set[asyncio.Task[Any]]) -> None:
        ran = [task for task in (self.day._background, self.day._minding) if task is not None]
        await whole(self, beside)
        lives.append(all(task.done() for task in ran))

    monkeypatch.setattr(Nurse, "die", die)
    assert not play(world, 0).failure
    assert lives
    assert all(lives)


def test_a_failing_schedule_is_made_short(world: World) -> None:
    """What is left still breaks the same promise, and has fewer steps."""
    with MUTANTS["opening_not_logged"]():
        seed = next(seed for seed in range(FOUND_SOON) if play(world, seed).failure)
        _, steps = draw(seed)
        fails = fails_alike(world, seed, play(world, seed).failure)
        kept = shrink(steps, fails)
        assert fails(kept)
        assert len(kept) < len(steps)


def test_shrinking_keeps_what_is_needed() -> None:
    kept = shrink(range(30), lambda steps: {3, 17} <= set(steps))
    assert kept == [3, 17]

"""Days full of faults by the dice: what was promised to the nurse holds, and a planted bug is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.schedule import play
from tests.simulation.world import World, quick_place

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = 150
BATCHES = 5
MOST_TO_FIND_A_BUG = 150


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Return the template that every seed begins from."""
    with quick_place() as folder:
        yield World.make(folder)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_promise_holds(world: World, batch: int) -> None:
    """Run `python -m tests.simulation --first SEED --seeds 1` to see one again.

    Fault: K7-K13, Q1, N8, C1, F1, V1.
    """
    delivered = 0
    for seed in range(batch, SEEDS, BATCHES):
        told = play(world, seed)
        assert not told.failure, f"seed {seed}: {told.failure} after {told.steps}"
        delivered += told.delivered
    assert delivered > SEEDS / BATCHES


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_planted_bug_is_found(world: World, name: str) -> None:
    with MUTANTS[name]():
        assert any(play(world, seed).failure for seed in range(MOST_TO_FIND_A_BUG))


def test_a_seed_plays_the_same_twice(world: World) -> None:
    once, again = (play(world, 7) for _ in range(2))
    assert (once.steps, once.delivered, once.failure) == (again.steps, again.delivered, again.failure)

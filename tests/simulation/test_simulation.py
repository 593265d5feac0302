"""Days full of faults by the dice: what was promised to the nurse holds, and a planted bug is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.schedule import play
from tests.simulation.world import World

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = 150
BATCHES = 5
MOST_TO_FIND_A_BUG = 150


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return the template that every seed begins from."""
    return World.make(tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_promise_holds(world: World, tmp_path: Path, batch: int) -> None:
    """Run `python -m tests.simulation --first SEED --seeds 1` to see one again."""
    delivered = 0
    for seed in range(batch, SEEDS, BATCHES):
        told = play(world, tmp_path / str(seed), seed)
        assert not told.failure, f"seed {seed}: {told.failure} after {told.steps}"
        delivered += told.delivered
    assert delivered > SEEDS / BATCHES


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_planted_bug_is_found(world: World, tmp_path: Path, name: str) -> None:
    with MUTANTS[name]():
        assert any(play(world, tmp_path / str(seed), seed).failure for seed in range(MOST_TO_FIND_A_BUG))


def test_a_seed_plays_the_same_twice(world: World, tmp_path: Path) -> None:
    once, again = (play(world, tmp_path / name, 7) for name in ("once", "again"))
    assert (once.steps, once.delivered, once.failure) == (again.steps, again.delivered, again.failure)

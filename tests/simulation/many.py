"""Many seeds, over several processes; a failing one comes back with its shortest schedule."""

from __future__ import annotations

import contextlib
import gc
import itertools
import multiprocessing
import os
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.simulation.mutants import MUTANTS
from tests.simulation.schedule import play
from tests.simulation.shrink import shrink
from tests.simulation.steps import draw
from tests.simulation.world import World, quick_place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.simulation.steps import Step

_SHARE = 5
"""Seeds that a process plays at a time."""
_worlds: list[World] = []
"""The world of this process: one."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A seed that broke a promise."""

    seed: int
    failure: str
    setting: str
    steps: tuple[str, ...]

    def __str__(self) -> str:
        return f"seed {self.seed} ({self.setting}): {self.failure}\n    {len(self.steps)} steps: {' '.join(self.steps)}"


@dataclass
class Sum:
    """What some seeds came to."""

    seeds: int = 0
    delivered: int = 0
    failed: list[Failed] = field(default_factory=list)

    def add(self, other: Sum) -> None:
        """Take in what other seeds came to."""
        self.seeds += other.seeds
        self.delivered += other.delivered
        self.failed += other.failed


def run_many(
    first: int,
    count: int,
    *,
    processes: int = 2,
    seconds: float = 0.0,
    shorten: bool = True,
    tell: Callable[[Sum], None] = lambda _: None,
) -> Sum:
    """Play seeds, spread over processes by small shares, so that none stands idle and each share is told when it is done.

    Args:
        first: the first seed.
        count: how many.
        processes: over how many processes.
        seconds: begin no share after so many; 0 for no limit.
        shorten: whether a failing seed is made as short as it goes.
        tell: called with what each share came to.
    """
    began = time.monotonic()
    shares = (
        (range(at, min(at + _SHARE, first + count)), shorten)
        for at in range(first, first + count, _SHARE)
        if not seconds or time.monotonic() - began <= seconds
    )
    total = Sum()
    if processes == 1:
        with quick_place() as folder:
            _begin(folder)
            for share in shares:
                part = _share(share)
                total.add(part)
                tell(part)
        return total
    with quick_place() as folder, _pool(processes, folder) as pool:
        waiting = {pool.submit(_share, share) for share in itertools.islice(shares, processes)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for one in done:
                part = one.result()
                total.add(part)
                tell(part)
            waiting |= {pool.submit(_share, share) for share in itertools.islice(shares, len(done))}
    return total


def _pool(processes: int, folder: Path) -> ProcessPoolExecutor:
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, spawn, initializer=_begin, initargs=(folder,))


def find_mutant(name: str, most: int) -> tuple[str, Failed | None]:
    """Return a planted bug and the first seed that finds it, as it was drawn; None when none of the first `most` does."""
    with contextlib.ExitStack() as held:
        world = World.make(held.enter_context(quick_place()))
        held.enter_context(MUTANTS[name]())
        for seed in range(most):
            failed = _failed(world, seed, shorten=False)
            if failed is not None:
                return name, failed
    return name, None


def _begin(folder: Path) -> None:
    """Make the world of this process, once."""
    own = folder / f"process-{os.getpid()}"
    own.mkdir()
    _worlds[:] = [World.make(own)]
    gc.freeze()  # what is there for good is not looked through again: a twentieth of all the time


def _share(share: tuple[Sequence[int], bool]) -> Sum:
    seeds, shorten = share
    (world,) = _worlds
    total = Sum()
    for seed in seeds:
        total.seeds += 1
        told = play(world, seed)
        total.delivered += told.delivered
        if told.failure:
            failed = _failed(world, seed, shorten=shorten)
            total.failed += [failed] if failed is not None else []
    return total


def _failed(world: World, seed: int, *, shorten: bool) -> Failed | None:
    """Play a seed; return how it failed, by its shortest schedule where that is asked for."""
    setting, steps = draw(seed)
    told = play(world, seed)
    if not told.failure:
        return None
    if shorten:
        steps = shrink(steps, fails_alike(world, seed, told.failure))
    return Failed(seed, told.failure[:300], str(setting), tuple(str(step) for step in steps))


def fails_alike(world: World, seed: int, failure: str) -> Callable[[Sequence[Step]], bool]:
    """Return a way to see whether some steps of a seed still break the same promise."""
    word = failure[:40]
    return lambda steps: play(world, seed, steps).failure[:40] == word

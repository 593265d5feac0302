"""`python -m tests.simulation --seeds N [--first S] [--mutant NAME]`: play seeds, tell the ones that broke a promise."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time

from tests.simulation.mutants import MUTANTS
from tests.simulation.schedule import play
from tests.simulation.world import World, quick_place


def main() -> int:
    """Play and tell; 1 when a seed failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=150)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--mutant", choices=sorted(MUTANTS))
    options = parser.parse_args()
    began, failed, delivered = time.monotonic(), 0, 0
    with contextlib.ExitStack() as held:
        world = World.make(held.enter_context(quick_place()))
        if options.mutant:
            held.enter_context(MUTANTS[options.mutant]())
        for seed in range(options.first, options.first + options.seeds):
            told = play(world, seed)
            delivered += told.delivered
            if told.failure:
                if options.mutant:
                    print(f"found by seed {seed}: {told.failure[:90]}")
                    return 0
                failed += 1
                print(f"seed {seed}: {told.failure}\n    {' '.join(told.steps)}")
    print(f"{options.seeds} seeds, {delivered} delivered, {failed} failed, {time.monotonic() - began:.1f} s")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.simulation` plays seeds and tells what broke a promise; `--mutants` tells what finds each planted bug."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from functools import partial

from tests.simulation.many import Sum, find_mutant, run_many
from tests.simulation.mutants import MUTANTS

MOST_TO_FIND_A_BUG = 200
_TOLD_EVERY = 100


def main() -> int:
    """Play and tell; 1 when a seed failed, or a planted bug was not found."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=500, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=0.0, help="stop after so many")
    parser.add_argument("--as-drawn", action="store_true", help="do not look for the shortest schedule")
    parser.add_argument("--mutants", action="store_true", help="find every planted bug")
    parser.add_argument("--mutant", choices=sorted(MUTANTS), action="append", help="find this one")
    options = parser.parse_args()
    if options.mutants or options.mutant:
        return _find(options.mutant or sorted(MUTANTS), options.processes)
    began = time.monotonic()
    total = run_many(
        options.first,
        options.seeds,
        processes=options.processes,
        seconds=options.minutes * 60,
        shorten=not options.as_drawn,
        tell=_Telling(),
    )
    took = time.monotonic() - began
    pace = total.seeds / took * 60
    print(f"{total.seeds} seeds, {total.delivered} entries delivered, {len(total.failed)} failed,", end=" ")
    print(f"{took:.0f} s, {pace:.0f} seeds per minute")
    return int(bool(total.failed))


class _Telling:
    """Tells each failing seed at once, and now and then how far it has come."""

    def __init__(self) -> None:
        self._played = 0

    def __call__(self, part: Sum) -> None:
        for failed in part.failed:
            print(failed, flush=True)
        before, self._played = self._played, self._played + part.seeds
        if self._played // _TOLD_EVERY > before // _TOLD_EVERY:
            print(f"{self._played} seeds played", file=sys.stderr, flush=True)


def _find(names: list[str], processes: int) -> int:
    missed = 0
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for name, failed in pool.imap_unordered(partial(find_mutant, most=MOST_TO_FIND_A_BUG), names):
            missed += failed is None
            told = "NOT FOUND" if failed is None else f"seed {failed.seed}: {failed.failure[:90]}"
            print(f"{name}: {told}", flush=True)
    print(f"{len(names)} planted bugs, {missed} not found within {MOST_TO_FIND_A_BUG} seeds")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())

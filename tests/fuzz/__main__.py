"""`python -m tests.fuzz --inputs 1000000`: so many inputs to the text filter and the parsers; 1 when one came through."""

from __future__ import annotations

import argparse
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor

from tests.fuzz.targets import check, part

_AT_ONCE = 5_000


def main() -> int:
    """Run and tell each input that came through, by the number that makes it again."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", type=int, help="make this one input alone, and let its fault be seen")
    options = parser.parse_args()
    if options.only is not None:
        check(options.seed, options.only)
        return 0
    began, last = time.monotonic(), options.first + options.inputs
    parts = [
        (options.seed, first, min(_AT_ONCE, last - first)) for first in range(options.first, last, _AT_ONCE)
    ]
    came = 0
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, mp_context=fresh) as pool:  # it says so when a process dies
        for found in pool.map(part, parts):
            came += len(found)
            for number, what in found:
                print(f"--seed {options.seed} --only {number}  {what}", flush=True)
    took = time.monotonic() - began
    print(f"{options.inputs} inputs, seed {options.seed}, {came} came through, {took:.0f} s")
    return int(bool(came))


if __name__ == "__main__":
    raise SystemExit(main())

"""What opening a cache costs: the whole unlock with the decided cost of a guess, without a keyring, and Argon2id by itself.

A guess at a stolen folder costs the second figure, times the PINs that are tried. `python -m benchmarks.unlocking` runs it alone.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.cost import Stopwatch
from offline_cache.keys import KdfParams, stretch
from offline_cache.vault import Vault
from ports.clock import SystemClock
from ports.disk import SystemDisk
from ports.ids import SystemIds
from tests.store_room import PIN, WHO

TIMES = 7
_DAY = 24 * 60 * 60


def run(times: int = TIMES) -> dict[str, float]:
    """Return the median CPU seconds of each."""
    taken: dict[str, list[float]] = {"unlock": [], "Argon2id alone": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _vault(folder).create(PIN, WHO)
        for _ in range(times):
            watch = Stopwatch()
            _vault(folder).unlock(PIN)
            taken["unlock"].append(watch.stop().cpu)
            watch = Stopwatch()
            stretch(PIN, bytes(16), KdfParams())
            taken["Argon2id alone"].append(watch.stop().cpu)
    return {what: median(all_) for what, all_ in taken.items()}


def table(measured: dict[str, float]) -> list[str]:
    """Return the table of the figures."""
    guess = measured["Argon2id alone"]
    return [
        "| what | CPU s, median |",
        "|---|---:|",
        *(f"| {what} | {seconds:.2f} |" for what, seconds in measured.items()),
        "",
        f"Guesses a day and core, all but the PIN known: {_DAY / guess:,.0f}.",
        f"All PINs of six digits: {1_000_000 * guess / _DAY:.1f} days.",
    ]


def _vault(folder: Path) -> Vault:
    return Vault(folder, SystemDisk(), SystemClock(), SystemIds(), None)


if __name__ == "__main__":
    print("\n".join(table(run())))

"""`python -m benchmarks [--large]`: measure everything, print it, and write benchmarks/RESULTS.md."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from textual import __version__ as textual_version

from benchmarks import cold_start, growth, rounds, row_bytes, sealing, store, unlocking

RESULTS = Path(__file__).with_name("RESULTS.md")
_WRITTEN = (
    "Written by `make {}`. Requests, bytes, statements and steps depend on the code alone, but for the size of pages, which "
    "follows the speed of the line; seconds are the machine's, of the CPU, in turns."
)


def main(*, large: bool = False) -> None:
    """Run the benchmarks; the large ones need some ten minutes more, and the packages of the peer."""
    lines = [
        "# Figures",
        "",
        _WRITTEN.format("bench-large" if large else "bench"),
        machine(),
        "",
        "## Cold start",
        "",
        *cold_start.table(cold_start.run()),
        "",
        "## Bytes a cursor key costs, list of 10,000 visits",
        "",
        *row_bytes.table(row_bytes.run()),
        "",
        f"Aim: at most {row_bytes.IN_PAGE_AIM} within a page and {row_bytes.SCROLLING_AIM} while scrolling.",
        "",
        "## The store: 12,000 resources, and 100,000 patients to search in",
        "",
        "The floor is plain SQLite of the same schema with the same durability, or a bare fsync, by turns in the same run.",
        "",
        *store.table(store.run()),
        "",
        "## A round of 30 patients with 400 resources each",
        "",
        *rounds.table(rounds.run(peers=large)),
        "",
        "## A sync as the cache grows",
        "",
        *growth.table(growth.run(large=large)),
        "",
        "## Signing, with and without the seal",
        "",
        *sealing.table(sealing.run()),
        "",
        "## Unlocking",
        "",
        *unlocking.table(unlocking.run()),
    ]
    print("\n".join(lines))
    RESULTS.write_text("\n".join(lines) + "\n")


def machine() -> str:
    """Say what it was measured on, and how busy that was with other things."""
    processor = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    memory = next(
        (int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0
    )
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, Textual {textual_version}, "
        f"{platform.system()} {platform.release()}, {os.cpu_count()} cores of {processor}, "
        f"{memory / 1024 / 1024:.0f} GB; load at the start: {load}."
    )


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []


if __name__ == "__main__":
    main(large="--large" in sys.argv)

"""`python -m benchmarks`: measure everything, print it, and write benchmarks/RESULTS.md."""

from __future__ import annotations

import platform
from pathlib import Path

from textual import __version__ as textual_version

from benchmarks import cold_start, row_bytes, store

RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    """Run the benchmarks."""
    lines = [
        "# Figures",
        "",
        "Written by `make bench`. Bytes are the same in every run; milliseconds are the machine's.",
        f"Python {platform.python_version()}, Textual {textual_version}.",
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
    ]
    print("\n".join(lines))
    RESULTS.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""The client alone, before every hostile answer of another process: `python -m tests.contract.hostile ADDRESS`.

Prints, as JSON, for each case how it ended and by how many MiB it raised the peak of this process's memory.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tests.contract.hostile.player import play
from tests.contract.hostile.table import CASES, path_of

_ME = Path("/proc/self")


def _peak() -> float:
    """Return the most memory that this process has held since the peak was forgotten, in MiB."""
    lines = (_ME / "status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024


def _forget_peak() -> None:
    (_ME / "clear_refs").write_text("5")


async def _measured(address: str) -> dict[str, tuple[str, float]]:
    found = {}
    for name, case in CASES.items():
        _forget_peak()
        before = _peak()
        end = await play(case.act, address + path_of(name))
        found[name] = (end, round(_peak() - before, 1))
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measured(sys.argv[1]))))

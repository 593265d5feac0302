"""A round of 30 patients with 400 resources each, a sync without news and one with a hundredth changed; beside floor and peer.

Every contender runs in a process of its own against one journal, which is a process too. The floors are given the very bytes
that our client was given. `python -m benchmarks.rounds` runs it alone; `--peers` adds the straightforward pipeline, whose
packages are installed into `.venv/peers` from `benchmarks/peers.lock`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENTS, EACH, CHANGED, TURNS = 30, 400, 120, 3
FLOOR_AIM, PEER_AIM = 2.0, 10.0
KINDS = {"round": "the round", "quiet": "sync, no news", "changed": f"sync, {CHANGED} changed"}
OURS, SLICES, TREE, SEALED, FHIRPY = (
    "feltjournal",
    "floor: slices",
    "floor: json",
    "floor: slices, encrypted",
    "fhirpy + fhir.resources",
)
_HERE = Path(__file__).parent
_PEERS = _HERE.parent / ".venv" / "peers"


@dataclass(slots=True)
class Figures:
    """What each contender took, by kind; one row of numbers for each turn."""

    taken: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, kind: str, who: str, row: dict[str, Any]) -> None:
        """Add the numbers of one turn."""
        self.taken.setdefault((kind, who), []).append(row)

    def cpu(self, kind: str, who: str) -> float:
        """Return the median of CPU seconds."""
        return float(median(row["cpu"] for row in self.taken[kind, who]))


@contextmanager
def journal(patients: int = PATIENTS, each: int = EACH) -> Iterator[str]:
    """Serve a ward in a process of its own; gives the address."""
    command = [sys.executable, "-m", "benchmarks.journal", "--patients", str(patients), "--each", str(each)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield (process.stdout.readline() if process.stdout else "").strip()
        finally:
            process.terminate()


def run(*, peers: bool = False, turns: int = TURNS) -> Figures:
    """Let the contenders take turns, each with a new folder and a new journal."""
    figures = Figures()
    for turn in range(turns):
        with tempfile.TemporaryDirectory() as name, journal() as address:
            folder = Path(name)
            ours = _told(sys.executable, "-m", "benchmarks.take_ours", address, name, str(CHANGED))
            for kind in KINDS:
                asked = folder / f"{kind}.json"
                asked.write_text(json.dumps(ours[kind].pop("asked")))
                figures.add(kind, OURS, {**ours[kind], "before": ours["before"]})
                (folder / kind).mkdir()
                for who, how in ((SLICES, "slices"), (TREE, "tree"), (SEALED, "sealed")):
                    command = ("benchmarks.take_plain", address, str(folder / kind), str(asked), how)
                    figures.add(kind, who, _told(sys.executable, "-m", *command))
            if peers and not turn:  # it takes minutes; once is enough for a factor of this size
                figures.add("round", FHIRPY, _of_peer(address, folder))
    return figures


def _of_peer(address: str, folder: Path) -> dict[str, Any]:
    from httpx import get

    get(f"{address}/$asked", trust_env=False)
    row = _told(str(_installed()), str(_HERE / "take_fhirpy.py"), address, str(folder))
    asked = get(f"{address}/$asked", trust_env=False).json()
    again = (get(f"{address}{path}", trust_env=False) for path in asked)
    sizes = [answer.headers["content-length"] for answer in again]
    return {**row, "requests": len(asked), "bytes": sum(map(int, sizes))}


def _installed() -> Path:
    """Return the interpreter of the peer's environment, made on the first call."""
    python = _PEERS / "bin" / "python"
    mark = _PEERS / ".installed"
    if not mark.exists():
        subprocess.run([sys.executable, "-m", "venv", str(_PEERS)], check=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        lock = str(_HERE / "peers.lock")
        subprocess.run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", lock], check=True)
        mark.touch()
    return python


def _told(*command: str) -> dict[str, Any]:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def table(figures: Figures) -> list[str]:
    """Return the rows of a Markdown table, and how we stand to the aims."""
    lines = [
        "| what | who | requests | bytes | rows | CPU s, median | CPU s, min | ours is | memory MB, at most (at start) |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for (kind, who), rows in figures.taken.items():
        cpu = figures.cpu(kind, who)
        ratio = f"{figures.cpu(kind, OURS) / cpu:.2f} times" if who != OURS else ""
        best, last = min(row["cpu"] for row in rows), rows[-1]
        memory = f"{last['peak']:.0f} ({last['before']:.0f})"
        size = f"{last['bytes']:,}" if last["bytes"] else ""
        lines.append(
            f"| {KINDS[kind]} | {who} | {last['requests']} | {size} | {last['rows']:,} "
            f"| {cpu:.2f} | {best:.2f} | {ratio} | {memory} |"
        )
    return [*lines, "", *_aims(figures)]


def _aims(figures: Figures) -> list[str]:
    ours = figures.cpu("round", OURS)
    lean, plain = ours / figures.cpu("round", SLICES), ours / figures.cpu("round", TREE)
    lines = [
        f"The round: {plain:.2f} times the floor by json, {lean:.2f} times that by slices (aim: at most {FLOOR_AIM:.0f})."
    ]
    if ("round", FHIRPY) in figures.taken:
        ahead = figures.cpu("round", FHIRPY) / ours
        lines.append(
            f"The straightforward pipeline takes {ahead:.1f} times our CPU (aim: at least {PEER_AIM:.0f})."
        )
    return lines


if __name__ == "__main__":
    print("\n".join(table(run(peers="--peers" in sys.argv))))

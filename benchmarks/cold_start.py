"""Cold start to the first frame, through a pseudo-terminal: our whole command beside a bare Textual app, in one run."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from statistics import median

from benchmarks.bare_app import TEXT
from tests.pty.terminal import Terminal

ROUNDS = 9
AIM = 1.5


@dataclass(frozen=True, slots=True)
class Starts:
    """Milliseconds, one for each round."""

    bare: list[float]
    first_line: list[float]
    first_frame: list[float]

    @property
    def times_bare(self) -> float:
        """Return how our first frame stands to bare Textual's, by medians."""
        return median(self.first_frame) / median(self.bare)


def run(rounds: int = ROUNDS) -> Starts:
    """Start both in turns, after one start of each that is not counted."""
    starts = Starts([], [], [])
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ) | {"XDG_DATA_HOME": folder, "XDG_STATE_HOME": folder}
        for number in range(rounds + 1):
            bare = _bare(environment)
            line, frame = _ours(environment)
            if number:
                starts.bare.append(bare)
                starts.first_line.append(line)
                starts.first_frame.append(frame)
    return starts


def _bare(environment: dict[str, str]) -> float:
    with Terminal([sys.executable, "-m", "benchmarks.bare_app"], environment=environment) as terminal:
        return (terminal.wait_for(TEXT) - terminal.started_at) * 1000


def _ours(environment: dict[str, str]) -> tuple[float, float]:
    with Terminal([sys.executable, "-m", "cli"], environment=environment) as terminal:
        line = terminal.wait_for("Feltjournal")
        frame = terminal.wait_for("F1 hjelp")
        return (line - terminal.started_at) * 1000, (frame - terminal.started_at) * 1000


def table(starts: Starts) -> list[str]:
    """Return the rows of a Markdown table."""
    lines = ["| start to | median ms | min ms |", "|---|---:|---:|"]
    for name, times in (
        ("bare Textual, first frame", starts.bare),
        ("feltjournal, first line", starts.first_line),
        ("feltjournal, first frame", starts.first_frame),
    ):
        lines.append(f"| {name} | {median(times):.0f} | {min(times):.0f} |")
    return [*lines, "", f"First frame: {starts.times_bare:.2f} times bare Textual (aim: at most {AIM})."]

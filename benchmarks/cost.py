"""What a stretch of work cost this process: CPU seconds of all its threads, time by the wall, and memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU and wall in seconds; `peak` is the most memory that the process ever had, in MB."""

    cpu: float
    wall: float
    peak: float


class Stopwatch:
    """Runs from its making."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def stop(self) -> Cost:
        """Return what it cost so far."""
        return Cost(time.process_time() - self._cpu, time.perf_counter() - self._wall, peak())


def peak() -> float:
    """Return the most memory that this process ever had, in MB; 0 where the kernel does not tell.

    Not `getrusage`: its number is carried over from the process that started this one.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)

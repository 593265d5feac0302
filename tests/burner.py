"""A machine under load: processes that do nothing but use the processor."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def load(*, is_on: bool) -> Iterator[None]:
    """Keep every processor busy while the context lasts, if asked to."""
    count = (os.cpu_count() or 1) if is_on else 0
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()

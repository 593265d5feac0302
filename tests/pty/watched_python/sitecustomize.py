"""Put before the client by a test: each file that Python opens for writing is told, a path a line, to a file of the test's."""

from __future__ import annotations

import os
import sys
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_told = os.open(os.environ["FELTJOURNAL_TEST_WRITTEN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str | bytes) and arguments[2] & _WRITES:
        os.write(_told, os.fsencode(arguments[0]) + b"\n")
    elif event in {"os.mkdir", "os.rename", "os.link", "os.symlink"}:
        os.write(_told, os.fsencode(arguments[1 if event != "os.mkdir" else 0]) + b"\n")


sys.addaudithook(_hear)

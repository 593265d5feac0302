"""The process: what keeps its memory and its files from other eyes, and what ends it with its parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def harden() -> list[str]:
    """Make new files private, forbid core dumps and reading by other processes; return what this system lacks."""
    os.umask(0o077)
    lacking: list[str] = []
    if not _forbid_core_dumps():
        lacking.append("core-limit")
    if not _prctl(_PR_SET_DUMPABLE, 0):
        lacking.append("not-dumpable")
    return lacking


def end_with_parent() -> bool:
    """Ask the system to end this process when its parent dies; False where the system cannot."""
    return _prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))


def scrub_environment() -> None:
    """Drop the variables that make Textual log keys, load code or write screens to disk (security.md §3.3).

    `COLUMNS` and `LINES` go too: where a shell exports them they outlive a resize, and the client would draw for another size.
    """
    kept = {"TEXTUAL_DISABLE_KITTY_KEY"}
    for name in [n for n in os.environ if n.startswith("TEXTUAL") and n not in kept]:
        del os.environ[name]
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)


def _forbid_core_dumps() -> bool:
    try:
        import resource
    except ImportError:
        return False
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        return True
    return False


def _prctl(option: int, value: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    with contextlib.suppress(OSError, AttributeError):
        return bool(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) == 0)
    return False

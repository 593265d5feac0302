"""The process: what keeps its memory and its files from other eyes, what ends it with its parent, what replaces it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4


def harden() -> list[str]:
    """Make new files private, forbid core dumps and reading by other processes; return what this system lacks."""
    os.umask(0o077)
    _forbid_core_dumps()
    _prctl(_PR_SET_DUMPABLE, 0)
    return exposed()


def exposed() -> list[str]:
    """Return in what this process is open to other eyes, as the system itself tells.

    `core-limit`: it may leave a core dump. `not-dumpable`: what runs under the same user may read its memory, and a handler of
    dumps may be handed it; no limit keeps a dump from a handler, only this does.
    """
    lacking: list[str] = []
    if _core_limit() != (0, 0):
        lacking.append("core-limit")
    if _prctl(_PR_GET_DUMPABLE, 0) != 0:
        lacking.append("not-dumpable")
    return lacking


def start_anew(*more: str) -> NoReturn:
    """Run this program again from its beginning with more arguments in place of this process: nothing in its memory is left.

    Only where no parent starts a fresh one. On Windows the system makes a new process and ends this one, which comes to the same.
    """
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:], *more])  # noqa: S606  the very program that runs


def end_with_parent() -> bool:
    """Ask the system to end this process when its parent dies; False where the system cannot."""
    return _prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM)) == 0


def scrub_environment() -> None:
    """Drop the variables that make Textual log keys, load code or write screens to disk (security.md §3.3).

    `COLUMNS` and `LINES` go too: where a shell exports them they outlive a resize, and the client would draw for another size.
    """
    kept = {"TEXTUAL_DISABLE_KITTY_KEY"}
    for name in [n for n in os.environ if n.startswith("TEXTUAL") and n not in kept]:
        del os.environ[name]
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)


def _forbid_core_dumps() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _core_limit() -> tuple[int, int] | None:
    """Return how large a core dump may be, and might be made; None where the system has no such limit."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrlimit(resource.RLIMIT_CORE)


def _prctl(option: int, value: int) -> int:
    """Return what the system answers; -1 where it cannot be asked."""
    if not sys.platform.startswith("linux"):
        return -1
    with contextlib.suppress(OSError, AttributeError):
        return int(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0))
    return -1

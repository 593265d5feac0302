"""Asking for the PIN without a screen: from an inherited file descriptor or by a prompt; never from an argument or a variable."""

from __future__ import annotations

import getpass
import os
import signal
import sys
from enum import Enum, auto

_LONGEST = 1024


class NoPinBecause(Enum):
    """Why there is none."""

    NO_TERMINAL = auto()
    EMPTY = auto()
    UNREADABLE = auto()
    DIFFERENT = auto()


class NoPin(Exception):
    """There is no PIN to try; nothing was tried."""

    def __init__(self, because: NoPinBecause) -> None:
        super().__init__(because.name)
        self.because = because


def read_pin(descriptor: int | None, prompt: str = "PIN: ") -> str:
    """Return the PIN: the first line of the descriptor, or what is typed at the prompt without echo.

    Raises:
        NoPin: no descriptor and no terminal, an empty line, or a descriptor that cannot be read.
    """
    if descriptor is not None:
        return _given(_first_line(descriptor))
    if not sys.stdin.isatty():
        raise NoPin(NoPinBecause.NO_TERMINAL)
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # asyncio's own would wait for the answer
    try:
        return _given(getpass.getpass(prompt))
    except EOFError:
        raise NoPin(NoPinBecause.EMPTY) from None
    finally:
        signal.signal(signal.SIGINT, before)


def read_new_pin(descriptor: int | None) -> str:
    """Return a new PIN: from the descriptor, or typed twice at prompts.

    Raises:
        NoPin: as `read_pin`, or the two are not the same.
    """
    if descriptor is not None:
        return _given(_first_line(descriptor))
    new, again = read_pin(None, "Ny PIN: "), read_pin(None, "Ny PIN igjen: ")
    if new != again:
        raise NoPin(NoPinBecause.DIFFERENT)
    return new


def _given(pin: str) -> str:
    if not pin:
        raise NoPin(NoPinBecause.EMPTY)
    return pin


def _first_line(descriptor: int) -> str:
    """Return the first line; a pipe may bring it in pieces."""
    taken = b""
    try:
        while b"\n" not in taken and len(taken) < _LONGEST:
            piece = os.read(descriptor, _LONGEST - len(taken))
            if not piece:
                break
            taken += piece
    except (OSError, OverflowError):
        raise NoPin(NoPinBecause.UNREADABLE) from None
    return taken.decode("utf-8", "replace").split("\n", 1)[0].removesuffix("\r")

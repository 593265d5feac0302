"""Asking for the PIN without a screen: from an inherited file descriptor or by a prompt; never from an argument or a variable."""

from __future__ import annotations

import getpass
import os
import sys

_LONGEST = 1024


class NoPin(Exception):
    """There is no way to ask: no file descriptor was named and there is no terminal."""


def read_pin(descriptor: int | None) -> str:
    """Return the PIN: the first line of the descriptor, or what is typed at the prompt without echo.

    Raises:
        NoPin: no descriptor and no terminal, an empty line, or a descriptor that cannot be read.
    """
    if descriptor is not None:
        return _from_descriptor(descriptor)
    if not sys.stdin.isatty():
        raise NoPin
    pin = getpass.getpass("PIN: ")
    if not pin:
        raise NoPin
    return pin


def _from_descriptor(descriptor: int) -> str:
    try:
        taken = os.read(descriptor, _LONGEST)
    except OSError as error:
        raise NoPin from error
    line = taken.decode("utf-8", "replace").split("\n", 1)[0]
    if not line:
        raise NoPin
    return line

"""What is shown when the program fails: never a value, a local variable or the text of an exception."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

CRASHED = 70
"""The exit code of a crash (EX_SOFTWARE)."""

_ROOT = Path(__file__).resolve().parent.parent
_PAGE = """\

 Feltjournal stanset på grunn av en feil i programmet.

   Hva er trygt    Alt som er signert, og alle lagrede utkast, ligger kryptert på maskinen.
                   Det som ble skrevet det siste sekundet, kan mangle.
   Gjør nå         Start programmet på nytt og lås opp med PIN. Se over siste utkast.
   Meld fra        Feilnummer {incident}
                   Sted       {place}
"""


def page(error: BaseException | None, incident: str) -> str:
    """Return the fixed page: an incident number and where in our code, nothing of what was in it."""
    return _PAGE.format(incident=incident, place=place(error))


def place(error: BaseException | None) -> str:
    """Return the kind of the error and the innermost line of ours that it passed."""
    if error is None:
        return "ukjent"
    return f"{type(error).__name__} {_innermost(error.__traceback__)}".rstrip()


def _innermost(trace: TracebackType | None) -> str:
    """Return `tui/app.py:12`, or nothing when none of our files was passed."""
    found = ""
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(_ROOT) and ".venv" not in file.parts:
            found = f"{file.relative_to(_ROOT).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def silence() -> None:
    """Keep Python itself from printing exceptions, which carry values: uncaught, in threads, and logged."""
    logging.lastResort = None
    logging.raiseExceptions = False
    sys.excepthook = lambda *_error: None
    sys.unraisablehook = lambda _error: None
    threading.excepthook = lambda _error: None

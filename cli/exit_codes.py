"""The exit codes of the headless commands; the manual page and the tests read them here."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """0 is well; the others tell a script what to do next."""

    OK = 0
    FAULT = 1  # something broke; the message says what
    USAGE = 2  # the command line was not understood (argparse's own code)
    LOCKED = 3  # no PIN, a wrong PIN, or locked until an online sign-in
    OFFLINE = 4  # the journal cannot be reached; nothing is lost
    BUSY = 5  # another Feltjournal has the cache open
    UNSENT = 6  # sync ran, and something signed is still not in the journal
    NOTHING = 7  # there is no cache on this machine
    WRONG_KEY = 8  # the organisation's key does not open the seals
    OTHER_JOURNAL = 9  # the seals belong to another journal
    DAMAGED = 10  # a seal, or the file that it came in, is not whole
    TRUNCATED = 11  # the file with seals ends too early: it was not copied whole
    LOG_BROKEN = 12  # the audit log does not hold: something was deleted, changed, moved or cut off

"""`feltjournal audit verify`: whether the log of who read what is whole. Numbers only: nothing of a patient is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli import audit_words as words
from cli import headless
from cli.exit_codes import ExitCode
from services.log_check import JournalSays
from services.trouble import TroubleCode

if TYPE_CHECKING:
    from argparse import Namespace

    from services.log_check import LogFinding
    from services.views import Door
    from services.workday import Workday

_CUT_BACK = {TroubleCode.CACHE_OLDER: ("log-cut-back", ExitCode.LOG_BROKEN, words.CUT_BACK)}
"""The database is behind the end of the log that is kept outside it: it is not even opened."""


def run(options: Namespace) -> int:
    """Verify; `options` has `verb`, `json`, `pin_fd` and `offline`."""

    async def verify(workday: Workday, _door: Door) -> tuple[dict[str, Any], ExitCode]:
        finding = await workday.verify_log(asks_journal=not options.offline)
        return as_json(finding), exit_of(finding)

    return headless.run(options, verify, words.lines, instead=_CUT_BACK)


def exit_of(finding: LogFinding) -> ExitCode:
    """Return the exit code: whole, broken, or whole as far as can be told without the journal."""
    if not finding.is_whole:
        return ExitCode.LOG_BROKEN
    return ExitCode.OFFLINE if finding.journal is JournalSays.UNREACHABLE else ExitCode.OK


def as_json(finding: LogFinding) -> dict[str, Any]:
    """Return the finding for scripts."""
    return {
        "whole": finding.is_whole,
        "rows": finding.rows,
        "broken_at": finding.broken_at,
        "kept": finding.kept,
        "told": finding.told,
        "journal": finding.journal.value,
        "seen": finding.seen,
    }

"""The child process that holds the screens, the keys and the cache."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from services.workday import Workday


def run_client(options: Namespace, *, is_locked: bool) -> int:
    """Run the screens until they end; return the exit code."""
    return guarded(lambda: _run(options, is_locked=is_locked))


def guarded(run: Callable[[], int]) -> int:
    """Run the client; an error outside its screens gets the same page as one within."""
    from tui import crash

    crash.silence()
    try:
        return run()
    except BaseException as error:  # noqa: BLE001  the last place where it can be kept from printing values
        from ports.ids import SystemIds

        print(crash.page(error, SystemIds().uuid()[:8]), file=sys.stderr)
        return crash.CRASHED


def _run(options: Namespace, *, is_locked: bool) -> int:
    del is_locked  # a cache that is there is locked whenever a process starts
    from ports.clock import SystemClock
    from tui.app import FeltjournalApp
    from tui.launch import Launch
    from tui.screens.opening import OpeningScreen

    clock = SystemClock()
    days: list[Workday] = []

    def workday() -> Workday:
        days.append(_workday(options))
        return days[-1]

    app = FeltjournalApp(Launch(lambda: OpeningScreen(clock), workday, clock))
    app.run(mouse=False)
    if any(day.left_signed_in for day in days):
        from cli.words import LEFT_SIGNED_IN

        print(LEFT_SIGNED_IN, file=sys.stderr)
    return app.return_code or 0


def _workday(options: Namespace) -> Workday:
    """Build the working day. With `--sandbox`, or to practise in it, the embedded journal is started first."""
    from services.start import practice_here, workday_here

    journal, is_embedded = practice_here(options.journal) if options.practice else (options.journal, False)
    if options.sandbox or is_embedded:
        from cli.embedded import start_embedded

        start_embedded()
    return workday_here(journal=journal, no_cache=options.no_cache)

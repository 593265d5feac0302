"""A pytest plugin: counts, at the end of a run, the faults whose tests passed in it, and names those with a failed one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.reliability.faults import FAULTS, NOT_TESTED
from tests.reliability.table import shown_by

if TYPE_CHECKING:
    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the count when the run was of many tests; a short one says nothing of the list."""
    passed = {_test(report.nodeid) for report in terminalreporter.stats.get("passed", ())}
    failed = {_test(report.nodeid) for report in terminalreporter.stats.get("failed", ())}
    found = shown_by()
    shown = [fault for fault in FAULTS if passed & set(found.get(fault, ()))]
    broken = [fault for fault in FAULTS if failed & set(found.get(fault, ()))]
    if len(passed) < 500:
        return
    terminalreporter.section("faults survived")
    terminalreporter.line(
        f"{len(shown)} of {len(FAULTS)} shown by tests that passed, {len(NOT_TESTED)} not tested (docs/reliability.md)"
    )
    for fault in broken:
        terminalreporter.line(f"failed: {fault} {FAULTS[fault]}", red=True)
    missing = [fault for fault in FAULTS if fault not in shown and fault not in NOT_TESTED]
    if missing:
        terminalreporter.line(f"not shown by this run: {', '.join(missing)}", red=bool(os.environ.get("CI")))


def _test(nodeid: str) -> str:
    """Return `path::name` without parameters and without xdist's group."""
    return nodeid.split("[", maxsplit=1)[0].split("@", maxsplit=1)[0]

"""What every run prints at its end beside the results: how typing in bursts went, ours and stock Textual's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

BURST = "burst"
"""The property under which a test records one line of the table."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, when there is anything in it."""
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    lines = [str(value) for report in reports for name, value in report.user_properties if name == BURST]
    if lines:
        terminalreporter.section("keys in bursts")
        for line in sorted(lines):
            terminalreporter.line(line)

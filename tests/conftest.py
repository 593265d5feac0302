"""What holds for every run: no property test is timed; at its end stands how typing in bursts went, ours and stock Textual's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

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

"""A crash shows a fixed page: no value, no local variable, no text of the exception; and the exit code tells."""

from __future__ import annotations

import re
import sys

import pytest

from tests.hostile_app import SECRETS
from tests.pty.terminal import Terminal
from tui.crash import CRASHED


@pytest.mark.parametrize("key", ["h", "w", "r", "t", "p", "m"])
def test_crash_tells_nothing_of_the_patient(key: str) -> None:
    """Wherever it fails, with patient data in locals and in the exception, only the page is left. Fault: Y9, T4."""
    with Terminal([sys.executable, "-m", "tests.hostile_app", "fail"]) as terminal:
        terminal.wait_for(SECRETS[0])
        terminal.settle()
        before = len(terminal.raw)
        terminal.send(key)
        assert terminal.wait_end() == CRASHED
        after = terminal.raw[before:].decode()
    assert not [secret for secret in SECRETS if secret in after]
    assert "Traceback" not in after
    assert "Hva er trygt" in after
    assert re.search(r"Feilnummer [0-9a-f]{8}", after)


def test_crash_before_the_screens_tells_nothing_either() -> None:
    """An error outside the application gets the same page."""
    with Terminal([sys.executable, "-m", "tests.hostile_app", "fail-early"]) as terminal:
        assert terminal.wait_end() == CRASHED
        text = terminal.raw.decode()
    assert not [secret for secret in SECRETS if secret in text]
    assert "KeyError tests/hostile_app.py" in text

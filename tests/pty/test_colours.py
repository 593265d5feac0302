"""The colours that reach the terminal: none, sixteen or many; the chosen row is seen without any."""

from __future__ import annotations

import os
import re
import sys

import pytest

from tests.pty.terminal import Terminal

SGR = re.compile(r"\x1b\[([0-9;]*)m")


def _codes(environment: dict[str, str]) -> list[str]:
    """Return the graphic codes of a list with a warning on it."""
    whole = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLORTERM")}
    command = [sys.executable, "-m", "benchmarks.row_apps", "ours"]
    with Terminal(command, environment=whole | {"COLORTERM": ""} | environment) as terminal:
        terminal.wait_for("> 07:30")
        terminal.settle()
        return SGR.findall(terminal.raw.decode())


def test_no_color_sends_no_colour() -> None:
    """Only weights and reverse video.

    Fault: T1.
    """
    codes = {part for code in _codes({"NO_COLOR": "1"}) for part in code.split(";")}
    assert codes <= {"", "0", "1", "2", "3", "4", "7", "39", "49"}
    assert "7" in codes


def test_sixteen_colours_send_no_other() -> None:
    """A plain xterm gets the sixteen, on its own ground."""
    codes = _codes({"TERM": "xterm"})
    assert not [code for code in codes if re.search(r"[34]8;", code)]
    assert [code for code in codes if "31" in code.split(";") or "91" in code.split(";")]


@pytest.mark.parametrize("environment", [{"COLORTERM": "truecolor"}, {}], ids=["truecolor", "256"])
def test_danger_is_red_and_nothing_is_green(environment: dict[str, str]) -> None:
    """With many colours the tones are ours."""
    codes = _codes({"TERM": "xterm-256color"} | environment)
    wanted = "38;2;255;128;120" if environment else "38;5;"
    assert [code for code in codes if wanted in code]
    assert not [code for code in codes if code.split(";")[0] in ("32", "42", "92", "102")]

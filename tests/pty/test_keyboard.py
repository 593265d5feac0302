"""Bursts of keys through a real pseudo-terminal, idle and loaded, with stock Textual beside ours."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.burner import load
from tests.form_app import TYPED, WORDS
from tests.pty.terminal import Terminal, keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("is_loaded", [False, True], ids=["idle", "loaded"])
@pytest.mark.parametrize("gap", [0.0, 0.005, 0.020, 0.050], ids=lambda gap: f"{gap * 1000:.0f}ms")
def test_burst_through_a_terminal_lands_right(
    gap: float, *, is_loaded: bool, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Every value is in its own field at every pace; what stock Textual makes of it is reported."""
    with load(is_on=is_loaded):
        ours = _landed("ours", gap, tmp_path)
        stock = _landed("stock", gap, tmp_path)
    right = sum(stock.get(field) == value for field, value in TYPED.items())
    record_property("stock_fields_right", right)
    print(f"stock Textual, gap {gap * 1000:.0f} ms, loaded {is_loaded}: {right} of 8 right: {stock}")
    assert ours == TYPED


def _landed(which: str, gap: float, folder: Path) -> dict[str, str]:
    result = folder / which
    with Terminal([sys.executable, "-m", "tests.form_app", which, str(result)]) as terminal:
        terminal.wait_for("besøk 0")
        terminal.send(*keys(WORDS), gap=gap)
        if which == "ours":
            terminal.wait_for("ferdig temp")
        terminal.settle(0.7)
        terminal.send("ctrl+q")
        terminal.wait_end()
    landed: dict[str, str] = json.loads(result.read_text())
    return landed


def test_keys_typed_before_the_first_frame_are_kept() -> None:
    """From the first line on, what is typed waits for the client, unseen and in order."""
    with Terminal([sys.executable, "-m", "tests.hostile_app", "list"]) as terminal:
        terminal.wait_for("Feltjournal åpnes")
        assert "Skjema" not in terminal.text
        terminal.send(*keys(WORDS))
        terminal.wait_for("ferdig temp")
        terminal.settle()
        shown = [line.strip().strip("[]_ ") for line in terminal.lines[1:9]]
        assert shown == list(TYPED.values())

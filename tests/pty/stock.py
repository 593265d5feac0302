"""Stock Textual on the comparable list and form, typed into through the same kind of terminal."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from tests.form_app import TYPED, WORDS
from tests.pty.terminal import Terminal, keys

if TYPE_CHECKING:
    from pathlib import Path


def stock_fields_right(gap: float, folder: Path) -> int:
    """Type the whole burst into stock Textual; return how many of the eight values stand in their own field."""
    result = folder / "stock.json"
    with Terminal([sys.executable, "-m", "tests.form_app", "stock", str(result)]) as terminal:
        terminal.wait_for("besøk 0")
        terminal.send(*keys(WORDS), gap=gap)
        terminal.settle(0.7)  # there is no sign of its having handled a key: that is the fault shown here
        terminal.send("ctrl+q")
        terminal.wait_end()
    landed: dict[str, str] = json.loads(result.read_text())
    return sum(landed.get(field) == value for field, value in TYPED.items())

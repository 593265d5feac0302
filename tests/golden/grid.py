"""Text grids: what a screen shows, kept beside the tests. `FELTJOURNAL_GRIDS=write` writes them anew."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

FOLDER = Path(__file__).parent / "grids"


def assert_grid(name: str, text: str) -> None:
    """Compare a screen with the one that was looked at and kept."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("FELTJOURNAL_GRIDS") == "write":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(f"{text}\n", encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    difference = difflib.unified_diff(kept.splitlines(), text.splitlines(), "kept", "shown", lineterm="")
    assert text.splitlines() == kept.splitlines(), "\n".join(difference)

"""Keys typed before there is a client. Bursts into the client stand in `test_burst_real_form`."""

from __future__ import annotations

import sys

from tests.form_app import TYPED, WORDS
from tests.pty.terminal import Terminal, keys


def test_keys_typed_before_the_first_frame_are_kept() -> None:
    """From the first line on, what is typed waits for the client, unseen and in order."""
    with Terminal([sys.executable, "-m", "tests.hostile_app", "list"]) as terminal:
        terminal.wait_for("Feltjournal åpnes")
        assert "Skjema" not in terminal.text
        terminal.send(*keys(WORDS))
        terminal.wait_for("ferdig temp")
        terminal.wait_for(lambda t: [one.strip().strip("[]_ ") for one in t.lines[1:9]] == [*TYPED.values()])

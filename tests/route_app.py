"""Every way by which stock Textual can put a text on the terminal, in our application: `python -m tests.route_app`.

The screens use few of these widgets; this holds the last gate for all of them, so that one that is taken into use is safe before
anybody thinks of it. Keys: `c` asks for the clipboard, `s` for a picture of the screen, `z` for the program to be suspended,
`n` for the next payload.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import (
    Button,
    Checkbox,
    Collapsible,
    DataTable,
    Digits,
    Footer,
    Header,
    Input,
    Label,
    Link,
    ListItem,
    ListView,
    Log,
    Markdown,
    OptionList,
    Pretty,
    RadioButton,
    RichLog,
    Select,
    SelectionList,
    Static,
    Tab,
    Tabs,
    TextArea,
    Tree,
)

from cli import supervisor
from cli.__main__ import _protect
from tests.form_app import no_day
from tests.hostile_app import PAYLOADS
from tui.acting import Acting
from tui.app import FeltjournalApp
from tui.launch import Launch

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget

SIZE = (80, 130)


def _bordered(text: str) -> Static:
    one = Static("ramme")
    one.styles.border = ("round", "white")
    one.border_title = text
    one.border_subtitle = text
    return one


MARKUP_ROUTES: dict[str, Callable[[str], Widget]] = {
    "Static": Static,
    "Label": Label,
    "Button": Button,
    "Checkbox": Checkbox,
    "RadioButton": RadioButton,
    "OptionList": OptionList,
    "Select": lambda text: Select([(text, 1)], value=1),
    "SelectionList": lambda text: SelectionList((text, 1)),
    "Collapsible title": lambda text: Collapsible(title=text),
    "Tabs": lambda text: Tabs(Tab(text)),
    "ListView": lambda text: ListView(ListItem(Label(text))),
    "border title": _bordered,
}
"""Where a plain string is read as markup: no payload that looks like it, which is another matter (the lint holds it)."""
PLAIN_ROUTES: dict[str, Callable[[str], Widget]] = {
    "Static without markup": lambda text: Static(text, markup=False),
    "Static of Text": lambda text: Static(Text(text)),
    "Static of Content": lambda text: Static(Content(text)),
    "OptionList without markup": lambda text: OptionList(text, markup=False),
    "Input": Input,
    "Input placeholder": lambda text: Input(placeholder=text),
    "TextArea": TextArea,
    "TextArea of code": TextArea.code_editor,
    "Markdown": Markdown,
    "Digits": Digits,
    "Pretty": Pretty,
    "Link": lambda text: Link(text, url=text),
    "Tree": lambda text: Tree(Text(text)),
    "DataTable": lambda _text: DataTable(),
    "Log": lambda _text: Log(),
    "RichLog": lambda _text: RichLog(),
}


class RoutesScreen(Acting, Screen[None]):
    """One payload by every route."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("c", "clip", ""),
        ("s", "app.screenshot", ""),
        ("z", "app.suspend_process", ""),
        ("n", "next_payload", ""),
    ]
    CSS = """
    RoutesScreen VerticalScroll > * { height: auto; max-height: 3; min-height: 1; }
    """

    def __init__(self, number: int = 0) -> None:
        super().__init__()
        self.number = number
        name = list(PAYLOADS)[number]
        self.payload = f"før{PAYLOADS[name]}etter"
        self.routes = PLAIN_ROUTES if name in {"click", "closing"} else {**MARKUP_ROUTES, **PLAIN_ROUTES}
        self.title = self.payload

    def compose(self) -> ComposeResult:
        """Lay every route out below the other, each named before it."""
        yield Header()
        yield Static(f"nyttelast {self.number}", markup=False)
        with VerticalScroll():
            for name, make in self.routes.items():
                yield Static(f"rute {name}", markup=False)
                yield make(self.payload)
        yield Footer()

    def on_mount(self) -> None:
        """Fill what is filled later."""
        table = self.query_one(DataTable)
        table.add_column(Text(self.payload))
        table.add_row(Text(self.payload))
        self.query_one(Log).write_line(self.payload)
        self.query_one(RichLog).write(Text(self.payload))
        self.query_one(Tree).root.add(Text(self.payload))
        self.notify(self.payload, title=self.payload, markup=False)
        self.call_after_refresh(self.query_one(VerticalScroll).focus)

    def action_clip(self) -> None:
        """Ask for the clipboard."""
        self.app.copy_to_clipboard(self.payload)

    def action_next_payload(self) -> None:
        """Show the same routes with the next payload."""
        self.app.push_screen(RoutesScreen(self.number + 1))


def main() -> int:
    """Run it under the parent."""
    return supervisor.run(lambda _locked: _client(), before=_protect)


def _client() -> int:
    from cli.client import guarded

    def run() -> int:
        app = FeltjournalApp(Launch(RoutesScreen, no_day))
        app.run(mouse=False)
        return app.return_code or 0

    return guarded(run)


if __name__ == "__main__":
    raise SystemExit(main())

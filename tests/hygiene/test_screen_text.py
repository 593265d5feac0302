"""No text that is not written out in the source reaches a widget that would parse it as markup."""

from __future__ import annotations

import ast

import pytest

from tests.hygiene.screen_text_lint import risks
from tests.hygiene.sources import python_names, tree


def test_no_screen_takes_text_for_markup() -> None:
    found = [
        f"{name}:{risk.line} {risk.what}" for name in python_names("tui", "cli") for risk in risks(tree(name))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "Static(note.text)",
        "Static(f'{note.text}')",
        "widgets.Label(text)",
        "Button(label=name)",
        "Static(content=text)",
        "self.notify(trouble)",
        "self.app.notify(f'{name} er signert')",
        "Static(text, markup=True)",
        "Static('a', markup=True)",
        "Static(text, markup=flag)",
        "Option(name)",
        "self.query_one(Static).update(f'{name}')",
        "line.update('a ' + name)",
        "line.update('{}'.format(name))",
        "self.border_title = patient.family",
        "self.border_title = f'{patient.family}'",
        "Content.from_markup(text)",
        "Static(Content.from_markup(text))",
        "from textual.widgets import Markdown",
        "class Banner(Static):\n    def __init__(self, text):\n        super().__init__(text)",
        "class Line(Widget):\n    def render(self) -> str:\n        return self.text",
        "class Line(Widget):\n    def render(self) -> RenderResult:\n        return f'{self.text}'",
        "self.exit(message=f'{name}')",
        "self.copy_to_clipboard(text)",
    ],
)
def test_a_planted_risk_is_found(source: str) -> None:
    assert risks(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "Static()",
        "Static('Ingen kjente')",
        "Static(show(note.text))",
        "Static(terminal.show(note.text), id='note')",
        "Static(Content(text))",
        "Static(Content.assemble((text, 'bold')))",
        "Static(note.text, markup=False)",
        "self.notify(trouble, markup=False)",
        "self.border_title = show(name)",
        "found.update(other)",
        "line.update(show(text))",
        "class Banner(Static):\n    def __init__(self, text):\n        super().__init__(text, markup=False)",
        "class Line(Widget):\n    def render(self) -> Content:\n        return Content(self.text)",
    ],
)
def test_what_never_parses_markup_is_left_alone(source: str) -> None:
    assert risks(ast.parse(source)) == []

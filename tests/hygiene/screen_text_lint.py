"""Finds where a screen may take text from the journal for markup (security.md §3.2, third layer).

Textual reads markup in what these widgets are given unless they are told not to, and then clinical text in
brackets vanishes. Only text written out in the source may go there as it is; all else goes through `show()`,
a `Content` or `markup=False`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

# Widgets and calls that read markup in their text, and whether they can be told not to.
READERS = frozenset(
    {
        "Static",
        "Label",
        "Button",
        "Checkbox",
        "RadioButton",
        "ToggleButton",
        "Option",
        "Selection",
        "OptionList",
        "Select",
        "SelectionList",
        "Collapsible",
        "Tab",
        "TabPane",
        "Tree",
        "Link",
        "notify",
    }
)
SAFE_MAKERS = frozenset({"show", "Content", "Text"})
TITLES = frozenset({"border_title", "border_subtitle", "tooltip"})
FORBIDDEN_IMPORTS = frozenset({"Markdown", "MarkdownViewer", "Markup"})
FORBIDDEN_CALLS = frozenset({"from_markup", "render_markup", "copy_to_clipboard"})


@dataclass(frozen=True, slots=True)
class Risk:
    """One place where text may be read as markup."""

    line: int
    what: str


def risks(source: ast.Module) -> list[Risk]:
    """Return every such place, in order."""
    visitor = _Visitor()
    visitor.visit(source)
    return sorted(visitor.found, key=lambda risk: (risk.line, risk.what))


class _Visitor(ast.NodeVisitor):
    """Walks one source and knows which class it is in."""

    def __init__(self) -> None:
        self.found: list[Risk] = []
        self._in_reader = False

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Refuse the widgets that parse Markdown."""
        for alias in node.names:
            if alias.name in FORBIDDEN_IMPORTS:
                self._note(node, f"import of {alias.name}")

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Remember whether the class is one of the readers, for its `super().__init__`."""
        outer = self._in_reader
        self._in_reader = any(_last_name(base) in READERS for base in node.bases)
        self.generic_visit(node)
        self._in_reader = outer

    def visit_Call(self, node: ast.Call) -> None:
        """Judge calls of readers, and of what parses markup by its nature."""
        name = _last_name(node.func)
        if name in FORBIDDEN_CALLS:
            self._note(node, f"{name}()")
        if any(
            keyword.arg == "markup" and _is_constant(keyword.value, value=True) for keyword in node.keywords
        ):
            self._note(node, "markup=True")
        if (name in READERS or self._is_reader_init(node)) and not _says_no_markup(node):
            self._judge_arguments(node, name)
        if name == "update" and any(_is_built(argument) for argument in node.args):
            self._note(node, "update() with a built string")
        if name == "exit" and any(
            keyword.arg == "message" and not _is_safe(keyword.value) for keyword in node.keywords
        ):
            self._note(node, "exit(message=...)")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Judge titles of frames."""
        for target in node.targets:
            if isinstance(target, ast.Attribute) and target.attr in TITLES and not _is_safe(node.value):
                self._note(node, target.attr)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Judge `render`: a plain string it returns is read as markup."""
        if node.name == "render" and isinstance(node.returns, ast.Name) and node.returns.id == "str":
            self._note(node, "render() -> str")
        if node.name == "render":
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None and _is_built(inner.value):
                    self._note(inner, "render() returns a built string")
        self.generic_visit(node)

    def _judge_arguments(self, node: ast.Call, name: str) -> None:
        texts = [
            *node.args,
            *(k.value for k in node.keywords if k.arg in {"content", "label", "title", "message"}),
        ]
        if any(not _is_safe(text) for text in texts):
            self._note(node, f"{name}() with text that is not written out")

    def _is_reader_init(self, node: ast.Call) -> bool:
        function = node.func
        if not (self._in_reader and isinstance(function, ast.Attribute) and function.attr == "__init__"):
            return False
        return isinstance(function.value, ast.Call) and _last_name(function.value.func) == "super"

    def _note(self, node: ast.stmt | ast.expr, what: str) -> None:
        self.found.append(Risk(node.lineno, what))


def _last_name(node: ast.expr) -> str:
    """Return the last part of a name, without the type arguments of a generic class."""
    if isinstance(node, ast.Subscript):
        return _last_name(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_constant(node: ast.expr, *, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _says_no_markup(node: ast.Call) -> bool:
    return any(
        keyword.arg == "markup" and _is_constant(keyword.value, value=False) for keyword in node.keywords
    )


def _is_built(node: ast.expr) -> bool:
    """Tell whether a string is put together here: an f-string with a hole, `+`, `%` or `.format`."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return any(isinstance(side, ast.JoinedStr) or _is_text(side) for side in (node.left, node.right))
    return isinstance(node, ast.Call) and _last_name(node.func) == "format"


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_safe(node: ast.expr) -> bool:
    """Tell whether an argument is written out, or made by something that never parses markup."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.JoinedStr):
        return not _is_built(node)
    if isinstance(node, ast.Call):
        makers = {_last_name(node.func)}
        if isinstance(node.func, ast.Attribute):
            makers.add(_last_name(node.func.value))
        return bool(makers & SAFE_MAKERS) and not makers & FORBIDDEN_CALLS
    return False

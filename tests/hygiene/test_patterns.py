"""Patterns are constants of the source: none is built of what was typed, or of what the journal sent (ReDoS)."""

from __future__ import annotations

import ast

import pytest

from tests.hygiene.sources import ROOMS, python_names, tree

_TAKE_A_PATTERN = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}


def built(source: ast.Module) -> list[str]:
    """Return the patterns of a source that are put together of anything but its own constants."""
    found: list[str] = []
    for node in ast.walk(source):
        if isinstance(node, ast.ImportFrom) and node.module == "re":
            found.append("from re")
        if (
            isinstance(node, ast.Call)
            and _is_of_re(node.func)
            and not (node.args and _is_fixed(node.args[0]))
        ):
            found.append(ast.unparse(node))
    return found


def _is_of_re(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
        and function.attr in _TAKE_A_PATTERN
    )


def _is_fixed(pattern: ast.expr) -> bool:
    """Tell whether a pattern is a text, a constant by its name, or put together of such."""
    if isinstance(pattern, ast.JoinedStr):
        return all(_is_fixed(one) for one in pattern.values)
    if isinstance(pattern, ast.FormattedValue):
        return _is_fixed(pattern.value)
    if isinstance(pattern, ast.BinOp):
        return _is_fixed(pattern.left) and _is_fixed(pattern.right)
    is_named = isinstance(pattern, ast.Name) and pattern.id.isupper()
    return is_named or isinstance(pattern, ast.Constant)


def test_no_pattern_is_built_of_data() -> None:
    found = {name: built(tree(name)) for name in python_names(*ROOMS)}
    assert {name: bad for name, bad in found.items() if bad} == {}
    assert sum("re." in ast.unparse(tree(name)) for name in python_names(*ROOMS)) > 10


@pytest.mark.parametrize(
    ("source", "is_bad"),
    [
        ("import re\nre.search(typed, text)", True),
        ('import re\nre.compile(f"^{name}$")', True),
        ("from re import search", True),
        ('import re\nre.compile(f"[{_SIGNS}]{{2}}")', False),
        ('import re\nre.sub("a" + TAIL, typed, text)', False),
    ],
)
def test_a_built_one_would_be_seen(source: str, *, is_bad: bool) -> None:
    assert bool(built(ast.parse(source))) is is_bad

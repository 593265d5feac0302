"""Files stay within 400 lines and functions within 50, code and tests alike."""

from __future__ import annotations

import ast

from tests.hygiene.sources import python_names, texts, tree

FILE_LINES = 400
FUNCTION_LINES = 50


def lengths(module: ast.Module) -> dict[str, int]:
    """Return the lines of each function by its name and first line."""
    functions = [
        node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return {
        f"{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions
    }


def test_files_are_short() -> None:
    lines = {name: len(texts()[name].splitlines()) for name in python_names()}
    assert {name: count for name, count in lines.items() if count > FILE_LINES} == {}


def test_functions_are_short() -> None:
    long = {
        f"{name}:{function}": count
        for name in python_names()
        for function, count in lengths(tree(name)).items()
        if count > FUNCTION_LINES
    }
    assert long == {}


def test_a_long_function_would_be_seen() -> None:
    body = "\n".join("    x = 1" for _ in range(FUNCTION_LINES))
    assert lengths(ast.parse(f"def f():\n{body}")) == {"1 f": FUNCTION_LINES + 1}

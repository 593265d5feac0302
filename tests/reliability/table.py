"""Which test shows which fault, read from the tests' own docstrings, and the page that is made of it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.omissions import ROOT
from tests.reliability.faults import FAULTS, NOT_TESTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAGE = ROOT / "docs" / "reliability.md"

_NAMED = re.compile(r"\bFaults?: ((?:[A-Z]\d+(?:-[A-Z]?\d+)?(?:, | and )?)+)\.")
_ONE = re.compile(r"([A-Z])(\d+)(?:-[A-Z]?(\d+))?")

_HEAD = """# Faults, and the tests that show each one survived

Made from the tests by `make reliability`; a fault with neither a test nor a reason, and a page that is not the tests' own, fail
`make test`. Every run ends with a line that counts the faults whose tests passed in it.

| fault | what happens | shown by |
|---|---|---|
"""


def faults_in(docstring: str) -> Iterator[str]:
    """Yield the ids that a docstring names, ranges such as K1-K4 spelled out."""
    for named in _NAMED.findall(docstring):
        for letter, first, last in _ONE.findall(named):
            for number in range(int(first), int(last or first) + 1):
                yield f"{letter}{number}"


def shown_by() -> dict[str, list[str]]:
    """Return the tests of each fault as `path::name`, in the order of the files."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        where = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                for fault in faults_in(ast.get_docstring(node) or ""):
                    found[fault].append(f"{where}::{node.name}")
    return found


def problems(found: Mapping[str, list[str]]) -> list[str]:
    """Return what is wrong between the list of faults and the tests."""
    return [
        *(
            f"{fault}: no test and no reason"
            for fault in FAULTS
            if not found.get(fault) and fault not in NOT_TESTED
        ),
        *(f"{fault}: has a test, and yet a reason for none" for fault in NOT_TESTED if found.get(fault)),
        *(
            f"{fault}: named by {tests[0]} and not in the list"
            for fault, tests in found.items()
            if fault not in FAULTS
        ),
    ]


def page(found: Mapping[str, list[str]]) -> str:
    """Return the page."""
    rows = []
    for fault, what in FAULTS.items():
        tests = found.get(fault, [])
        if len(tests) > 4:
            shown = ", ".join(f"`{test}`" for test in tests[:4]) + f" and {len(tests) - 4} more"
        else:
            shown = ", ".join(f"`{test}`" for test in tests) or f"*not tested:* {NOT_TESTED.get(fault, '')}"
        rows.append(f"| {fault} | {what} | {shown} |")
    return _HEAD + "\n".join(rows) + "\n"

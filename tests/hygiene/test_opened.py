"""A chart reaches a screen by one way alone: opened, with its row in the log. What the rules of signing read is not that way."""

from __future__ import annotations

import ast

from tests.hygiene.sources import python_names, tree

RULES = {"services/reading.py", "services/signing.py", "services/conflicts.py"}
"""Where a chart may be built that stands in no log: it is never handed on from there."""

MAKERS = {"services/reading.py"}
"""Where the view of a chart may be built at all."""


def callers(function: str) -> set[str]:
    """Return the files of the product that call something of this name."""
    found = set()
    for name in python_names("cli", "tui", "services", "offline_cache"):
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.Call):
                called = node.func
                named = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                if named == function:
                    found.add(name)
    return found


def test_only_the_rules_of_signing_read_a_chart_that_stands_in_no_log() -> None:
    assert callers("unshown") == RULES


def test_only_the_reading_builds_a_chart_and_only_access_opens_a_patient() -> None:
    assert callers("build_chart") == MAKERS
    assert callers("Opened") == {"services/access.py"}

"""Every kind of row that the log can hold stands on the page of what is logged, and there is no other log."""

from __future__ import annotations

import ast
import re

import pytest

from services.log_event import _KINDS
from tests.hygiene.sources import CLIENT_ROOMS, python_names, tree
from tests.hygiene.test_security_page import section

WRITERS = {"_append", "_once", "_act", "_audit"}
"""Methods that hand their first argument to the log as the word for what was done."""

OTHER_LOGS = {"logging", "syslog", "warnings"}
SILENCES = "tui/crash.py"
"""Where what libraries would write is shut up."""


def words(source: ast.Module) -> set[str]:
    """Return the words for acts that a source writes into the log; of one that is put together, its fixed parts."""
    found: set[str] = set()
    for node in ast.walk(source):
        if isinstance(node, ast.Call) and node.args and _writes(node.func):
            first = node.args[0]
            parts = first.values if isinstance(first, ast.JoinedStr) else [first]
            found |= {
                one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str)
            }
    return found


def _writes(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    of_log = function.attr == "append" and ast.unparse(function.value).endswith("audit")
    return of_log or function.attr in WRITERS


def all_words() -> set[str]:
    """Return those of the whole client."""
    return set().union(*(words(tree(name)) for name in python_names("services", "offline_cache"))) | set(
        _KINDS
    )


def test_every_kind_of_row_is_named_on_the_page() -> None:
    found = all_words()
    assert len(found) > 30
    page = set(re.findall(r"`([a-z-]+)`", section("What is logged")))
    put_together = {f"{who}{when}" for who in ("emergency", "relation") for when in ("-begin", "-end")}
    assert page - {"make test"} == (found | put_together) - {"-begin", "-end"}


def test_there_is_no_other_log() -> None:
    imports = {
        name: {alias.name.split(".")[0] for node in ast.walk(tree(name)) for alias in _imported(node)}
        & OTHER_LOGS
        for name in python_names(*CLIENT_ROOMS, "cli")
    }
    assert {name for name, found in imports.items() if found} <= {SILENCES}


def _imported(node: ast.AST) -> list[ast.alias]:
    if isinstance(node, ast.ImportFrom):
        return [ast.alias(node.module or "")]
    return node.names if isinstance(node, ast.Import) else []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('self._store.audit.append("new-act", actor=who)', {"new-act"}),
        ('store.audit.append(f"entry-{why}", actor="")', {"entry-"}),
        ('self._once("seen", why)', {"seen"}),
        ('rows.append("no log")', set()),
    ],
)
def test_a_new_kind_of_row_would_be_seen(source: str, said: set[str]) -> None:
    assert words(ast.parse(source)) == said

"""What is loaded when, seen in child processes, and who may import which library at all."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

from tests.hygiene.sources import CLIENT_ROOMS, ROOMS, ROOT, modules, python_names, tree

HEAVY = {"httpx", "pydantic", "apsw", "cryptography", "keyring", "argon2", "joserfc"}
SCREEN = {"textual", "rich"}
SERVER = {"click", "uvicorn", "starlette"}
IMPORT_ALL = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\n"
# Runs the command as `python -m cli` does, up to the end of its main function.
RUN_COMMAND = """
import runpy
try: runpy.run_module('cli', run_name='__main__', alter_sys=True)
except SystemExit: pass
"""
REPORT = "import json, sys\nprint('\\n' + json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"


def loaded(code: str, *arguments: str) -> set[str]:
    """Return the top-level names that a child process has loaded after running some code."""
    child = subprocess.run(
        [sys.executable, "-c", code + REPORT, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert child.returncode == 0, child.stderr
    names: list[str] = json.loads(child.stdout.splitlines()[-1])
    return set(names)


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_the_shortest_commands_load_nothing_heavy(argument: str) -> None:
    assert not loaded(RUN_COMMAND, argument) & (HEAVY | SCREEN | SERVER)


def test_the_application_loads_nothing_heavy_before_its_first_frame() -> None:
    names = loaded(IMPORT_ALL, "tui.app")
    assert "textual" in names
    assert not names & (HEAVY | SERVER)


@pytest.mark.parametrize("room", ["tui", "cli", "clinical", "ports"])
def test_no_module_of_these_rooms_loads_anything_heavy(room: str) -> None:
    assert not loaded(IMPORT_ALL, *modules(room)) & (HEAVY | SERVER)


def test_the_rows_and_words_of_the_screens_load_nothing_heavy() -> None:
    names = loaded(IMPORT_ALL, "services.views", "services.trouble", "offline_cache.states")
    assert not names & (HEAVY | SCREEN | SERVER)


def test_a_day_with_the_embedded_journal_loads_nothing_that_only_others_need() -> None:
    assert not loaded(IMPORT_ALL, "services.start") & {"tomllib", "joserfc", "segno", "pydantic"}


@pytest.mark.parametrize("room", ["client", "offline_cache", "services", "clinical", "ports"])
def test_rooms_without_a_screen_load_no_screen(room: str) -> None:
    assert not loaded(IMPORT_ALL, *modules(room)) & (SCREEN | SERVER)


def test_the_client_process_never_loads_what_the_sandbox_stands_on() -> None:
    names = loaded(IMPORT_ALL, *modules(*CLIENT_ROOMS))
    assert names >= {"textual", "httpx"}
    assert not names & SERVER


def imported(name: str) -> set[str]:
    """Return the top-level names a file imports anywhere, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_only_tui_and_cli_name_the_screen_libraries() -> None:
    others = set(ROOMS) - {"tui", "cli"}
    assert [name for name in python_names(*others) if imported(name) & SCREEN] == []


def test_only_the_sandbox_names_the_server_libraries() -> None:
    assert [name for name in python_names(*CLIENT_ROOMS, "cli") if imported(name) & SERVER] == []


def test_a_planted_load_would_be_seen() -> None:
    assert "httpx" in loaded("import httpx\n")


def test_the_rooms_import_downwards_only() -> None:
    code = "import sys\nfrom importlinter.cli import lint_imports\nsys.exit(lint_imports(no_cache=True))"
    child = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert child.returncode == 0, child.stdout + child.stderr
    assert " kept, 0 broken" in child.stdout

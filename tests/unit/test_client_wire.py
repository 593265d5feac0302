"""The client process never loads a command line, a screen or a server through the wire."""

from __future__ import annotations

import subprocess
import sys

import pytest

_FORBIDDEN = ("click", "rich", "textual", "uvicorn", "starlette", "pygments", "joserfc", "httpx._main")


def _loaded_after(statement: str) -> set[str]:
    """Return which of the forbidden modules a fresh interpreter holds after a statement."""
    code = f"import sys\n{statement}\nprint(*[m for m in {_FORBIDDEN!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "client.journal",
        "client.transport",
        "client.auth.sign_in",
        "client.auth.tokens",
        "client.models.observation",
    ],
)
def test_nothing_forbidden_is_loaded(module: str) -> None:
    assert _loaded_after(f"import {module}") == set()


def test_the_proof_can_fail() -> None:
    assert "click" in _loaded_after("import httpx")


def test_httpx_still_works_and_its_command_line_can_be_imported_by_others() -> None:
    assert _loaded_after("import client.wire, httpx; assert callable(httpx.main); import httpx._main") >= {
        "click"
    }

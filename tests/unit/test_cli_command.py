"""The command line: what it says, and what it does not import to say it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cli.version import __version__

HEAVY = (
    "textual",
    "rich",
    "httpx",
    "pydantic",
    "apsw",
    "cryptography",
    "keyring",
    "argon2",
    "msgspec",
    "starlette",
    "click",
)


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", *words], capture_output=True, text=True, check=False, timeout=60
    )


def _modules_after(code: str) -> set[str]:
    """Return the modules of a fresh interpreter after this code."""
    ask = f"{code}\nimport sys; print('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=False, timeout=60
    )
    return {line.split(".")[0] for line in done.stderr.splitlines()}


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_version_and_help_import_nothing_heavy(word: str) -> None:
    """They answer at once, whatever is installed."""
    loaded = _modules_after(f"from cli.__main__ import main\ntry: main(['{word}'])\nexcept SystemExit: pass")
    assert "argparse" in loaded
    assert not loaded & set(HEAVY)


def test_parent_imports_nothing_heavy() -> None:
    """The process that keeps the terminal safe stays small."""
    loaded = _modules_after("import cli.__main__, cli.supervisor, cli.arguments, ports.process")
    assert "cli" in loaded
    assert not loaded & {*HEAVY, "asyncio", "tui", "services", "client", "offline_cache", "sandbox"}


def test_application_imports_no_engine_before_its_first_frame() -> None:
    """Textual is enough to draw the first frame."""
    loaded = _modules_after("import tui.app, tui.screens.opening")
    assert "textual" in loaded
    assert not loaded & (set(HEAVY) - {"textual", "rich"})


def test_version_is_said() -> None:
    """One line, exit code 0."""
    done = _run("--version")
    assert (done.returncode, done.stdout) == (0, f"feltjournal {__version__}\n")


def test_help_is_in_bokmal_and_names_every_command() -> None:
    """Nothing of argparse's English is left."""
    text = _run("--help").stdout
    assert all(
        word in text for word in ("bruk:", "valg:", "kommandoer:", "status", "sync", "doctor", "sandbox")
    )
    assert not [word for word in ("usage", "options", "positional", "show this help") if word in text]
    assert "fildeskriptor N" in _run("sync", "--help").stdout


@pytest.mark.parametrize(
    "words", [["--nei"], ["finnes-ikke"], ["status", "--pin", "739100"], ["sync", "--pin-fd", "x"]]
)
def test_what_is_not_understood_is_said_in_bokmal(words: list[str]) -> None:
    """Exit code 2, and where the help is; the words are never echoed in case one was a PIN."""
    done = _run(*words)
    assert done.returncode == 2
    assert "--help" in done.stderr
    assert "739100" not in done.stderr


def test_without_a_terminal_it_says_what_to_use_instead() -> None:
    """In a script the screens cannot be shown."""
    done = _run()
    assert done.returncode == 2
    assert "status --json" in done.stderr

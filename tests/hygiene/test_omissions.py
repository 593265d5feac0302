"""The omissions plugin, run on a small project of its own where every peer's program is out of reach."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import omissions

if TYPE_CHECKING:
    from pathlib import Path

TESTS = """
import pytest
@pytest.mark.needs("tmux")
def test_in_tmux(): raise AssertionError("must not run")
def test_plain(): pass
"""
SETTINGS = "[pytest]\nmarkers =\n    needs(peer): a peer\n    day: a long one\n"


def run(folder: Path, tests: str, *arguments: str, ci: str = "") -> subprocess.CompletedProcess[str]:
    """Run pytest on one file of tests with an empty search path, so that no peer is found."""
    (folder / "pytest.ini").write_text(SETTINGS)
    (folder / "test_few.py").write_text(tests)
    environment = {"PATH": str(folder), "PYTHONPATH": str(omissions.ROOT), "CI": ci, "HOME": str(folder)}
    command = [sys.executable, "-m", "pytest", "-p", "tests.omissions", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_what_needs_a_missing_peer_is_left_out_and_listed(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = run(tmp_path, TESTS, *arguments)
    assert result.returncode == 0, result.stdout
    assert "1 passed" in result.stdout
    assert "1 tests need tmux. To have it: Debian package tmux" in result.stdout
    assert result.stdout.count("    test_few.py::test_in_tmux") == 1


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_in_ci_an_omission_fails_the_run(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = run(tmp_path, TESTS, *arguments, ci="true")
    assert result.returncode == 1, result.stdout
    assert "an omission is a failure" in result.stdout


def test_in_ci_nothing_left_out_is_no_failure(tmp_path: Path) -> None:
    result = run(tmp_path, "def test_plain(): pass\n", ci="true")
    assert result.returncode == 0, result.stdout
    assert "left out" not in result.stdout


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one process", "xdist"])
@pytest.mark.parametrize(
    "tests",
    [
        "import pytest\ndef test_idle(): pytest.skip('no wish to')\n",
        "import pytest\npytest.skip('no wish to', allow_module_level=True)\n",
    ],
    ids=["a test", "a whole file"],
)
def test_a_plain_skip_counts_too(tmp_path: Path, tests: str, arguments: tuple[str, ...]) -> None:
    result = run(tmp_path, tests, *arguments, ci="true")
    assert result.returncode == 1, result.stdout
    assert "Skipped: no wish to" in result.stdout.partition("left out")[2]


def test_an_unknown_peer_stops_the_run(tmp_path: Path) -> None:
    result = run(tmp_path, TESTS.replace("tmux", "friend"))
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "unknown peer in needs(): friend" in result.stdout + result.stderr


def test_every_peer_says_how_to_get_it() -> None:
    named = {
        "gnome-keyring",
        "tmux",
        "hl7-examples",
        "fhir-router",
        "oidc-provider",
        "ipv6",
        "mount",
        "ptrace",
        "shared",
    }
    assert set(omissions.PEERS) == named
    assert all(peer.how for peer in omissions.PEERS.values())


def test_what_is_left_to_another_command_is_listed_and_is_no_omission(tmp_path: Path) -> None:
    tests = "import pytest\n@pytest.mark.day\ndef test_long(): pass\ndef test_plain(): pass\n"
    result = run(tmp_path, tests, "-n", "2", "-m", omissions.NOT_DAYS, ci="true")
    assert result.returncode == 0, result.stdout
    assert "1 passed" in result.stdout
    assert "left to `make days`: 1" in result.stdout
    assert result.stdout.count("    test_few.py::test_long") == 1

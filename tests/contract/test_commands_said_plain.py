"""What a journal's file or a stranger says is printed by the commands with nothing in it that a terminal obeys."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ports.disk import SystemDisk
from tests.pty.client import plain_environment

if TYPE_CHECKING:
    from pathlib import Path

_TITLE = r"Prøve\u001b]52;c;Y3VybA==\u0007 \u009b31m\u202ejournal\n\rINNEBYGD"
_TEXT = f"""name = "{_TITLE}"
environment = "test"
base = "https://127.0.0.1:9/fhir"

[sign_in]
issuer = "https://127.0.0.1:9"
client_id = "feltjournal"

[organisation]
name = "{_TITLE}"
"""


def _run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    homes = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("DATA", "STATE", "CONFIG")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        capture_output=True,
        text=True,
        check=False,
        env=plain_environment(home, **homes),
        timeout=60,
    )


def _is_plain(text: str) -> bool:
    return all(one.isprintable() for line in text.split("\n") for one in line)


@pytest.mark.parametrize("verb", ["add", "list", "check"])
def test_the_title_of_a_journal_steers_no_terminal(tmp_path: Path, verb: str) -> None:
    file = tmp_path / "vår.toml"
    SystemDisk().replace(file, _TEXT.encode())
    said = _run(tmp_path, "journals", "add", "prove", str(file))
    if verb != "add":
        said = _run(tmp_path, "journals", verb, *(["prove"] if verb == "check" else []))
    assert "Prøve<U+001B>]52;c;Y3VybA==<U+0007>" in said.stdout
    assert "INNEBYGD" not in {line.strip() for line in said.stdout.split("\n")}
    assert _is_plain(said.stdout)


def test_the_name_of_a_field_steers_no_terminal(tmp_path: Path) -> None:
    file = tmp_path / "vår.toml"
    SystemDisk().replace(file, f'{_TEXT}"\\u001b]0;x\\u0007" = 1\n'.encode())
    said = _run(tmp_path, "journals", "add", "prove", str(file))
    assert (said.returncode, said.stdout) == (1, "")
    assert "linje 9, organisation.<U+001B>]0;x<U+0007>: kjennes ikke" in said.stderr
    assert _is_plain(said.stderr)


@pytest.mark.parametrize("verb", ["add", "list"])
def test_a_folder_that_cannot_be_used_is_no_fault_of_the_program(tmp_path: Path, verb: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "feltjournal").write_bytes(b"")
    if verb == "list":
        (tmp_path / "config" / "feltjournal").unlink()
        (tmp_path / "config" / "feltjournal").mkdir()
        (tmp_path / "config" / "feltjournal" / "journals").write_bytes(b"")
    said = _run(tmp_path, "journals", verb, *(["prove", "--template", "sandbox"] if verb == "add" else []))
    assert (said.returncode, said.stdout) == (1, "")
    assert "Mappen med journaler kan ikke leses eller skrives" in said.stderr

"""JSON on standard output obeys nothing and hides nothing, whatever a file or a journal calls itself."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from cli.json_out import as_line
from ports.disk import SystemDisk
from tests.fuzz.texts import steers
from tests.hostile_chart import PAYLOADS
from tests.hygiene.sources import texts
from tests.pty.client import COMMAND, plain_environment

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_what_a_terminal_obeys_is_escaped_and_read_back(payload: str) -> None:
    said = {"clinician": f"Åse {payload}", payload: [payload, 1.5, None]}
    line = as_line(said)
    assert not [one for one in line if steers(one)]
    assert json.loads(line) == said
    assert "Åse" in line


def test_hostile_name_of_a_journal_comes_out_clean(tmp_path: Path) -> None:
    """The real command on a real file: the bytes are clean, and the name is whole for whoever reads the JSON."""
    title = "Helse \x9b2J\u202e\u200b\x7f"
    named = json.dumps(title).replace("\x7f", "\\u007f")
    text = f"""name = {named}
environment = "test"
base = "https://j.example/fhir"

[sign_in]
issuer = "https://i.example"
client_id = "x"
"""
    SystemDisk().replace(tmp_path / ".config/feltjournal/journals/vond/journal.toml", text.encode())
    command = [*COMMAND, "journals", "list", "--json"]
    done = subprocess.run(
        command, env=plain_environment(tmp_path), capture_output=True, check=True, timeout=60
    )
    assert [one["title"] for one in json.loads(done.stdout)] == [title]
    assert not [one for one in done.stdout.decode().rstrip("\n") if steers(one)]


def test_every_command_says_its_json_by_the_one_way() -> None:
    others = [name for name, text in texts().items() if name.startswith("cli/") and "json.dumps(" in text]
    assert others == ["cli/json_out.py"]

"""A journal of a TOML file at a real terminal: added, signed in to by the desktop's browser or by a code, and worked with."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from ports.disk import SystemDisk
from tests.contract.foreign_journal import ForeignJournal
from tests.contract.sign_in_room import Browser
from tests.pty.client import COMMAND, Nurse, plain_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.xdist_group("foreign-screens"), pytest.mark.needs("oidc-provider")]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignJournal]:
    journal = ForeignJournal(tmp_path_factory.mktemp("foreign"))
    yield journal
    journal.close()


def added(journal: ForeignJournal, home: Path, ways: list[str]) -> None:
    """Add the journal to this home, as an administrator does."""
    disk = SystemDisk()
    text = f"""name = "Prøvejournalen"
environment = "test"
base = "{journal.room.base}"
authority = "ca.pem"

[sign_in]
issuer = "{journal.room.issuer}"
client_id = "public"
scopes = ["openid", "offline_access", "user/*.cruds"]
prompt = "consent"
ways = {json.dumps(ways)}

[policy]
no_cache = true
"""
    disk.replace(home / "gitt" / "ca.pem", journal.room.pem.read_bytes())
    disk.replace(home / "gitt" / "vår.toml", text.encode())
    words = [*COMMAND, "journals", "add", "prove", str(home / "gitt" / "vår.toml")]
    subprocess.run(words, env=plain_environment(home), check=True, capture_output=True, timeout=60)


def test_by_the_desktops_browser(journal: ForeignJournal, home: Path) -> None:
    added(journal, home, ["browser"])
    opener = home / "bin" / "xdg-open"
    SystemDisk().replace(
        opener, b'#!/bin/sh\nprintf %s "$1" > "$HOME/opened.new" && mv "$HOME/opened.new" "$HOME/opened"\n'
    )
    opener.chmod(0o700)
    plain = plain_environment(home, DISPLAY=":9")
    nurse = Nurse(home, {**plain, "PATH": f"{home / 'bin'}:{plain['PATH']}"})
    nurse.start("--journal", "prove")
    nurse.sees("Nettleser på denne maskinen")
    assert "TEST" in nurse.terminal.lines[0]
    nurse.presses("enter")
    nurse.sees("Nettleseren er åpnet")
    nurse.terminal.wait_for(lambda _: (home / "opened").exists())
    browser = Browser(journal.room)
    page = browser.open_callback(browser.sign_in((home / "opened").read_text()))
    assert "gå tilbake til Feltjournal" in page.text
    nurse.sees("Runden er ikke tatt med")
    nurse.takes_round()
    nurse.chooses("HANSEN")
    assert nurse.quits() == 0


def test_by_a_code_where_no_browser_opens(journal: ForeignJournal, home: Path) -> None:
    added(journal, home, ["browser", "device"])
    nurse = Nurse(home, plain_environment(home, DISPLAY=":9", SSH_CONNECTION="10.0.0.1 1 10.0.0.2 22"))
    nurse.start("--journal", "prove")
    nurse.sees(">  Kode på en annen enhet")
    nurse.presses("enter")
    nurse.sees("og skriv koden:")
    lines = nurse.terminal.lines
    code = next(lines[at + 1] for at, line in enumerate(lines) if "og skriv koden:" in line).split()[-1]
    Browser(journal.room).enter_code(f"{journal.room.issuer}/device?user_code={code}")
    nurse.sees("Runden er ikke tatt med")
    assert nurse.quits() == 0


def test_a_faulty_file_is_said_on_the_screen_and_by_the_command(journal: ForeignJournal, home: Path) -> None:
    added(journal, home, ["device"])
    file = home / ".config" / "feltjournal" / "journals" / "prove" / "journal.toml"
    SystemDisk().replace(file, file.read_bytes().replace(b"https", b"http"))
    nurse = Nurse(home, plain_environment(home))
    nurse.start("--journal", "prove")
    nurse.sees("Filen som beskriver journalen prove, kan ikke brukes.")
    nurse.sees("feltjournal journals check prove")
    assert nurse.quits() == 0

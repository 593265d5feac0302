"""A journal of a TOML file at a real terminal: added, signed in to by the desktop's browser or by a code, and worked with."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from cli.supervisor import FIRST_LINE
from ports.disk import SystemDisk
from tests.contract.foreign_journal import ForeignJournal
from tests.contract.sign_in_room import Browser
from tests.pty.client import COMMAND, PIN, Nurse, plain_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = [pytest.mark.xdist_group("foreign-screens"), pytest.mark.needs("oidc-provider")]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignJournal]:
    journal = ForeignJournal(tmp_path_factory.mktemp("foreign"))
    yield journal
    journal.close()


def added(journal: ForeignJournal, home: Path, ways: list[str], *, no_cache: bool = True) -> None:
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
no_cache = {json.dumps(no_cache)}
"""
    disk.replace(home / "gitt" / "ca.pem", journal.room.pem.read_bytes())
    disk.replace(home / "gitt" / "vår.toml", text.encode())
    words = [*COMMAND, "journals", "add", "prove", str(home / "gitt" / "vår.toml")]
    subprocess.run(words, env=plain_environment(home), check=True, capture_output=True, timeout=60)


def desktop(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a desktop whose opener writes down what it was given."""
    opener = home / "bin" / "xdg-open"
    SystemDisk().replace(
        opener, b'#!/bin/sh\nprintf %s "$1" > "$HOME/opened.new" && mv "$HOME/opened.new" "$HOME/opened"\n'
    )
    opener.chmod(0o700)
    return {**plain_environment(home, DISPLAY=":9", **more), "PATH": f"{home / 'bin'}:{os.environ['PATH']}"}


def goes_in(nurse: Nurse, journal: ForeignJournal) -> None:
    """Start the client and sign in with the browser that it opens."""
    nurse.start("--journal", "prove")
    nurse.sees("Nettleser på denne maskinen")
    assert "TEST" in nurse.terminal.lines[0]
    nurse.presses("enter")
    nurse.sees("Nettleseren er åpnet")
    opened = nurse.home / "opened"
    nurse.terminal.wait_for(lambda _: opened.exists())
    browser = Browser(journal.room)
    page = browser.open_callback(browser.sign_in(opened.read_text()))
    assert "gå tilbake til Feltjournal" in page.text


def test_by_the_desktops_browser(journal: ForeignJournal, home: Path) -> None:
    added(journal, home, ["browser"])
    nurse = Nurse(home, desktop(home))
    goes_in(nurse, journal)
    nurse.sees("Runden er ikke tatt med")
    nurse.takes_round()
    nurse.chooses("HANSEN")
    assert nurse.quits() == 0


@pytest.mark.day
@pytest.mark.needs("gnome-keyring")
def test_what_is_kept_is_delivered_by_the_next_process_without_a_sign_in(
    journal: ForeignJournal, home: Path, keyring_bus: Mapping[str, str]
) -> None:
    """Grant and cache lie encrypted under the keyring and the PIN; `status` and `sync` find them by the journal's name."""
    added(journal, home, ["browser"], no_cache=False)
    nurse = Nurse(home, desktop(home, **keyring_bus))
    goes_in(nurse, journal)
    nurse.sees("Gjenta")
    nurse.presses(*PIN, "enter", *PIN, "enter")
    nurse.sees("Runden er ikke tatt med")
    nurse.takes_round()
    nurse.chooses("HANSEN")
    nurse.presses("n")
    nurse.sees("Notat")
    nurse.presses(*"Sov godt.", "f9")
    nurse.sees("Enter signer")
    nurse.presses("enter")
    nurse.sees("signert")
    nurse.quits()
    before = journal.inner.fhir().count("DocumentReference?date=ge2000-01-01")
    kept = said(nurse, "status")
    assert (kept["journal"], kept["clinician"], kept["unsent_entries"]) == (
        "Prøvejournalen",
        "Kari Nordmann",
        1,
    )
    journal.room.hand("expire")
    assert said(nurse, "sync")["connection"] == "online"
    nurse.start("--journal", "prove")
    nurse.unlocks()
    nurse.terminal.wait_for(
        lambda _: journal.inner.fhir().count("DocumentReference?date=ge2000-01-01") > before
    )
    assert nurse.quits() == 0
    assert journal.inner.fhir().count("DocumentReference?date=ge2000-01-01") == before + 1


def said(nurse: Nurse, command: str) -> dict[str, Any]:
    """Run a command without a screen on this home, and return what it says."""
    done = subprocess.run(
        [*COMMAND, "--journal", "prove", command, "--json", "--pin-fd", "0"],
        input=f"{PIN}\n".encode(),
        capture_output=True,
        env=dict(nurse.environment),
        check=False,
        timeout=60,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


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


def test_a_sign_in_that_could_not_be_ended_is_said_when_one_leaves(home: Path, tmp_path: Path) -> None:
    """Without a cache it is good for nothing here any more; whoever shares the machine is told what to do with the browser's."""
    journal = ForeignJournal(tmp_path / "passing")
    added(journal, home, ["browser"])
    nurse = Nurse(home, desktop(home))
    goes_in(nurse, journal)
    nurse.sees("Runden er ikke tatt med")
    journal.close()
    assert nurse.quits() == 0
    assert "Innloggingen svarte ikke da den skulle avsluttes." in nurse.terminal.raw.decode()


def test_who_lacks_a_course_starts_over_in_the_training_journal(journal: ForeignJournal, home: Path) -> None:
    """A fresh process takes the terminal, in the embedded journal, which is started for it; a lock stays in training."""
    added(journal, home, ["browser"])
    file = home / ".config" / "feltjournal" / "journals" / "prove" / "journal.toml"
    more = b'courses = ["legemidler"]\ntraining_journal = "innebygd"\n'
    SystemDisk().replace(file, file.read_bytes() + more)
    nurse = Nurse(home, desktop(home))
    goes_in(nurse, journal)
    nurse.sees("opplæringen mangler: legemidler.")
    nurse.presses("f7")
    try:
        nurse.sees("Olav Lie")
        assert "TRENING" in nurse.terminal.lines[0]
        starts = nurse.terminal.raw.count(FIRST_LINE.encode())
        nurse.presses("f12")
        nurse.terminal.wait_for(lambda t: t.raw.count(FIRST_LINE.encode()) > starts)
        nurse.sees("Olav Lie")
        assert "TRENING" in nurse.terminal.lines[0]
        assert nurse.quits() == 0
    finally:
        subprocess.run(
            [*COMMAND, "sandbox", "stop"], env=plain_environment(home), check=True, capture_output=True
        )

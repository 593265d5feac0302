"""The whole main job through a real terminal, a real journal process and a real encrypted cache (issue 2, steps 1 to 6)."""

from __future__ import annotations

import base64
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from ports.ids import SystemIds
from sandbox.launching import find_running
from tests.omissions import SHARED
from tests.pty.client import COMMAND, PIN, Nurse, plain_environment
from tests.sandbox_room import SandboxRoom
from tests.working_day import NEWS2_TOTALS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NOTE = "Pasienten er i fin form. Spist godt, ingen smerter."


@pytest.fixture
def journal(home: Path) -> Iterator[SandboxRoom]:
    """Return the embedded journal of that home, not started: the client does that."""
    room = SandboxRoom(home / ".local" / "state" / "feltjournal" / "sandbox")
    yield room
    room.close()


def status_of(nurse: Nurse) -> dict[str, Any]:
    """Ask `feltjournal status --json` with the PIN by file descriptor."""
    command = [*COMMAND, "status", "--json", "--pin-fd", "0"]
    done = subprocess.run(
        command,
        input=f"{PIN}\n".encode(),
        capture_output=True,
        env=dict(nurse.environment),
        check=True,
        timeout=60,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main_job(nurse: Nurse, journal: SandboxRoom, patient: str, *options: str) -> None:
    """Do steps 1 to 6 and count in the journal, past our own client, what came of it."""
    nurse.start(*options)
    nurse.signs_in()
    journal.started = find_running(journal.state, SystemIds())
    nurse.takes_round()
    before = _counts(journal)
    journal.kill()
    nurse.sees("UTEN NETT")
    nurse.presses("t")
    nurse.sees("Krever nett")
    _half_a_news2(nurse, patient)
    nurse.kills_client()  # with a draft half written

    nurse.start()
    nurse.unlocks()
    _other_half(nurse, patient)
    _note(nurse)
    nurse.kills_client()  # between signing and sending

    assert status_of(nurse)["unsent_entries"] == 2
    nurse.start()
    nurse.unlocks()
    nurse.presses("u")
    nurse.sees("Notat: hjemmebesøk")
    journal.start()
    journal.fault("kill-after-commit", method="POST", path="/fhir")  # between receiving and answering
    nurse.presses("home", "a")
    nurse.sees("? NEWS2", seconds=90)
    journal.kill()
    assert nurse.quits() == 0

    journal.start()
    nurse.start()
    nurse.unlocks()
    nurse.presses("u")
    nurse.terminal.wait_for(lambda t: t.text.count("✓") == 2, seconds=120)
    assert nurse.quits() == 0
    assert _counts(journal) == (before[0] + 1, before[1] + 1)
    assert NOTE in _note_texts(journal)


def _half_a_news2(nurse: Nurse, patient: str) -> None:
    """Type three of the values and wait until the draft says that it is kept."""
    _finds(nurse, patient)
    nurse.presses("v")
    nurse.sees("Respirasjon")
    nurse.presses(*"18", "enter", *"95", "enter", "n", "enter")
    nurse.terminal.wait_for(lambda t: "> BT systolisk" in t.text and "utkast lagret" in t.text)


def _other_half(nurse: Nurse, patient: str) -> None:
    """Find the draft as it was left, type the rest and sign."""
    assert "UTEN NETT" in nurse.terminal.text or "NETT UKJENT" in nurse.terminal.text
    _finds(nurse, patient)
    nurse.presses("v")
    nurse.terminal.wait_for(lambda t: "> BT systolisk" in t.text and " 18 " in t.text)
    nurse.presses(*"128", "enter", *"77", "enter", *"84", "enter", "a", "enter", *"372", "enter")
    nurse.sees("37,2")
    nurse.presses("f9")
    nurse.sees("Enter signer")
    nurse.presses("enter")
    nurse.sees("kan trekkes tilbake med u")


def _note(nurse: Nurse) -> None:
    """Write a note in the same visit and sign it."""
    nurse.presses("n")
    nurse.sees("Notat til besøket")
    nurse.terminal.type(NOTE)
    nurse.sees("ingen smerter.")
    nurse.presses("f9")
    nurse.sees("Enter signer")
    nurse.presses("enter")
    nurse.sees("kan trekkes tilbake med u")


def _finds(nurse: Nurse, patient: str) -> None:
    """Move down the list to a patient."""
    nurse.chooses(patient)


def _counts(journal: SandboxRoom) -> tuple[int, int]:
    calls = journal.fhir("olav-lie")
    return calls.count(NEWS2_TOTALS), calls.count("DocumentReference")


def _note_texts(journal: SandboxRoom) -> list[str]:
    found = journal.fhir("olav-lie").all_of("DocumentReference")
    data = [d["content"][0]["attachment"].get("data", "") for d in found]
    return [base64.b64decode(one).decode("utf-8", "replace") for one in data]


def test_main_job_without_a_keyring(home: Path, journal: SandboxRoom) -> None:
    """PIN alone, embedded journal only: everything signed is in the journal once, through two kills of each side.

    Fault: K9, K31, N1.
    """
    main_job(Nurse(home, plain_environment(home)), journal, "HANSEN, Odd", "--sandbox")


@pytest.mark.day
@pytest.mark.needs("gnome-keyring")
def test_main_job_with_gnome_keyring(
    home: Path, journal: SandboxRoom, keyring_bus: Mapping[str, str]
) -> None:
    """The same with a real SecretService: the key needs both the keyring and the PIN."""
    nurse = Nurse(home, plain_environment(home, **keyring_bus))
    journal.start()
    main_job(nurse, journal, "HANSEN, Odd")


@pytest.mark.day
@pytest.mark.needs("shared")
def test_main_job_on_people_nobody_here_wrote(home: Path, journal: SandboxRoom) -> None:
    """Twelve Synthea patients, loaded and planned: the same job holds."""
    nurse = Nurse(home, plain_environment(home))
    journal.start("--load", str(SHARED / "synthea"), "--plan-round")
    main_job(nurse, journal, "WINTHEISER")

"""The commands without a screen, as real processes: every exit code that the README names, and words a person can act on."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cli.exit_codes import ExitCode
from ports.disk import SystemDisk
from services.journal_file import FILE
from tests.working_day import first_day, sign_news2, sign_note

if TYPE_CHECKING:
    from tests.contract.machine import Machine

FEW_COLUMNS = 80
OTHER_JOURNAL = b"""name = "Journalen"
environment = "test"
base = "https://journal.example/fhir"

[sign_in]
issuer = "https://innlogging.example"
client_id = "feltjournal"
"""


async def with_a_round(machine: Machine, *, signed: bool = False) -> None:
    """Sign in, choose a PIN and take the round; with `signed` there is something unsent."""
    machine.room.start()
    day = await first_day(machine.folder)
    if signed:
        await sign_news2(day)
    await day.close()


async def test_in_order_is_0_and_offline_is_4(machine: Machine) -> None:
    """With the journal there, all is well; without it, what is signed is safe, and sync says so."""
    await with_a_round(machine)
    status = machine.run("status", "--json", "--pin-fd", "0")
    told = json.loads(status.stdout)
    assert (status.returncode, status.stderr) == (0, "")
    assert (told["clinician"], told["unsent_entries"], told["entries"]) == ("Kari Nordmann", 0, {})
    words = machine.run("status", "--pin-fd", "0").stdout
    assert "Ingenting er usendt." in words
    assert "orsegl" not in words
    assert (
        "T" not in words.split("Runden er tatt med ")[1].split(".\n")[0]
    )  # a time for people, not for scripts
    assert machine.run("sync", "--json", "--pin-fd", "0").returncode == 0
    machine.room.kill()
    offline = machine.run("sync", "--pin-fd", "0")
    assert offline.returncode == 4
    assert "Journalen svarer ikke. Det som er signert, er trygt her." in offline.stdout
    assert machine.run("status", "--json", "--pin-fd", "0").returncode == 0


async def test_locked_is_3_whatever_the_reason(machine: Machine) -> None:
    """A wrong PIN, none, an empty one and a descriptor that is not there: each its own words, and the same code."""
    await with_a_round(machine)
    wrong = machine.run("status", "--json", "--pin-fd", "0", pin="feil-pin-her")
    assert (wrong.returncode, json.loads(wrong.stdout)) == (3, {"error": "wrong-pin", "exit": 3})
    assert "4 forsøk igjen" in wrong.stderr
    none = machine.run("sync", "--json")
    assert (none.returncode, json.loads(none.stdout)) == (3, {"error": "no-pin", "exit": 3})
    assert "--pin-fd" in none.stderr
    assert "Det kom ingen PIN" in machine.run("sync", "--pin-fd", "0", pin="").stderr
    short = machine.run("status", "--pin-fd", "0", pin="kort")
    assert (short.returncode, "ingen forsøk er brukt" in short.stderr) == (3, True)
    absent = machine.run("sync", "--pin-fd", "77")
    assert (absent.returncode, "kan ikke leses" in absent.stderr) == (3, True)


async def test_open_elsewhere_is_read_and_said_and_sync_is_5(machine: Machine) -> None:
    """Another client has the cache open: what is unsent is still told, nothing is sent from here. Fault: K32."""
    machine.room.start()
    day = await first_day(machine.folder)
    status = machine.run("status", "--json", "--pin-fd", "0")
    assert (status.returncode, json.loads(status.stdout)["only_reads"]) == (0, "other-client")
    assert "åpen i et annet vindu" in machine.run("status", "--pin-fd", "0").stdout
    busy = machine.run("sync", "--json", "--pin-fd", "0")
    assert (busy.returncode, json.loads(busy.stdout)["error"]) == (5, "cache-busy")
    assert "Bruk det andre vinduet" in busy.stderr
    await day.close()
    alone = machine.run("status", "--json", "--pin-fd", "0")
    assert json.loads(alone.stdout)["only_reads"] == ""


async def test_signed_and_not_yet_sent_is_6(machine: Machine) -> None:
    """What was just signed can still be taken back, so sync leaves it, and says that it is unsent."""
    await with_a_round(machine, signed=True)
    unsent = machine.run("sync", "--pin-fd", "0")
    assert unsent.returncode == 6
    assert "Usendt: 1 oppføring fra 1 besøk." in unsent.stdout
    assert "◆ signert, venter" in unsent.stdout
    assert "Forseglet: 1 av 1;" in unsent.stdout
    assert "forseglet og usendt her: 1" in machine.run("doctor").stdout


async def test_what_went_and_what_waits_is_told_to_scripts_as_codes(machine: Machine) -> None:
    """Counts, kinds and states, parts and ids; no title, for a title of a NEWS2 says what was found, and no name."""
    machine.room.start()
    day = await first_day(machine.folder)
    gone, waits = await sign_news2(day), await sign_note(day)
    machine.room.kill()
    await day.send_now(gone)
    name = (await day.outbox())[0].patient_name.split(",")[0]
    await day.close()
    machine.room.start()
    answer = machine.run("sync", "--json", "--pin-fd", "0")
    sent = json.loads(answer.stdout)["sent"]
    assert answer.returncode == 6
    assert (sent["now"], sent["delivered"], sent["waiting"]) == (1, 1, 1)
    first, second = sent["entries"]
    assert (first["entry"], first["kind"], first["state"], first["parts"]) == (gone, "news2", "delivered", 8)
    assert (first["parts_delivered"], len(first["resources"]), first["changed_by_journal"]) == (8, 8, False)
    assert first["delivered_at"]
    assert (second["entry"], second["kind"], second["state"], second["delivered_at"]) == (
        waits,
        "note",
        "signed",
        None,
    )
    assert not [
        word
        for word in ("NEWS2", "Sår", "skala", name)
        if word.casefold() in answer.stdout.replace('"news2"', "").casefold()
    ]
    again = machine.run("sync", "--pin-fd", "0").stdout
    assert "Ingenting ble sendt nå." in again
    assert "Usendt: 1 oppføring" in again


async def test_what_is_unsent_of_another_journal_is_not_called_nothing(machine: Machine) -> None:
    """Asked of a journal that was never used here, what was signed for the embedded one is told of, without a PIN."""
    await with_a_round(machine, signed=True)
    folder = machine.folder / ".config" / "feltjournal" / "journals" / "hp"
    SystemDisk().replace(folder / FILE, OTHER_JOURNAL)
    for command in ("status", "sync"):
        said = machine.run("--journal", "hp", command, "--pin-fd", "0")
        assert (said.returncode, said.stdout) == (7, "")
        assert "Signert og ikke sendt ligger her for en annen, og er trygt: " in said.stderr
        assert "(1)" in said.stderr
        assert "Ingenting er tapt her" not in said.stderr


async def test_a_journal_without_the_organisations_key_is_told(machine: Machine) -> None:
    """Nothing is sealed then, and both `status` and `doctor` say what that costs; signing goes on."""
    machine.room.state.disk.replace(machine.room.folder / "organisation-key", b"no key")
    await with_a_round(machine, signed=True)
    status = machine.run("status", "--json", "--pin-fd", "0")
    assert json.loads(status.stdout)["sealed_entries"] is None
    assert "Ikke forseglet" in machine.run("status", "--pin-fd", "0").stdout
    (machine.room.folder / "organisation-key").unlink()
    assert "ingen nøkkel for virksomheten" in machine.run("doctor").stdout


def test_nothing_here_is_7(machine: Machine) -> None:
    """A machine where nothing was started says that, not that something waits."""
    for command in ("status", "sync"):
        nothing = machine.run(command, "--json", "--pin-fd", "0")
        assert (nothing.returncode, json.loads(nothing.stdout)) == (7, {"error": "cache-missing", "exit": 7})
        assert "Logg inn og ta med runden" in nothing.stderr
        assert "utboks" not in nothing.stderr
    for verb in ("status", "stop"):
        assert machine.run("sandbox", verb).returncode == 7


async def test_the_cache_is_not_denied_when_its_journal_is_gone(machine: Machine) -> None:
    """Without the folder of the embedded journal the cache cannot be opened, but it is there."""
    await with_a_round(machine)
    machine.room.kill()
    (machine.room.folder / "port").unlink()
    gone = machine.run("status", "--json", "--pin-fd", "0")
    assert (gone.returncode, json.loads(gone.stdout)["error"]) == (4, "sandbox-not-running")
    assert "beholdt" in gone.stderr


def test_doctor_answers_on_a_bare_machine(machine: Machine) -> None:
    """No keyring, no cache, no journal, no terminal: it says so, and each with what to do."""
    answer = machine.run("doctor", "--json")
    found = {one["name"]: one for one in json.loads(answer.stdout)}
    assert answer.returncode == 0
    assert found["øvingsjournal"]["found"] == "aldri startet"
    assert found["minne"]["level"] == "ok"
    assert "SQLCipher 4, SQLite3MC " in found["kryptert lager"]["found"]
    assert {"nøkkelring", "avslutning", "veksleområde", "dvale"} <= found.keys()
    assert all(one["advice"] for one in found.values() if one["level"] != "ok")
    text = machine.run("doctor").stdout
    assert max(map(len, text.splitlines())) <= FEW_COLUMNS


def test_doctor_ends_with_1_when_something_does_not_work(machine: Machine) -> None:
    """A terminal that shows no letters of ours is a fault, and is told in the letters it has."""
    environment = {**machine.environment, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "cli", "doctor"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert answer.returncode == 1
    assert "FEIL" in answer.stdout
    assert answer.stderr == ""


@pytest.mark.parametrize(
    ("key", "code", "words"),
    [("\x03", 130, "Avbrutt"), ("\x04", 3, "Det kom ingen PIN"), ("\r", 3, "ingen PIN")],
)
async def test_the_prompt_can_be_left(machine: Machine, key: str, code: int, words: str) -> None:
    """Ctrl+C, Ctrl+D and Enter end it at once, in words, with no attempt used."""
    await with_a_round(machine)
    with machine.opens("status") as terminal:
        terminal.wait_for("PIN:")
        terminal.send(key)
        assert terminal.wait_end() == code
        assert words in terminal.text
        assert "Traceback" not in terminal.text


def test_a_fault_nobody_foresaw_shows_the_fixed_page(machine: Machine) -> None:
    """Exit code 1, where in the program, and nothing of what the error said."""
    code = (
        "import cli.doctor, cli.__main__\n"
        "def broken(): raise ValueError('29874849837 HANSEN')\n"
        "cli.doctor._LOOKS = (broken,)\n"
        "raise SystemExit(cli.__main__.main(['doctor']))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=machine.environment,
        timeout=60,
    )
    assert answer.returncode == 1
    assert "Feilnummer" in answer.stderr
    assert "ValueError" in answer.stderr
    assert not [word for word in ("HANSEN", "29874849837", "Traceback") if word in answer.stderr]


def test_a_taken_port_is_told_in_the_client(machine: Machine) -> None:
    """`--sandbox` with another program on the port: what it is, what is safe, what to do."""
    machine.room.start()
    machine.room.kill()
    port = machine.room.state.port
    assert port is not None
    with socket.create_server(("127.0.0.1", port)), machine.opens("--sandbox") as terminal:
        terminal.wait_for("opptatt av et annet program", seconds=60)
        terminal.wait_for("--port 0")
        terminal.send("ctrl+q")
        assert terminal.wait_end() == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["serve", "--port", "70000"], "er ikke en port"),
        (["serve", "--patients", "99999999"], "for mange"),
        (["serve", "--profile", "dips"], "--profile er full eller epic"),
        (["serve", "--hva"], "forstår ikke"),
        ([], "forstår ikke"),
    ],
)
def test_wrong_use_of_the_sandbox_is_2(machine: Machine, words: list[str], said: str) -> None:
    """In bokmål, with the way to the help; nothing is started."""
    answer = machine.run("sandbox", *words)
    assert (answer.returncode, said in answer.stderr, "--help" in answer.stderr) == (2, True, True)
    assert "usage" not in answer.stderr


@pytest.mark.parametrize("options", [["--state", "en-fil"], ["--load", "tom"], ["--load", "finnes-ikke"]])
def test_a_folder_that_cannot_be_used_is_1(machine: Machine, options: list[str]) -> None:
    """The folder is named, nothing is started, and there is a way on."""
    (machine.folder / "en-fil").touch()
    (machine.folder / "tom").mkdir()
    answer = machine.run("sandbox", "serve", options[0], str(machine.folder / options[1]))
    assert answer.returncode == 1
    assert options[1] in answer.stderr
    assert "Ingenting er" in answer.stderr
    assert "Traceback" not in answer.stderr


HELP = [
    [],
    ["status"],
    ["sync"],
    ["doctor"],
    ["seals"],
    ["seals", "list"],
    ["seals", "export"],
    ["rescue"],
    ["sandbox"],
    *(["sandbox", v] for v in ("serve", "stop", "status")),
]


@pytest.mark.parametrize("words", HELP, ids=lambda words: " ".join(words) or "feltjournal")
def test_help_is_bokmal_within_80_columns(machine: Machine, words: list[str]) -> None:
    """Every page: no English of argparse, no line too wide, one `bruk:`, every exit code explained."""
    answer = machine.run(*words, "--help")
    assert answer.returncode == 0
    assert max(map(len, answer.stdout.splitlines())) <= FEW_COLUMNS
    assert answer.stdout.count("bruk:") == 1
    assert not [word for word in ("usage", "options:", "positional", "show this") if word in answer.stdout]
    if not words:
        assert all(f"  {code} " in answer.stdout for code in ExitCode)

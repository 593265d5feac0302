"""`feltjournal journals`, as a real process before a real provider and a real journal: what it adds, lists and finds out."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ports.clock import SystemClock
from ports.disk import SystemDisk
from services.journal_check import Level, check_journal
from services.sign_in_terms import SignInTerms
from services.views import Way
from tests.contract.foreign_journal import ForeignJournal
from tests.pty.client import plain_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from services.setup import Setup

pytestmark = [pytest.mark.xdist_group("foreign-command"), pytest.mark.needs("oidc-provider")]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignJournal]:
    journal = ForeignJournal(tmp_path_factory.mktemp("foreign"), {"levels": ["idporten-loa-high"]})
    yield journal
    journal.close()


class Machine:
    """The home of one user, and the file of a journal in it."""

    def __init__(self, folder: Path, journal: ForeignJournal) -> None:
        self.folder = folder
        self.file = folder / "prove" / "vår.toml"
        disk = SystemDisk()
        disk.replace(folder / "prove" / "ca.pem", journal.room.pem.read_bytes())
        key = json.dumps(journal.room.key.as_dict(private=True))
        disk.replace(folder / "prove" / "key.json", key.encode())
        self.text = f"""name = "Prøvejournalen"
environment = "test"
base = "{journal.room.base}"
authority = "ca.pem"

[sign_in]
issuer = "{journal.room.issuer}"
client_id = "bound"
bound = true
level = ["idporten-loa-high"]
max_age_minutes = 60

[backend]
client_id = "backend"
key = "key.json"
scopes = ["system/*.rs"]
"""
        disk.replace(self.file, self.text.encode())

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command with this home."""
        names = ("DATA", "STATE", "CONFIG")
        homes = {f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in names}
        return subprocess.run(
            [sys.executable, "-m", "cli", *words],
            capture_output=True,
            text=True,
            check=False,
            env=plain_environment(self.folder, **homes),
            timeout=60,
        )

    def found(self) -> dict[str, str]:
        """Return what `check` finds, by its codes."""
        done = self.run("journals", "check", "prove", "--json")
        return {one["code"]: one["level"] for one in json.loads(done.stdout)}


@pytest.fixture
def machine(tmp_path: Path, journal: ForeignJournal) -> Machine:
    return Machine(tmp_path, journal)


def test_a_journal_is_added_listed_and_checked(machine: Machine) -> None:
    added = machine.run("journals", "add", "prove", str(machine.file))
    assert (added.returncode, added.stderr) == (0, "")
    assert "Prøvejournalen (test) er lagt til." in added.stdout
    listed = machine.run("journals", "list").stdout
    assert "innebygd" in listed
    assert "prove                 test      Prøvejournalen" in listed
    checked = machine.run("journals", "check", "prove")
    assert (checked.returncode, checked.stderr) == (0, "")
    for said in (
        "ok    Logge inn med nettleser på denne maskinen: ja.",
        "ok    Logge inn med kode på en annen enhet: ja.",
        "ok    Tilgangen bindes til en nøkkel på maskinen (DPoP).",
        "ok    Innlogging må være på nivå idporten-loa-high; en som er lavere, slipper ikke inn.",
        "ok    Innlogging må være gjort siste 60 min; en som er eldre, slipper ikke inn.",
        "ok    Klokka på maskinen går rett.",
        "ok    Skrive notat: ja.",
        "ok    Testklienten kom inn og fikk: system/*.rs. Det gir ikke lov til å skrive: målinger, notat, plan, tiltak.",
        "obs   Ingen nøkkel for virksomheten",
    ):
        assert " ".join(said.split()) in " ".join(checked.stdout.split())
    assert max(map(len, checked.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("bend", "with_", "code"),
    [
        ("bound = true", 'bound = true\nclient = "key"\nkey = "key.json"', "client"),
        ('client_id = "backend"', 'client_id = "bound"', "backend-refused"),
        ("loa-high", "loa-higher", "no-level"),
        ("/fhir", "/elsewhere", "not-a-journal"),
        ('"\nclient_id = "bound"', '/x"\nclient_id = "bound"', "no-sign-in"),
        ("127.0.0.1", "127.0.0.2", "unreachable"),
        ('authority = "ca.pem"', "", "unreachable"),
    ],
)
def test_what_does_not_work_is_said(machine: Machine, bend: str, with_: str, code: str) -> None:
    text = machine.text.replace(bend, with_)
    SystemDisk().replace(machine.file, text.encode())
    assert machine.run("journals", "add", "prove", str(machine.file)).returncode == 0
    assert code in machine.found()
    wanted = {"unreachable": 4, "client": 0}.get(code, 1)
    assert machine.run("journals", "check", "prove").returncode == wanted


def test_a_faulty_file_is_told_by_line_and_field_and_not_added(machine: Machine) -> None:
    SystemDisk().replace(machine.file, machine.text.replace("https", "http").encode())
    done = machine.run("journals", "add", "prove", str(machine.file))
    assert (done.returncode, done.stdout) == (1, "")
    assert "linje 3, base: må være en adresse som begynner med https://" in done.stderr
    assert "linje 7, sign_in.issuer: må være" in done.stderr
    assert machine.run("journals", "list", "--json").stdout == "[]\n"


def test_a_template_is_laid_out_and_says_what_is_missing(machine: Machine) -> None:
    assert machine.run("journals", "add", "hp", "--template", "helseid").returncode == 0
    done = machine.run("journals", "check", "hp")
    assert done.returncode == 1
    assert "sign_in.client_id: står ennå som i malen" in done.stderr
    assert "hp                    FEIL" in machine.run("journals", "list").stdout


def test_wrong_use_and_names_that_are_not_there(machine: Machine) -> None:
    assert machine.run("journals", "add", "prove").returncode == 2
    assert machine.run("journals", "check", "borte").returncode == 7
    assert machine.run("--journal", "borte", "status").returncode == 7
    started = machine.run("--journal", "borte")
    assert (started.returncode, "Kjenner ikke den journalen" in started.stderr) == (2, True)


class SlowClock(SystemClock):
    """A laptop that is seven minutes late."""

    def now(self) -> datetime:
        """Return the wrong time."""
        return super().now() - timedelta(minutes=7)


async def _levels(setup: Setup) -> dict[str, Level]:
    return {one.code: one.level for one in await check_journal(setup)}


async def test_a_clock_that_is_wrong_is_said(journal: ForeignJournal, tmp_path: Path) -> None:
    """Fault: A8, C5."""
    (clock,) = [
        one
        for one in await check_journal(replace(journal.setup(tmp_path), clock=SlowClock()))
        if one.code == "clock"
    ]
    assert (clock.level, 415 <= int(clock.details["seconds"]) <= 425) == (Level.WARN, True)


async def test_what_the_issuer_lacks_is_a_limit_or_a_stop(journal: ForeignJournal, tmp_path: Path) -> None:
    setup = journal.setup(tmp_path)
    open_ = replace(setup.journal, terms=SignInTerms(scopes=("openid",)))
    levels = await _levels(replace(setup, journal=open_))
    assert [levels[code] for code in ("could-bind", "no-refresh", "any-level")] == [Level.WARN] * 3
    listed = replace(setup.journal, patient_list="Group/1", terms=SignInTerms(ways=(Way.DEVICE,)))
    levels = await _levels(replace(setup, journal=listed))
    assert levels["device"] is Level.OK
    assert "browser" not in levels

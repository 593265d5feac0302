"""A clinician who lacks a course: the journal in use stays closed, and she is led to the training journal that its file names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ports.disk import SystemDisk
from ports.folders import user_folders
from services.journals import Journals
from services.practice import practice_findings, practice_in, training_of
from services.start import practice_here, setup_here
from services.trouble import Trouble, TroubleCode
from services.views import Environment
from services.workday import Workday
from tests.contract.foreign_journal import ForeignJournal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.xdist_group("practice"), pytest.mark.needs("oidc-provider")]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignJournal]:
    journal = ForeignJournal(tmp_path_factory.mktemp("foreign"))
    yield journal
    journal.close()


@pytest.fixture
def machine(journal: ForeignJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journals:
    """Return the journals of a machine of its own: two to practise in, one in use, and one whose file is faulty."""
    for name in ("DATA", "STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    journals = Journals(user_folders().journals, SystemDisk())
    for name, environment in (("hp", "production"), ("oving", "training"), ("annen", "production")):
        lay(journals, journal, name, environment)
    lay(journals, journal, "feil", "training", more="ukjent = 1\n")
    SystemDisk().replace(journals.file("egen"), b'name = "Her"\nenvironment = "training"\nembedded = true\n')
    return journals


def lay(journals: Journals, journal: ForeignJournal, name: str, environment: str, more: str = "") -> None:
    text = f"""name = "{name}"
environment = "{environment}"
base = "{journal.room.base}"
authority = "ca.pem"

[sign_in]
issuer = "{journal.room.issuer}"
client_id = "public"
scopes = ["openid", "offline_access", "user/Patient.rs"]
prompt = "consent"

[organisation]
name = "Prøvekommunen"

[policy]
no_cache = true
{more}"""
    disk = SystemDisk()
    disk.replace(journals.file(name).parent / "ca.pem", journal.room.pem.read_bytes())
    disk.replace(journals.file(name), text.encode())


async def turned_away(journal: ForeignJournal, name: str) -> Trouble:
    """Sign in to a journal of this machine; return how that was refused."""
    day = Workday(replace(setup_here(journal=name), browser=journal.desktop))
    with pytest.raises(Trouble) as refused:
        await day.sign_in_browser(lambda _: None)
    assert not day.is_begun
    await day.close()
    return refused.value


async def test_she_is_led_to_the_training_journal_and_let_in_there(
    journal: ForeignJournal, machine: Journals
) -> None:
    lay(machine, journal, "hp", "production", 'courses = ["legemidler"]\ntraining_journal = "oving"\n')
    refused = await turned_away(journal, "hp")
    assert refused.code is TroubleCode.COURSE_MISSING
    assert refused.details == {
        "courses": "legemidler",
        "training": "oving",
        "organisation": "Prøvekommunen",
    }
    assert practice_here("hp") == ("oving", False)
    setup = setup_here(journal=practice_here("hp")[0])
    assert setup.journal.environment is Environment.TRAINING
    day = Workday(replace(setup, browser=journal.desktop))
    assert await day.sign_in_browser(lambda _: None) == "Kari Nordmann"
    assert day.status().environment is Environment.TRAINING
    await day.close()


@pytest.mark.parametrize("named", ["", "annen", "borte", "feil", "hp"])
async def test_no_name_in_a_file_leads_to_anything_but_training(
    journal: ForeignJournal, machine: Journals, named: str
) -> None:
    """What is named is in use itself, is not there, cannot be read: then she is told whom to ask, and no key leads on."""
    lay(machine, journal, "hp", "production", f'courses = ["legemidler"]\ntraining_journal = "{named}"\n')
    refused = await turned_away(journal, "hp")
    assert refused.details == {"courses": "legemidler", "organisation": "Prøvekommunen"}
    with pytest.raises(Trouble) as nowhere:
        practice_here("hp")
    assert nowhere.value.code is TroubleCode.NO_SUCH_JOURNAL
    found = [one.code for one in practice_findings(machine, machine.read("hp"))]
    assert found == (["bad-training"] if named else ["no-training"])


@pytest.mark.parametrize("named", ["innebygd", "egen"])
def test_the_embedded_one_is_started_first(journal: ForeignJournal, machine: Journals, named: str) -> None:
    lay(machine, journal, "hp", "production", f'training_journal = "{named}"\n')
    assert training_of(machine, machine.read("hp")) == named
    assert practice_here("hp") == (named, True)
    assert practice_in(machine, "innebygd") == ("innebygd", True)
    assert [one.code for one in practice_findings(machine, machine.read("hp"))] == ["training"]

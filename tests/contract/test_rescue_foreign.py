"""Rescue before a journal that is not the embedded one: the supervisor signs in with a code, at a terminal without a browser.

Fault: Y7.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ports.disk import SystemDisk
from services.entrance import Entrance
from services.exported_seals import export_seals
from services.workday import Workday
from tests.contract.foreign_journal import ForeignJournal
from tests.contract.sign_in_room import Browser
from tests.pty.client import plain_environment
from tests.working_day import PIN, sign_note

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.xdist_group("foreign-rescue"), pytest.mark.needs("oidc-provider")]

_PRIVATE = X25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[ForeignJournal]:
    journal = ForeignJournal(tmp_path / "foreign")
    yield journal
    journal.close()


def supervisor(journal: ForeignJournal, home: Path) -> None:
    """Add the journal to the supervisor's machine."""
    disk = SystemDisk()
    folder = home / ".config" / "feltjournal" / "journals" / "prove"
    disk.replace(folder / "ca.pem", journal.room.pem.read_bytes())
    public = _PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    disk.replace(folder / "organisation.pem", public)
    text = f"""name = "Prøvejournalen"
environment = "test"
base = "{journal.room.base}"
authority = "ca.pem"

[sign_in]
issuer = "{journal.room.issuer}"
client_id = "public"
scopes = ["openid", "user/*.cruds"]
ways = ["device"]

[organisation]
name = "Prøvekommunen"
public_key = "organisation.pem"
"""
    disk.replace(folder / "journal.toml", text.encode())


def rescued(journal: ForeignJournal, home: Path, words: list[str]) -> tuple[int, str, str]:
    """Run the command, and enter the code that it says as another person does elsewhere; return what came of it."""
    with subprocess.Popen(
        [sys.executable, "-m", "cli", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=plain_environment(home),
    ) as process:
        assert process.stderr is not None
        said = [process.stderr.readline().strip() for _ in range(4)]
        Browser(journal.room, "ingrid-berg").enter_code(f"{said[1]}?user_code={said[2]}")
        out, error = process.communicate(timeout=120)
    return process.returncode, out, error


async def test_what_a_laptop_had_not_sent_is_delivered(journal: ForeignJournal, tmp_path: Path) -> None:
    public = _PRIVATE.public_key().public_bytes_raw()
    setup = journal.setup(tmp_path / "laptop")
    setup = replace(setup, journal=replace(setup.journal, organisation_key=public))
    day = Workday(setup)
    day._entrance = Entrance(setup, journal.keyring)
    await day.sign_in_browser(lambda _: None)
    await day.set_pin(PIN)
    await day.take_round(lambda _: None)
    await sign_note(day)
    await day.close()
    export, key, home = tmp_path / "forseglet", tmp_path / "key.pem", tmp_path / "home"
    export_seals(setup.folders.cache, export, SystemDisk())
    pem = _PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    SystemDisk().replace(key, pem)
    supervisor(journal, home)
    before = journal.inner.fhir().count("DocumentReference?date=ge2000-01-01")
    words = ["--journal", "prove", "rescue", str(export), "--key", str(key), "--json"]
    code, out, error = rescued(journal, home, words)
    assert (code, error) == (0, "")
    assert [one["became"] for one in json.loads(out)["entries"]] == ["delivered"]
    assert journal.inner.fhir().count("DocumentReference?date=ge2000-01-01") == before + 1

"""From a laptop that nobody can open to the journal: `seals export` and `rescue` as processes, against the embedded journal.

Fault: Y7, R2, K9, K10, Q1, Q2, Q3, S7.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cli import rescue
from cli.arguments import parser
from offline_cache import seal_export
from tests.working_day import PIN, a_day, first_day, sign_news2, sign_note

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.machine import Machine

pytestmark = pytest.mark.usefixtures("running_journal")

NEWS2_PARTS, NOTE_PARTS = 8, 1


async def sign_two(machine: Machine) -> None:
    """Sign a NEWS2 and a note with the journal dead, and close the laptop."""
    day = await first_day(machine.folder)
    machine.room.kill()
    await sign_news2(day)
    await sign_note(day)
    await day.close()


def wipe(machine: Machine) -> None:
    """Take away everything but the seals, as a wipe does."""
    for path in machine.cache.iterdir():
        if path.suffix != ".seal":
            path.unlink()


async def test_a_wiped_laptop_loses_nothing_and_the_nurse_is_the_author(machine: Machine) -> None:
    """Eight observations and a note arrive once, by Kari, brought by Ingrid; a second run finds them."""
    await sign_two(machine)
    wipe(machine)
    code, out, _ = machine.says("seals", "list", "--json")
    (listed,) = json.loads(out)["caches"]
    assert (code, listed["clinician"], listed["entries"], listed["damaged"]) == (0, "Kari Nordmann", 2, 0)
    machine.exported()
    assert len(machine.seals) == 2
    machine.room.start()
    before = machine.in_journal()
    code, said = machine.rescue("--dry-run")
    assert (code, said["counts"], machine.in_journal()) == (6, {"missing": 2}, before)
    code, said = machine.rescue()
    assert (code, said["counts"], said["supervisor"]) == (0, {"delivered": 2}, "Ingrid Berg")
    assert {one["clinician"] for one in said["entries"]} == {"Kari Nordmann"}
    assert [len(one["journal_ids"]) for one in said["entries"]] == [NEWS2_PARTS, NOTE_PARTS]
    after = machine.in_journal()
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, NEWS2_PARTS, NOTE_PARTS, 2]
    calls = machine.room.fhir("olav-lie")
    for one in said["entries"]:
        for reference in one["journal_ids"]:
            resource = calls.get(reference).json()
            by = resource.get("performer") or resource["author"]
            assert by[0]["reference"] == "Practitioner/kari-nordmann"
    words = [event["outcomeDesc"] for event in calls.all_of("AuditEvent")]
    assert all("levert av Ingrid Berg. Forfatter er Kari Nordmann" in one for one in words)
    code, said = machine.rescue()
    assert (code, said["counts"], machine.in_journal()) == (0, {"there": 2}, after)


async def test_nothing_of_a_patient_is_said_or_lies_readable(machine: Machine) -> None:
    """Not in what the commands print, not in the export, not in a file name."""
    day = await first_day(machine.folder)
    taken = await day.round()
    assert taken is not None
    secrets = {visit.patient_id for visit in taken.visits} | {visit.family for visit in taken.visits}
    machine.room.kill()
    await sign_news2(day)
    await sign_note(day)
    await day.close()
    said = [*machine.says("seals", "list"), *machine.says("seals", "export", str(machine.export))]
    machine.room.start()
    said += machine.says(*machine.rescue_words())
    text = " ".join(str(one) for one in said)
    assert "Kari Nordmann" in text
    assert "levert nå" in text
    raw = machine.export.read_bytes()
    for secret in secrets:
        assert secret not in text
        assert secret.encode() not in raw
    assert not any(secret in path.name for secret in secrets for path in machine.folder.rglob("*"))


@pytest.mark.parametrize(
    "state",
    [
        "forgotten PIN",
        pytest.param("damaged", marks=pytest.mark.day),
        pytest.param("open", marks=pytest.mark.day),
    ],
)
async def test_export_needs_no_pin_and_no_database(machine: Machine, state: str) -> None:
    """PIN locked, database and header damaged, or the client open in another window: the seals come out all the same."""
    await sign_two(machine)
    day = a_day(machine.folder)
    if state == "open":
        await day.unlock(PIN)
    elif state == "damaged":
        for name in ("cache.db", "cache.hdr"):
            (machine.cache / name).write_bytes(b"\xff" * 5000)
    else:
        for _ in range(6):
            assert machine.says("status", "--pin-fd", "0")[0] == 3
    machine.exported()
    assert seal_export.unpack(machine.export.read_bytes()) == [path.read_bytes() for path in machine.seals]
    await day.close()


async def test_a_seal_goes_when_the_journal_has_the_entry(machine: Machine) -> None:
    """Signed: a seal. Delivered: none, and nothing to export, in words."""
    day = await first_day(machine.folder)
    entry = await sign_news2(day)
    assert len(machine.seals) == 1
    await day.send_now(entry)
    await day.sync()
    assert machine.seals == []
    await day.close()
    code, out, error = machine.says("seals", "export", str(machine.export), "--json")
    assert (code, json.loads(out)) == (7, {"error": "nothing-sealed", "exit": 7})
    assert "ingen forseglede" in error
    assert not machine.export.exists()


async def test_what_the_laptop_delivers_in_the_meantime_is_found(machine: Machine) -> None:
    """The laptop delivers after the export: the rescue finds it and sends nothing; a seal left by a crash is the same."""
    await sign_two(machine)
    machine.exported()
    machine.room.start()
    day = a_day(machine.folder)
    await day.unlock(PIN)
    for row in await day.outbox():
        await day.send_now(row.entry_id)
    await day.sync()
    assert day.status().unsent_entries == 0
    await day.close()
    before = machine.in_journal()
    code, said = machine.rescue()
    assert (code, said["counts"], machine.in_journal()) == (0, {"there": 2}, before)


async def test_laptop_and_rescue_at_the_same_time_make_one(machine: Machine) -> None:
    """Both have read that it is not there, and the rescue's request hangs in the journal while the laptop's goes through."""
    await sign_two(machine)
    machine.exported()
    machine.room.start()
    before = machine.in_journal()
    machine.room.fault("hold-commit", method="POST", path="/fhir", is_whole=True)
    with machine.start(*machine.rescue_words("--json")) as running:
        machine.room.until_fired()
        day = a_day(machine.folder)
        await day.unlock(PIN)
        for row in await day.outbox():
            await day.send_now(row.entry_id)
        await day.sync()
        await day.close()
        machine.room.release()
        out, _ = running.communicate(timeout=120)
    assert (running.returncode, json.loads(out)["counts"]) == (0, {"there": 2})
    assert [b - a for a, b in zip(before, machine.in_journal(), strict=True)][:3] == [
        1,
        NEWS2_PARTS,
        NOTE_PARTS,
    ]


async def test_a_rescue_killed_in_mid_delivery_is_run_again(machine: Machine) -> None:
    """`kill -9` while the journal is at work on its request, and once more when the next one is: each arrives once."""
    await sign_two(machine)
    machine.exported()
    machine.room.start()
    before = machine.in_journal()
    for path, is_whole in (("/fhir", True), ("/fhir/DocumentReference", True)):
        machine.room.forget_faults()
        machine.room.fault("hold-commit", method="POST", path=path, is_whole=is_whole)
        with machine.start(*machine.rescue_words("--json")) as running:
            machine.room.until_fired()
            os.kill(running.pid, signal.SIGKILL)
            running.wait(timeout=60)
        machine.room.release()
    machine.room.forget_faults()
    code, said = machine.rescue()
    assert code == 0
    assert set(said["counts"]) <= {"there", "delivered"}
    assert [b - a for a, b in zip(before, machine.in_journal(), strict=True)][:3] == [
        1,
        NEWS2_PARTS,
        NOTE_PARTS,
    ]


@pytest.mark.parametrize(
    "kind", [pytest.param("kill-before-commit", marks=pytest.mark.day), "kill-after-commit"]
)
async def test_a_journal_that_dies_in_mid_delivery_gets_each_once(machine: Machine, kind: str) -> None:
    """It says that it is not settled, and to run it again; then it is settled, whatever the journal had done."""
    await sign_two(machine)
    machine.exported()
    machine.room.start()
    before = machine.in_journal()
    machine.room.fault(kind, method="POST", path="/fhir", is_whole=True)
    code, said = machine.rescue()
    assert code == 4
    assert set(said["counts"]) <= {"waiting", "uncertain"}
    machine.room.start()
    code, said = machine.rescue()
    first = "there" if kind == "kill-after-commit" else "delivered"
    assert (code, said["entries"][0]["became"], said["entries"][1]["became"]) == (0, first, "delivered")
    assert [b - a for a, b in zip(before, machine.in_journal(), strict=True)][:3] == [
        1,
        NEWS2_PARTS,
        NOTE_PARTS,
    ]


async def test_what_the_journal_refuses_holds_back_nothing_else(machine: Machine) -> None:
    await sign_two(machine)
    machine.exported()
    machine.room.start()
    machine.room.fault("status", method="POST", path="/fhir", is_whole=True, status=422, text="HANSEN")
    code, out, _ = machine.says(*machine.rescue_words())
    assert code == 6
    assert "journalen tok ikke imot den" in out
    assert "1 oppføring levert nå av Ingrid Berg" in out
    assert "HANSEN" not in out


async def test_each_wrong_file_has_its_own_words_and_code(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another key, no key, a damaged file, a cut one, none: nothing is sent, nobody is asked to sign in, and it is said why."""
    await sign_two(machine)
    machine.exported()
    for name in ("data", "state"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(machine.folder / f"xdg-{name}"))
    whole = machine.export.read_bytes()
    other = machine.folder / "annen-nøkkel"
    other.write_bytes(
        X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )

    def said(key: Path, content: bytes | None = None) -> tuple[int, str]:
        machine.export.unlink(missing_ok=True)
        if content is not None:
            machine.export.write_bytes(content)
        code = rescue.run(parser().parse_args(machine.rescue_words(key=key)))
        return code, "".join(capsys.readouterr())

    code, text = said(other, whole)
    assert (code, text.count("annen nøkkel")) == (8, 2)
    for key, content, expected, words in (
        (machine.export, whole, 8, "kan ikke leses som virksomhetens nøkkel"),
        (machine.folder / "borte", whole, 8, "kan ikke leses som virksomhetens nøkkel"),
        (machine.key, whole[:-7], 11, "ikke hel"),
        (machine.key, whole[:200] + b"\x00" + whole[201:], 10, "skadet"),
        (machine.key, b"noe annet", 10, "skadet"),
        (machine.key, seal_export.pack([]), 7, "ingen forseglede"),
        (machine.key, None, 1, "kan ikke leses"),
    ):
        code, text = said(key, content)
        assert (code, words in text, "Ingenting er" in text) == (expected, True, True)


async def test_a_damaged_seal_holds_back_no_other(machine: Machine) -> None:
    """One seal of the two is not whole: it is told and counted, and the other is delivered."""
    await sign_two(machine)
    machine.seals[0].write_bytes(machine.seals[0].read_bytes()[:-1] + b"\x00")
    machine.exported()
    machine.room.start()
    code, said = machine.rescue()
    assert (code, said["counts"]) == (10, {"damaged": 1, "delivered": 1})


async def test_another_journals_seals_are_not_delivered_here(machine: Machine, tmp_path: Path) -> None:
    """The supervisor's journal is another one than the laptop's: the same people, and nothing is sent."""
    await sign_two(machine)
    machine.exported()
    shutil.copy(machine.key, tmp_path / "organisation-key")
    shutil.rmtree(machine.room.folder)
    machine.room.start()
    code, out, _ = machine.says(*machine.rescue_words(key=tmp_path / "organisation-key"))
    assert (code, out.count("annen journal")) == (9, 2)


async def test_a_journal_that_is_away_and_nobody_signed_in(machine: Machine) -> None:
    """Each is told before anything is sent; the export can be used again."""
    await sign_two(machine)
    machine.exported()
    assert machine.rescue()[0] == 4
    machine.room.start()
    code, out, error = machine.says("rescue", str(machine.export), "--key", str(machine.key), "--json")
    assert (code, json.loads(out)["error"], "--person" in error) == (3, "nobody-chosen", True)
    words = [*machine.rescue_words("--json")[:-3], "--person", "ingen", "--json"]
    assert machine.says(*words)[0] == 3
    assert machine.rescue()[0] == 0


async def test_an_export_is_never_written_over(machine: Machine) -> None:
    await sign_two(machine)
    machine.exported()
    before = machine.export.read_bytes()
    code, _, error = machine.says("seals", "export", str(machine.export))
    assert (code, "skrives ikke over" in error) == (1, True)
    assert machine.export.read_bytes() == before

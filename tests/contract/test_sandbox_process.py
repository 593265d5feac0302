"""The embedded journal as a process: started, killed, started again on the same state, and made to fail."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from clinical.shifts import ShiftName, next_shift, shift_at
from ports.clock import SystemClock
from ports.ids import SystemIds
from sandbox.launching import StartFailed, find_running, start_detached
from sandbox.state import proof
from tests.sandbox_room import REAL_RANGE_NUMBER, SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IDENTIFIER = "identifier=urn:ietf:rfc:3986|urn:uuid:"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[SandboxRoom]:
    room = SandboxRoom(tmp_path / "state")
    room.start()
    yield room
    room.close()


def note(room: SandboxRoom, tag: str) -> dict[str, Any]:
    patient = room.fhir().get("Patient?_count=1").json()["entry"][0]["resource"]["id"]
    return {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{tag}"}],
        "code": {"text": "prøve"},
        "subject": {"reference": f"Patient/{patient}"},
    }


def sandbox(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def test_proves_that_it_was_handed_the_key(room: SandboxRoom) -> None:
    assert room.started is not None
    challenge = "00ff" * 16
    answer = room.http.get(f"{room.origin}/embedded", params={"challenge": challenge})
    assert answer.json() == {"proof": proof(room.started.key, challenge)}
    assert room.http.get(f"{room.origin}/embedded", params={"challenge": "ikke hex"}).status_code == 400


def test_second_start_uses_the_one_that_runs(room: SandboxRoom) -> None:
    pid = room.state.pid
    assert start_detached(room.state, ids=SystemIds()).base_url == room.base
    assert room.state.pid == pid


def test_somebody_else_on_the_port_is_not_taken_for_the_journal(room: SandboxRoom) -> None:
    room.state.disk.replace(room.folder / "key", b"ab" * 32)
    assert find_running(room.state, SystemIds()) is None


def test_kill_keeps_state_port_and_sign_in(room: SandboxRoom) -> None:
    grant = room.sign_in()
    created = room.fhir().send("POST", "Observation", note(room, "varig"))
    base, instance = room.base, room.http.get(f"{room.base}/metadata").json()["implementation"]
    room.kill()
    room.start()
    assert room.base == base
    assert room.http.get(f"{base}/metadata").json()["implementation"] == instance
    headers = {"Authorization": f"Bearer {grant['access_token']}"}
    read = room.http.get(f"{base}/Observation/{created.json()['id']}", headers=headers)
    assert read.content == created.content
    assert room.token(grant_type="refresh_token", refresh_token=grant["refresh_token"]).status_code == 200
    assert room.fhir().count("Patient") == 11


@pytest.mark.parametrize(("kind", "stored"), [("kill-before-commit", 0), ("kill-after-commit", 1)])
def test_killed_around_the_commit(room: SandboxRoom, kind: str, stored: int) -> None:
    body = note(room, kind)
    calls = room.fhir()
    room.fault(kind, method="POST", path="/fhir/Observation")
    with pytest.raises(httpx.TransportError):
        calls.send("POST", "Observation", body, If_None_Exist=IDENTIFIER + kind)
    room.kill()
    room.start()
    assert calls.count(f"Observation?{IDENTIFIER}{kind}") == stored
    again = calls.send("POST", "Observation", body, If_None_Exist=IDENTIFIER + kind)
    assert again.status_code == (200 if stored else 201)
    assert calls.count(f"Observation?{IDENTIFIER}{kind}") == 1


@pytest.mark.parametrize(("kind", "stored"), [("drop-before-commit", 0), ("drop-after-commit", 1)])
def test_answer_lost_around_the_commit(room: SandboxRoom, kind: str, stored: int) -> None:
    calls = room.fhir()
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": note(room, kind), "request": {"method": "POST", "url": "Observation"}}],
    }
    room.fault(kind)
    with pytest.raises(httpx.TransportError):
        calls.send("POST", "", bundle)
    assert calls.count(f"Observation?{IDENTIFIER}{kind}") == stored


def test_stamp_given_early_is_published_late(room: SandboxRoom) -> None:
    calls = room.fhir()
    held, quick = note(room, "holdt"), note(room, "rask")
    room.fault("hold-commit", method="POST", path="/fhir/Observation")
    with ThreadPoolExecutor(1) as pool, httpx.Client(trust_env=False, timeout=30) as other:
        headers = {"Authorization": f"Bearer {calls.token}", "Content-Type": "application/fhir+json"}
        waiting = pool.submit(other.post, f"{room.base}/Observation", json=held, headers=headers)
        room.until_fired(1)
        seen = calls.send("POST", "Observation", quick).json()["meta"]["lastUpdated"]
        assert calls.count(f"Observation?{IDENTIFIER}holdt") == 0
        room.release()
        late = waiting.result(timeout=30).json()["meta"]["lastUpdated"]
    assert late <= seen
    assert calls.count(f"Observation?{IDENTIFIER}holdt&_lastUpdated=gt{seen}") == 0


def test_faults_of_the_answer(room: SandboxRoom) -> None:
    calls = room.fhir()
    room.fault("status", status=429, retry_after="7", times=2)
    for _ in range(2):
        answer = calls.get("Patient")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    room.fault("html")
    assert calls.get("Patient").text.startswith("<!doctype html>")
    room.fault("truncated-json")
    with pytest.raises(json.JSONDecodeError):
        calls.get("Patient").json()
    for kind in ("cut-body", "drop"):
        room.fault(kind)
        with pytest.raises(httpx.TransportError):
            calls.get("Patient")
    assert calls.get("Patient").status_code == 200


def test_fault_of_the_wrong_patient(room: SandboxRoom) -> None:
    calls = room.fhir()
    first, second = [p["id"] for p in calls.all_of("Patient?_count=2")][:2]
    room.fault("wrong-patient", patient=first, other=second, path=f"/fhir/Patient/{first}")
    assert calls.get(f"Patient/{first}").json()["id"] == second


def test_faults_need_the_key(room: SandboxRoom) -> None:
    answer = room.http.post(f"{room.origin}/_faults", json={"kind": "html"}, headers={"X-Faults-Key": "feil"})
    assert answer.status_code == 403
    assert room.fhir().get("Patient").status_code == 200


def test_product_has_no_fault_controls(tmp_path: Path) -> None:
    room = SandboxRoom(tmp_path / "state")
    try:
        room.started = start_detached(room.state, ids=SystemIds())
        assert room.http.get(f"{room.origin}/_faults").status_code == 404
    finally:
        room.close()


def test_stop_and_status_in_words(room: SandboxRoom) -> None:
    state = str(room.folder)
    running = sandbox("status", "--state", state)
    assert (running.returncode, room.base in running.stdout) == (0, True)
    stopped = sandbox("stop", "--state", state)
    assert (stopped.returncode, stopped.stdout) == (
        0,
        "Øvingsjournalen er stoppet. Alt som er lagret, er der neste gang.\n",
    )
    assert sandbox("status", "--state", state).returncode == 7
    assert sandbox("stop", "--state", state).returncode == 7
    assert room.state.pid is None


def test_taken_port_is_said(room: SandboxRoom, tmp_path: Path) -> None:
    port = room.base.split(":")[2].split("/")[0]
    answer = sandbox("serve", "--state", str(tmp_path / "en-annen"), "--port", port)
    assert answer.returncode == 1
    assert f"Port {port} er opptatt" in answer.stderr
    again = sandbox("serve", "--state", str(room.folder))
    assert "kjører allerede" in again.stderr


def test_broken_state_is_said_and_not_touched(tmp_path: Path) -> None:
    room = SandboxRoom(tmp_path / "state")
    room.state.disk.replace(room.state.database, b"dette er ingen database" * 100)
    with pytest.raises(StartFailed, match="kan ikke leses som en journal"):
        room.start()
    assert room.state.database.read_bytes().startswith(b"dette er ingen database")


def test_state_with_a_real_number_is_not_opened(room: SandboxRoom) -> None:
    import sqlite3

    room.kill()
    with sqlite3.connect(room.state.database) as tables:
        tables.execute("UPDATE term SET value = ? WHERE value = '29874849837'", (REAL_RANGE_NUMBER,))
    tables.close()
    with pytest.raises(StartFailed, match="virkelige personer"):
        room.start()


def test_generated_people_stand_beside_the_built_in_ones(tmp_path: Path) -> None:
    room = SandboxRoom(tmp_path / "state", ["--patients", "40", "--seed", "5"])
    try:
        room.start()
        calls = room.fhir()
        assert calls.count("Patient") == 51
        now = shift_at(SystemClock().now())
        days = [shift.name for shift in (now, next_shift(now))].count(ShiftName.DAY)
        assert calls.count("Appointment?actor=Practitioner/kari-nordmann") == 2 * 48 + days
        room.end()
        room.start()
        assert calls.count("Patient") == 51
    finally:
        room.close()


def test_client_side_parts_load_nothing_of_a_server() -> None:
    program = (
        "import sys, sandbox.command, sandbox.launching;"
        "print([m for m in ('uvicorn', 'starlette', 'click', 'joserfc', 'sqlite3', 'msgspec') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert answer.stdout == "[]\n"


def test_wrong_use_is_said_in_bokmal() -> None:
    answer = sandbox("serve", "--port", "hei")
    assert answer.returncode == 2
    assert "'hei' er ikke et helt tall" in answer.stderr
    missing = sandbox("serve", "--load", "finnes-ikke")
    assert (missing.returncode, "finnes ikke" in missing.stderr) == (1, True)

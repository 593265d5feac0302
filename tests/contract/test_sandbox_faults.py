"""The switches by which tests make the embedded journal misbehave: each in one process with the test, and over HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ports.disk import SystemDisk
from ports.ids import SystemIds
from sandbox.fhir.journal import Journal
from sandbox.fhir.tables import open_tables
from sandbox.profiles import EPIC, FULL
from sandbox.seeding import Seeding
from sandbox.sign_in.tokens import Tokens
from sandbox.state import StateFolder
from tests.contract.still_clock import StillClock
from tests.sandbox_in_process import ORIGIN, JournalInProcess
from tests.sandbox_room import SandboxRoom

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

PATIENT = {"resourceType": "Patient", "id": "p", "name": [{"family": "Synth"}]}
OTHER = {"resourceType": "Patient", "id": "q", "name": [{"family": "Annen"}]}


class Bench:
    """One journal in this process, with a signed-in caller."""

    def __init__(self, folder: Path, profile: str) -> None:
        self.clock = StillClock()
        ids = SystemIds()
        state = StateFolder(folder, SystemDisk())
        state.disk.make_folder(folder)
        self.tables = open_tables(state.database)
        Seeding(Journal(self.tables, ids), self.clock, ids, profile).identify()
        self.journal = JournalInProcess(self.tables, state, self.clock, ids)
        tokens = Tokens(self.tables, self.clock, ids, 1_000_000)
        _, pair = tokens.begin("kari-nordmann", "feltjournal", "openid user/*.cruds", "")
        self.http = httpx.AsyncClient(
            transport=self.journal,
            base_url=f"{ORIGIN}/fhir/",
            headers={"Authorization": f"Bearer {pair.access}"},
        )
        for resource in (PATIENT, OTHER, *(problem(n) for n in range(4))):
            self.journal.acts.store(resource)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Send a GET."""
        return await self.http.get(path, headers={n.replace("_", "-"): v for n, v in headers.items()})

    async def post(self, resource: dict[str, Any], **headers: str) -> httpx.Response:
        """Send a create."""
        sent = {"Content-Type": "application/fhir+json"} | {
            n.replace("_", "-"): v for n, v in headers.items()
        }
        return await self.http.post(
            str(resource["resourceType"]), content=json.dumps(resource).encode(), headers=sent
        )

    async def ids(self, path: str) -> list[str]:
        """Return the ids of the matches of a search."""
        return matches((await self.get(path)).json())


def problem(number: int) -> dict[str, Any]:
    whom = {"reference": "Patient/p"}
    return {"resourceType": "Condition", "id": f"c{number}", "subject": whom, "code": {"text": str(number)}}


def vital(at: str = "2026-11-23T08:00:00+01:00") -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:1"}],
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": at,
    }


def matches(bundle: dict[str, Any]) -> list[str]:
    return [e["resource"]["id"] for e in bundle.get("entry", []) if e["search"]["mode"] == "match"]


def next_of(bundle: dict[str, Any]) -> str:
    return next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")


def numbers(bundle: dict[str, Any]) -> set[str]:
    outcomes = [bundle] if bundle["resourceType"] == "OperationOutcome" else []
    outcomes += [e["resource"] for e in bundle.get("entry", []) if e["search"]["mode"] == "outcome"]
    codings = [
        coding["code"]
        for outcome in outcomes
        for issue in outcome["issue"]
        for coding in issue.get("details", {}).get("coding", [])
    ]
    return set(codings)


@pytest.fixture
async def full(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "full", FULL)
    yield bench
    await bench.http.aclose()
    bench.tables.close()


@pytest.fixture
async def epic(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "epic", EPIC)
    yield bench
    await bench.http.aclose()
    bench.tables.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[SandboxRoom]:
    room = SandboxRoom(tmp_path / "state")
    room.start()
    yield room
    room.close()


async def test_stamped_early_and_published_late(full: Bench) -> None:
    full.journal.fault("hold-commit", method="POST")
    held = asyncio.create_task(full.post(problem(9)))
    await full.journal.book.until_fired(1)
    full.clock.move(60)
    later = await full.post(problem(8))
    assert len(await full.ids("Condition")) == 5
    full.journal.book.release()
    early = (await held).json()
    assert early["meta"]["lastUpdated"] < later.json()["meta"]["lastUpdated"]
    assert early["id"] in await full.ids("Condition?_count=50")


async def test_backup_put_back_forgets_writes_and_keeps_sign_ins(full: Bench) -> None:
    full.journal.acts.backup()
    created = (await full.post(problem(9))).json()
    full.journal.acts.restore()
    assert (await full.get(f"Condition/{created['id']}")).status_code == 404
    assert len(await full.ids("Condition")) == 4


@pytest.mark.parametrize("moves", [True, False])
async def test_patients_are_merged(full: Bench, moves: bool) -> None:  # noqa: FBT001  a parameter of the test
    full.journal.acts.merge("p", "q", moves=moves)
    old = (await full.get("Patient/p")).json()
    assert old["active"] is False
    assert old["link"] == [{"other": {"reference": "Patient/q"}, "type": "replaced-by"}]
    assert (await full.get("Patient/q")).json()["link"][0]["type"] == "replaces"
    assert len(await full.ids("Condition?patient=q")) == (4 if moves else 0)
    assert len(await full.ids("Condition?patient=p")) == (0 if moves else 4)


async def test_patient_deleted_where_the_interface_deletes_nothing(epic: Bench) -> None:
    epic.journal.acts.delete("Patient", "p")
    assert (await epic.get("Patient/p")).status_code == 404
    assert matches((await epic.get("Patient?_id=p")).json()) == []


async def test_access_withdrawn_from_one_chart(epic: Bench, full: Bench) -> None:
    for bench in (epic, full):
        bench.journal.conduct.withdrawn = {"p"}
        for path in ("Patient/p", "Condition/c1", "Condition?patient=p", "Condition?patient=Patient/p"):
            answer = await bench.get(path)
            assert answer.status_code == 403, path
            assert "www-authenticate" not in answer.headers
            if bench is epic:
                assert numbers(answer.json()) == {"4118"}
        assert (await bench.post(problem(9))).status_code == 403
        assert await bench.ids("Condition?_id=c1,c2") == []
        assert (await bench.get("Patient/q")).status_code == 200
        bench.journal.conduct.withdrawn = set()
        assert (await bench.get("Condition/c1")).status_code == 200
    full.journal.conduct.withdrawn = {"p"}
    assert (await full.get("Condition?_summary=count")).json()["total"] == 0
    assert (await full.get("Condition/_history")).json().get("entry", []) == []
    assert await full.ids("Patient?family=synth") == []


async def test_part_of_a_chart_suppressed_is_said(epic: Bench) -> None:
    assert numbers((await epic.get("Condition?patient=p")).json()) == set()
    epic.journal.conduct.suppressed = {("p", "Condition")}
    answer = (await epic.get("Condition?patient=p")).json()
    assert matches(answer) == []
    assert "59204" in numbers(answer)
    assert numbers((await epic.get("Condition/c1")).json()) == {"59203"}
    assert "59204" not in numbers((await epic.get("Condition?patient=q")).json())
    assert (await epic.get("Patient/p")).status_code == 200


async def test_chart_that_may_not_be_entire_is_said(epic: Bench) -> None:
    epic.journal.conduct.partial = {"p"}
    assert "4119" in numbers((await epic.get("Condition?patient=Patient/p")).json())
    assert "4119" not in numbers((await epic.get("Condition?patient=q")).json())


async def test_next_link_expires_by_the_clock_and_by_the_switch(epic: Bench, full: Bench) -> None:
    for bench, status in ((epic, 400), (full, 410)):
        following = next_of((await bench.get("Condition?patient=p&_count=2")).json())
        assert (await bench.get(following)).status_code == 200
        bench.clock.move(3600)
        assert (await bench.get(following)).status_code == status
        bench.journal.conduct.page_lifetime = 0
        following = next_of((await bench.get("Condition?patient=p&_count=2")).json())
        assert (await bench.get(following)).status_code == status


async def test_next_link_refused_by_a_rule(epic: Bench) -> None:
    epic.journal.fault("status", status=404, query="sessionID=")
    following = next_of((await epic.get("Condition?patient=p&_count=2")).json())
    assert (await epic.get(following)).status_code == 404
    assert (await epic.get(following)).status_code == 200


async def test_page_above_the_limit_is_413(full: Bench) -> None:
    full.journal.fault("limit-page", limit=3, times=0)
    assert (await full.get("Condition?_count=4")).status_code == 413
    assert (await full.get("Condition")).status_code == 413
    assert (await full.get("Condition?_count=3")).status_code == 200
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for count, status in (("4", 413), ("2", 200)):
        answer = await full.http.post("Condition/_search", content=f"patient=p&_count={count}", headers=form)
        assert answer.status_code == status
    assert (await full.post(problem(9))).status_code == 201


async def test_body_above_the_limit_is_413_and_stores_nothing(full: Bench) -> None:
    full.journal.fault("limit-body", limit=400, times=0)
    assert (await full.post(problem(9) | {"note": [{"text": "x" * 400}]})).status_code == 413
    assert len(await full.ids("Condition")) == 4
    assert (await full.post(problem(9))).status_code == 201


async def test_proxy_that_strips_validators(full: Bench) -> None:
    full.journal.fault("strip-headers", times=0)
    answer = await full.get("Condition/c1", If_None_Match='W/"1"')
    assert (answer.status_code, "etag" in answer.headers) == (200, False)
    changed = await full.http.put(
        "Condition/c1",
        content=answer.content,
        headers={"If-Match": 'W/"1"', "Content-Type": "application/fhir+json"},
    )
    assert changed.status_code == 428
    full.journal.fault("status", status=503)
    assert (await full.get("Condition/c1")).status_code == 503
    full.journal.forget_faults()
    assert (await full.get("Condition/c1")).headers["etag"] == 'W/"1"'


async def test_request_delivered_twice(full: Bench, epic: Bench) -> None:
    for bench, status, filed in ((full, 201, 2), (epic, 400, 1)):
        bench.journal.fault("deliver-twice", method="POST")
        assert (await bench.post(vital())).status_code == status
        assert len(await bench.ids("Observation?patient=p&category=vital-signs")) == filed
    full.journal.fault("deliver-twice", method="POST")
    once = await full.post(vital() | {"identifier": [{"value": "to"}]}, If_None_Exist="identifier=to")
    assert once.status_code == 200


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("reversed", ["c3", "c2", "c1", "c0"]),
        ("fewer", ["c0", "c1", "c2"]),
        ("more", ["c0", "c1", "c2", "c3", "c0"]),
    ],
)
async def test_answer_with_other_entries(full: Bench, change: str, expected: list[str]) -> None:
    full.journal.fault("entries", change=change)
    assert await full.ids("Condition?_sort=_id") == expected
    assert await full.ids("Condition?_sort=_id") == ["c0", "c1", "c2", "c3"]


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("drop", 4),
        ("drop-before-commit", 4),
        ("drop-after-commit", 5),
        ("kill-before-commit", 4),
        ("kill-after-commit", 5),
        ("cut-body", 5),
    ],
)
async def test_dropped_within_one_process_is_a_broken_connection(full: Bench, kind: str, stored: int) -> None:
    full.journal.fault(kind, method="POST")
    with pytest.raises(httpx.ReadError):
        await full.post(problem(9))
    assert len(await full.ids("Condition")) == stored


async def test_identifier_is_kept_where_a_test_says_so(epic: Bench) -> None:
    whole = {"Prefer": "return=representation"}
    assert "identifier" not in (await epic.post(vital(), **whole)).json()
    epic.journal.conduct.keeps_identifier = True
    kept = (await epic.post(vital("2026-11-23T09:00:00+01:00"), **whole)).json()
    assert kept["identifier"] == vital()["identifier"]


async def test_long_note_is_cut_where_a_test_says_so(epic: Bench) -> None:
    epic.journal.conduct.cuts_long_notes = True
    answer = await epic.post(vital() | {"note": [{"text": "æ" * 300}]}, Prefer="return=representation")
    assert answer.json()["note"] == [{"text": "æ" * 254}]


async def test_strict_filing_needs_an_open_encounter_that_has_begun(epic: Bench) -> None:
    epic.journal.conduct.is_strict = True
    whom = {"reference": "Patient/p"}
    kind = {"code": "HH"}
    periods = {"e-open": "2026-11-23", "e-future": "2026-12-01", "e-done": "2026-11-01"}
    for id_, start in periods.items():
        status = "finished" if id_ == "e-done" else "in-progress"
        encounter = {"resourceType": "Encounter", "id": id_, "status": status, "class": kind, "subject": whom}
        epic.journal.acts.store(encounter | {"period": {"start": start}})
    assert numbers((await epic.post(vital())).json()) == {"59108"}
    for id_, expected in (("e-future", 400), ("e-done", 400), ("e-open", 201)):
        told = vital() | {"encounter": {"reference": f"Encounter/{id_}"}}
        assert (await epic.post(told)).status_code == expected, id_
    twice = vital() | {"code": {"coding": [{"code": "a"}, {"code": "b"}]}}
    assert numbers((await epic.post(twice)).json()) == {"59102"}


def test_switches_and_acts_over_http(room: SandboxRoom) -> None:
    calls = room.fhir()
    people = [one["id"] for one in calls.all_of("Patient?_sort=_id")]
    room.act("backup")
    room.act("merge", old=people[0], into=people[1])
    assert calls.get(f"Patient/{people[0]}").json()["active"] is False
    room.conduct(withdrawn=[people[2]], suppressed=[[people[3], "Observation"]], page_lifetime=0)
    assert calls.get(f"Patient/{people[2]}").status_code == 403
    assert calls.count(f"Observation?patient={people[3]}") == 0
    following = next_of(calls.get("Patient?_count=1").json())
    assert calls.get(following.removeprefix(f"{room.base}/")).status_code == 410
    room.conduct(withdrawn=[], suppressed=[], page_lifetime=60)
    room.act("delete", type_="Patient", id_=people[4])
    assert calls.get(f"Patient/{people[4]}").status_code == 410
    room.act("restore")
    assert calls.get(f"Patient/{people[4]}").status_code == 200
    assert "link" not in calls.get(f"Patient/{people[0]}").json()
    room.fault("entries", change="fewer")
    room.fault("limit-page", limit=5, skip=1)
    assert len(calls.get("Patient?_count=11").json()["entry"]) == 10
    assert calls.get("Patient?_count=11").status_code == 200
    assert calls.get("Patient?_count=11").status_code == 413
    assert calls.get("Patient?_count=11").status_code == 200
    room.fault("deliver-twice", method="POST")
    room.fault("strip-headers")
    body = {"resourceType": "Basic", "code": {"text": "to ganger"}}
    assert "etag" not in calls.send("POST", "Basic", body).headers
    assert calls.count("Basic") == 2

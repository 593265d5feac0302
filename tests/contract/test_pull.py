"""The pull against the real embedded journal in its own process: what it costs, what it misses, what it tells."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from offline_cache import pull_deletes, pull_delta, pull_list, pull_patients
from offline_cache.server_time import OVERLAP
from services.views import ChangeKind, EntryKind, NoticeCode
from tests.sandbox_room import SandboxRoom
from tests.working_day import first_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from offline_cache.store import Store
    from services.workday import Workday


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SandboxRoom]:
    """Run the embedded journal with faults wired in."""
    room = SandboxRoom(tmp_path / "state" / "sandbox")
    room.start()
    yield room
    room.close()


def store_of(day: Workday) -> Store:
    """Return the open store, for looking into."""
    assert day._session is not None
    return day._session.store


async def again(day: Workday) -> Any:
    """Take the round again."""
    return await day.take_round(lambda _: None)


def flag_for(patient: str, text: str = "Ny hund på gården") -> dict[str, Any]:
    """Return a flag about a patient."""
    return {
        "resourceType": "Flag",
        "status": "active",
        "code": {"text": text},
        "subject": {"reference": f"Patient/{patient}"},
    }


async def test_sync_without_news_costs_few_requests(
    journal: SandboxRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate: 6 questions for the lists, 2 for each of 10 types, whatever the number of patients.

    All of the journal was written a moment ago and lies in the overlap, as after a quiet night it would not: so the
    overlap is left out here, after one more write that every other stamp lies before.
    """
    day = await first_day(tmp_path)
    taken = await day.round()
    first = await day.sync_report()
    assert taken is not None
    for module in (pull_delta, pull_deletes, pull_list, pull_patients):
        monkeypatch.setattr(module, "OVERLAP", OVERLAP * 0)
    journal.fhir("olav-lie").send("POST", "Flag", flag_for(taken.visits[0].patient_id))
    for _ in range(3):  # the questions before that of the news hear its stamp in the sync after it
        await again(day)
    quiet = await day.sync_report()
    assert first is not None
    assert quiet is not None
    assert first.whole
    assert quiet.whole
    assert not any(p.came or p.changed or p.gone for p in quiet.patients)
    assert quiet.requests == 26
    assert quiet.received < 16_000 < first.received
    await day.close()


async def test_news_is_told_once_and_goes_when_it_was_seen(journal: SandboxRoom, tmp_path: Path) -> None:
    day = await first_day(tmp_path)
    taken = await day.round()
    assert taken is not None
    patient = taken.visits[0].patient_id
    journal.fhir("olav-lie").send("POST", "Flag", flag_for(patient))
    shown = await again(day)
    assert next(v for v in shown.visits if v.patient_id == patient).news == 1
    (row,) = (await day.chart(patient)).news
    assert (row.kind, row.part, row.title) == (ChangeKind.NEW, "varsler", "Ny hund på gården")
    await day.changes_seen(patient, row.sequence)
    assert await day.changes(patient) == ()
    await again(day)
    assert await day.changes(patient) == ()
    await day.close()


async def test_own_entry_that_comes_back_is_no_news(journal: SandboxRoom, tmp_path: Path) -> None:
    from dataclasses import replace

    day = await first_day(tmp_path)
    taken = await day.round()
    assert taken is not None
    visit = taken.visits[-1]
    draft = await day.new_draft(EntryKind.NOTE, visit.patient_id, visit.visit_id)
    draft = await day.save_draft(replace(draft, fields={"text": "Sårstell utført."}))
    digits = (await day.chart(visit.patient_id, visit.visit_id)).banner.identity_number[-3:]
    entry = await day.sign(draft.entry_id, digits)
    await day.send_now(entry.entry_id)
    await day.sync()
    await again(day)
    assert await day.changes(visit.patient_id) == ()
    await day.close()


@dataclass
class Writers:
    """Writes held between their stamp and their publication while quicker ones pass them."""

    journal: SandboxRoom
    patient: str

    async def run(self, day: Workday, rounds: int) -> tuple[set[str], set[str]]:
        """Return what was written and what of it the cache holds in the end."""
        slow, quick = self.journal.fhir("olav-lie"), self.journal.fhir("olav-lie")
        for number in range(rounds):
            self.journal.fault("hold-commit", method="POST", path="/fhir/Flag")
            held = asyncio.create_task(
                asyncio.to_thread(slow.send, "POST", "Flag", flag_for(self.patient, f"sen {number}"))
            )
            await asyncio.to_thread(self.journal.until_fired, number + 1)
            await asyncio.to_thread(quick.send, "POST", "Flag", flag_for(self.patient, f"rask {number}"))
            for _ in range(
                3
            ):  # what one sync hears is where the next one reads from, and the last of its questions later
                await again(day)
            await asyncio.to_thread(self.journal.release)
            await held
            await again(day)
        there = {f["id"] for f in quick.all_of(f"Flag?patient={self.patient}")}
        here = {r.id for r in store_of(day).resources.of_patient(self.patient, "Flag")}
        return there, here


async def test_early_stamp_late_publication_misses_nothing(journal: SandboxRoom, tmp_path: Path) -> None:
    """Misses must be 0 (journal.md §4a). Fault: P7, P6."""
    day = await first_day(tmp_path)
    taken = await day.round()
    assert taken is not None
    there, here = await Writers(journal, taken.visits[0].patient_id).run(day, 3)
    assert there == here
    await day.close()


async def test_cursor_by_gt_is_seen_to_miss(
    journal: SandboxRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The losing variant of journal.md §4a, planted: strictly later than the latest seen. Fault: D3."""
    day = await first_day(tmp_path)
    taken = await day.round()
    assert taken is not None
    assert OVERLAP.total_seconds() == 150
    monkeypatch.setattr(pull_delta, "OVERLAP", OVERLAP * 0)
    there, here = await Writers(journal, taken.visits[0].patient_id).run(day, 3)
    assert there - here
    await day.close()


async def test_visit_given_to_another_is_told_with_the_name(journal: SandboxRoom, tmp_path: Path) -> None:
    """Fault: S3."""
    day = await first_day(tmp_path)
    taken = await day.round()
    assert taken is not None
    visit = taken.visits[0]
    calls = journal.fhir("olav-lie")
    body = calls.get(f"Appointment/{visit.visit_id}").json()
    for one in body["participant"]:
        if "Practitioner/kari-nordmann" in one["actor"]["reference"]:
            one["actor"] = {"reference": "Practitioner/olav-lie", "display": "Olav Lie"}
    version = body["meta"]["versionId"]
    assert (
        calls.send("PUT", f"Appointment/{visit.visit_id}", body, If_Match=f'W/"{version}"').status_code == 200
    )
    shown = await again(day)
    assert visit.visit_id not in {v.visit_id for v in shown.visits}
    assert shown.journal_count == len(shown.visits)
    (row,) = shown.told
    assert (row.code, row.id, row.detail) == (NoticeCode.VISIT_MOVED, visit.visit_id, "Olav Lie")
    assert row.patient_name
    await day.close()


async def test_next_shift_is_taken_along_and_opens_without_network(
    journal: SandboxRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of the next shift lies in the cache when the network is gone at its beginning."""
    from clinical.shifts import next_shift, shift_at
    from services import round_acts

    day = await first_day(tmp_path)
    now = shift_at(day._setup.clock.now())
    following = next_shift(now)
    journal.kill()
    monkeypatch.setattr(round_acts, "shift_at", lambda _now: following)
    shown = await again(day)
    assert shown.shift.start == following.start
    assert shown.visits
    assert shown.complete
    await day.close()

"""The outbox in a working day, against the real embedded journal: tasks, conflicts, corrections, typed identities, a restore."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from services.trouble import Trouble, TroubleCode
from services.views import EntryKind, EntryState
from tests.sandbox_room import SandboxRoom
from tests.working_day import NEWS2, first_day, sign_news2

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.views import Chart
    from services.workday import Workday


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SandboxRoom]:
    """Run the embedded journal with its built-in people."""
    room = SandboxRoom(tmp_path / "state" / "sandbox")
    room.start()
    yield room
    room.close()


async def first_task(day: Workday) -> tuple[Chart, str, str]:
    """Return the chart of the first visit that has an open task, the task and the digits to type again."""
    taken = await day.round()
    assert taken is not None
    for visit in taken.visits:
        chart = await day.chart(visit.patient_id, visit.visit_id)
        open_ = [task for task in chart.tasks if not task.done]
        if open_:
            return chart, open_[0].task_id, chart.banner.identity_number[-3:]
    raise AssertionError("no open task")


async def send(day: Workday, entry_id: str) -> EntryState:
    """Send an entry at once; return how it stands then."""
    await day.send_now(entry_id)
    await day.sync()
    return await state(day, entry_id)


async def state(day: Workday, entry_id: str) -> EntryState:
    """Return how an entry stands."""
    return next(row.state for row in await day.outbox() if row.entry_id == entry_id)


def change(journal: SandboxRoom, task_id: str, **members: Any) -> dict[str, Any]:
    """Let a colleague change a task."""
    colleague = journal.fhir("olav-lie")
    now = colleague.get(f"Task/{task_id}")
    answer = colleague.send("PUT", f"Task/{task_id}", now.json() | members, If_Match=now.headers["etag"])
    assert answer.status_code == 200
    return dict(answer.json())


async def test_task_is_done_on_the_bytes_that_were_read(journal: SandboxRoom, tmp_path: Path) -> None:
    """Unknown fields and decimals come back as they were; status, time and reason are ours."""
    day = await first_day(tmp_path)
    chart, task_id, digits = await first_task(day)
    extension = [{"url": "http://feltjournal.example/ukjent", "valueDecimal": 1.50}]
    change(journal, task_id, extension=extension)
    await day.take_round(lambda _: None)
    with pytest.raises(Trouble):
        await day.complete_task(task_id, done=False, retyped=digits)
    row = await day.complete_task(task_id, done=False, reason="Ville ikke.", retyped=digits)
    shown = await day.chart(chart.banner.patient_id)
    assert next(t.state for t in shown.tasks if t.task_id == task_id) is EntryState.SIGNED
    assert await send(day, row.entry_id) is EntryState.DELIVERED
    there = journal.fhir("olav-lie").get(f"Task/{task_id}")
    assert there.json()["status"] == "failed"
    assert there.json()["statusReason"] == {"text": "Ville ikke."}
    assert there.json()["extension"] == extension
    assert "start" in there.json()["executionPeriod"]
    await day.close()


async def test_conflict_is_settled_by_a_person_and_both_are_kept(
    journal: SandboxRoom, tmp_path: Path
) -> None:
    """A colleague called the task off meanwhile: nothing is written over, and the choice goes against what there is.

    Fault: M1, M7.
    """
    day = await first_day(tmp_path)
    _, task_id, digits = await first_task(day)
    row = await day.complete_task(task_id, retyped=digits)
    change(journal, task_id, status="cancelled", note=[{"text": "Er på sykehus"}])
    assert await send(day, row.entry_id) is EntryState.CONFLICT
    view = await day.conflict(row.entry_id)
    asked = [field for field in view.fields if field.asked]
    assert [(f.path, f.mine, f.theirs) for f in asked if f.path == "status"] == [
        ("status", "completed", "cancelled")
    ]
    with pytest.raises(Trouble) as refused:
        await day.settle(row.entry_id, {}, retyped=digits)
    assert refused.value.code is TroubleCode.NOT_CHOSEN
    choices = {field.path: "mine" for field in asked}
    change(journal, task_id, note=[{"text": "Er hjemme igjen"}])
    await day.settle(row.entry_id, choices, retyped=digits)
    assert (
        await send(day, row.entry_id) is EntryState.CONFLICT
    )  # a third version: asked again, for what changed since
    again = await day.conflict(row.entry_id)
    await day.settle(row.entry_id, {f.path: "mine" for f in again.fields if f.asked}, retyped=digits)
    assert await send(day, row.entry_id) is EntryState.DELIVERED
    assert [r.changed for r in await day.outbox()] == [()]
    there = journal.fhir("olav-lie").get(f"Task/{task_id}").json()
    assert (there["status"], there["note"]) == ("completed", [{"text": "Er hjemme igjen"}])
    session = day._open()
    kept = session.store.conflicts.of(row.entry_id)
    assert [one.status for one in kept] == ["settled", "settled"]
    assert [p.number for p in session.store.entries.all_parts(row.entry_id)] == [1, 2, 3]
    audited = [r.action for r in session.store.audit.records()]
    assert audited.count("conflict-settled") == 2
    await day.close()


async def test_theirs_is_chosen_and_mine_is_kept_as_a_note(journal: SandboxRoom, tmp_path: Path) -> None:
    day = await first_day(tmp_path)
    _, task_id, digits = await first_task(day)
    row = await day.complete_task(task_id, done=False, reason="Sov.", retyped=digits)
    change(journal, task_id, status="completed")
    assert await send(day, row.entry_id) is EntryState.CONFLICT
    view = await day.conflict(row.entry_id)
    choices = {field.path: "theirs" for field in view.fields if field.kind != "theirs"}
    await day.settle(row.entry_id, choices, note=True, retyped=digits)
    assert await state(day, row.entry_id) is EntryState.WITHDRAWN
    rows = await day.outbox()
    (kept,) = [r for r in rows if r.state is EntryState.SIGNED]
    assert kept.kind is EntryKind.NOTE
    assert await day.conflicts() == ()
    (part,) = day._open().store.entries.parts(kept.entry_id)
    text = base64.b64decode(json.loads(part.body)["content"][0]["attachment"]["data"]).decode()
    assert text.splitlines() == list(view.my_text)
    assert {"Status: ikke utført", "Grunn: Sov."} <= set(text.splitlines())
    assert not re.search(r"^(status|executionPeriod|lastModified)|\d{4}-\d\d-\d\dT", text, re.MULTILINE)
    await day.close()


async def test_correction_refers_to_what_the_journal_has(journal: SandboxRoom, tmp_path: Path) -> None:
    day = await first_day(tmp_path)
    entry_id = await sign_news2(day)
    assert await send(day, entry_id) is EntryState.DELIVERED
    draft = await day.correct(entry_id)
    draft = await day.save_draft(replace(draft, fields={**draft.fields, **NEWS2, "pulse": "88"}))
    chart = await day.chart(draft.patient_id, draft.visit_id)
    row = await day.sign(draft.entry_id, chart.banner.identity_number[-3:])
    assert row.title.startswith("Rettelse: NEWS2")
    assert await send(day, row.entry_id) is EntryState.DELIVERED
    first = next(r for r in await day.outbox() if r.entry_id == entry_id)
    second = next(r for r in await day.outbox() if r.entry_id == row.entry_id)
    assert first.changed == second.changed == ()
    for old, new in zip(first.journal_ids, second.journal_ids, strict=True):
        there = journal.fhir("olav-lie").get(new).json()
        assert there["extension"][0]["valueReference"] == {"reference": old}
    await day.close()


async def test_correction_of_what_was_never_sent_takes_its_place(
    journal: SandboxRoom, tmp_path: Path
) -> None:
    day = await first_day(tmp_path)
    entry_id = await sign_news2(day)
    await day.hold(entry_id)
    draft = await day.correct(entry_id)
    chart = await day.chart(draft.patient_id, draft.visit_id)
    row = await day.sign(draft.entry_id, chart.banner.identity_number[-3:])
    assert await state(day, entry_id) is EntryState.WITHDRAWN
    assert await send(day, row.entry_id) is EntryState.DELIVERED
    await day.close()


async def test_stranger_is_written_of_offline_and_matched_by_a_person(
    journal: SandboxRoom, tmp_path: Path
) -> None:
    """An alarm visit with no network: the note waits under what was typed until a person says who it is. Fault: T5."""
    day = await first_day(tmp_path)
    chart, _, digits = await first_task(day)
    banner = chart.banner
    journal.kill()
    typed = await day.new_stranger(name=f"{banner.given} {banner.family}", number=banner.identity_number)
    draft = await day.new_draft(EntryKind.NOTE, typed.local_id, "")
    await day.save_draft(replace(draft, fields={"text": "Falt på kjøkkenet."}))
    row = await day.sign(draft.entry_id)
    assert row.patient_name == f"{banner.family.upper()}, {banner.given}"
    journal.start()
    assert await send(day, row.entry_id) is EntryState.HELD
    (candidate, *_) = await day.candidates(typed.local_id)
    assert candidate.patient_id == banner.patient_id
    assert {"number", "name"} <= set(candidate.agrees)
    with pytest.raises(Trouble) as refused:
        await day.match(typed.local_id, candidate.patient_id, "000" if digits != "000" else "111")
    assert refused.value.code is TroubleCode.DIGITS_DIFFER
    await day.match(typed.local_id, candidate.patient_id, digits)
    with pytest.raises(Trouble) as twice:
        await day.match(typed.local_id, candidate.patient_id, digits)
    assert twice.value.code is TroubleCode.ALREADY_MATCHED
    assert await day.strangers() == ()
    assert await send(day, row.entry_id) is EntryState.DELIVERED
    (reference,) = next(r.journal_ids for r in await day.outbox() if r.entry_id == row.entry_id)
    assert journal.fhir("olav-lie").get(reference).json()["subject"] == {
        "reference": f"Patient/{banner.patient_id}"
    }
    await day.close()

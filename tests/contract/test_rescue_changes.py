"""What is rescued beside new notes: changes of tasks and plans, what builds on other entries, people who were only typed in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from offline_cache.organisation_key import read_private
from services.embedded import server_id
from services.exported_seals import export_seals
from services.opened_seals import Became, open_seals, read_export
from services.rescue import Rescue
from services.rescue_sign_in import RescueSignIn
from services.views import EntryKind, EntryState
from tests.contract.day_room import DayRoom, row_of, sign

if TYPE_CHECKING:
    from pathlib import Path

    from services.workday import Workday


class Machines(DayRoom):
    """The nurse's laptop and the supervisor's machine, with a journal between them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._stick = folder / "minnepinne"
        self._exports = 0

    async def rescue(self, *, rehearse: bool = False, unconfirmed: bool = False) -> list[tuple[Became, str]]:
        """Take the seals of the laptop out, open them beside the journal, deliver; return what became of each."""
        setup = self.setup()
        self._exports += 1
        target = self._stick / str(self._exports)
        export_seals(setup.folders.cache, target, setup.disk)
        private = read_private((self.state.path / "organisation-key").read_bytes())
        raws = read_export(target, setup.disk)
        opened = open_seals(raws, private, server_id(setup.journal), unconfirmed=unconfirmed)
        entrance = RescueSignIn(setup)
        await entrance.people()
        client, user = await entrance.sign_in("ingrid-berg")
        came = await Rescue(setup, client, user).run(opened.entries, rehearse=rehearse)
        await entrance.aclose()
        return [(one.became, one.why) for one in (*came, *opened.others)]

    def puts(self) -> list[str]:
        """Return the version that each update so far was sent against."""
        return [r.headers.get("If-Match", "") for r in self.line.sent if r.method == "PUT"]


@pytest.fixture
def room(tmp_path: Path) -> Machines:
    return Machines(tmp_path)


def open_task(room: Machines, patient: str) -> dict[str, Any]:
    return next(one for one in room.filed("Task", patient) if one["status"] in ("requested", "accepted"))


def plan_of(room: Machines, patient: str) -> dict[str, Any]:
    return next(one for one in room.filed("CarePlan", patient) if one.get("activity"))


async def first_patient(day: Workday) -> tuple[str, str, str]:
    taken = await day.round()
    assert taken is not None
    visit = taken.visits[0]
    chart = await day.chart(visit.patient_id, visit.visit_id)
    return visit.patient_id, visit.visit_id, chart.banner.identity_number[-3:]


async def change_plan(day: Workday, room: Machines, text: str) -> str:
    patient, visit, digits = await first_patient(day)
    target = f"CarePlan/{plan_of(room, patient)['id']}"
    row = await day.change_plan(target, visit, fields={"activity": "0", "text": text}, retyped=digits)
    await day.send_now(row.entry_id)
    return row.entry_id


def text_of(plan: dict[str, Any]) -> str:
    return str(plan["activity"][0]["detail"]["description"])


async def test_change_of_a_task_is_delivered_over_the_version_that_was_seen(room: Machines) -> None:
    """With If-Match, once; a second run finds it. Fault: Y7, R2, K9."""
    day = await room.first_day()
    patient, visit, digits = await first_patient(day)
    task = open_task(room, patient)
    await day.complete_task(task["id"], visit, retyped=digits)
    assert await room.rescue(rehearse=True) == [(Became.MISSING, "")]
    assert room.puts() == []
    assert await room.rescue() == [(Became.DELIVERED, "")]
    assert room.puts() == [f'W/"{task["meta"]["versionId"]}"']
    done = next(one for one in room.filed("Task", patient) if one["id"] == task["id"])
    assert done["status"] == "completed"
    assert await room.rescue() == [(Became.THERE, "")]
    assert len(room.puts()) == 1
    room.clock.move(60.0)
    await day.sync()  # the laptop comes back and finds its work done
    room.clock.move(60.0)
    await day.sync()
    assert [row.state for row in await day.outbox()] == [EntryState.DELIVERED]
    assert next(o for o in room.filed("Task", patient) if o["id"] == task["id"])["meta"] == done["meta"]
    await day.close()


async def test_change_that_somebody_else_overtook_needs_a_person(room: Machines) -> None:
    """Nothing is written over what the nurse did not see. Fault: M1, H7."""
    day = await room.first_day()
    patient, visit, digits = await first_patient(day)
    task = open_task(room, patient)
    await day.complete_task(task["id"], visit, retyped=digits)
    room.journal.acts.store({**task, "status": "cancelled"})
    assert await room.rescue() == [(Became.NEEDS_PERSON, "changed")]
    room.journal.acts.delete("Task", task["id"])
    assert await room.rescue() == [(Became.NEEDS_PERSON, "target-gone")]
    assert room.puts() == []
    await day.close()


async def test_change_of_a_change_follows_it(room: Machines) -> None:
    """The second was made from what the first makes: both arrive, in that order, each over its own version. Fault: Q5, Q6."""
    day = await room.first_day()
    patient, _, _ = await first_patient(day)
    before = plan_of(room, patient)["meta"]["versionId"]
    await change_plan(day, room, "Fotstell hver dag.")
    await change_plan(day, room, "Fotstell annenhver dag.")
    assert await room.rescue(rehearse=True) == [(Became.MISSING, ""), (Became.MISSING, "")]
    assert await room.rescue() == [(Became.DELIVERED, ""), (Became.DELIVERED, "")]
    after = plan_of(room, patient)
    assert text_of(after) == "Fotstell annenhver dag."
    assert room.puts() == [f'W/"{before}"', f'W/"{int(before) + 1}"']
    await day.close()


async def test_second_change_alone_finds_the_version_that_the_first_one_made(room: Machines) -> None:
    """The laptop delivered the first one itself; the seal of the second is older than that. Fault: Q5, Q6."""
    day = await room.first_day()
    patient, _, _ = await first_patient(day)
    await change_plan(day, room, "Fotstell hver dag.")
    second = await change_plan(day, room, "Fotstell annenhver dag.")
    await day.hold(second)
    await day.sync()
    assert len(room.puts()) == 1
    assert await room.rescue() == [(Became.DELIVERED, "")]
    assert text_of(plan_of(room, patient)) == "Fotstell annenhver dag."
    await day.close()


async def test_second_change_waits_with_a_first_that_needs_a_person(room: Machines) -> None:
    """Fault: Q5."""
    day = await room.first_day()
    patient, _, _ = await first_patient(day)
    await change_plan(day, room, "Fotstell hver dag.")
    await change_plan(day, room, "Fotstell annenhver dag.")
    plan = plan_of(room, patient)
    room.journal.acts.store({**plan, "title": "Endret av en annen"})
    assert await room.rescue() == [(Became.NEEDS_PERSON, "changed"), (Became.WAITING, "behind")]
    assert room.puts() == []
    await day.close()


async def test_conflict_that_was_settled_is_sealed_as_it_was_settled(room: Machines) -> None:
    """The seal does not keep the change that the nurse gave up, but the one that she signed in its place. Fault: M1, M2."""
    day = await room.first_day()
    patient, _, digits = await first_patient(day)
    entry = await change_plan(day, room, "Fotstell hver dag.")
    plan = plan_of(room, patient)
    theirs = {**plan["activity"][0], "detail": {**plan["activity"][0]["detail"], "description": "Hver uke."}}
    room.journal.acts.store({**plan, "activity": [theirs, *plan["activity"][1:]]})
    await day.sync()
    assert (await row_of(day, entry)).state is EntryState.CONFLICT
    view = await day.conflict(entry)
    asked = {field.path: "mine" for field in view.fields if field.asked}
    await day.settle(entry, asked, note=True, retyped=digits)
    came = await room.rescue()
    assert set(came) == {(Became.DELIVERED, "")}
    assert text_of(plan_of(room, patient)) == "Fotstell hver dag."
    await day.close()


async def test_correction_of_what_is_there_refers_to_it_by_the_journals_name(room: Machines) -> None:
    """The corrected note went with the laptop, the correction is rescued; no `urn:uuid:` is left in it. Fault: Q5, P12."""
    day = await room.first_day()
    entry, patient = await sign(day, EntryKind.NOTE)
    draft = await day.correct(entry)
    draft = await day.save_draft(replace(draft, fields={**draft.fields, "text": "Sår stelt, høyre fot."}))
    await day.discard_draft(draft.entry_id)
    await day.sync()
    (first,) = (await row_of(day, entry)).journal_ids
    draft = await day.correct(entry)
    draft = await day.save_draft(replace(draft, fields={**draft.fields, "text": "Sår stelt, høyre fot."}))
    _, _, digits = await first_patient(day)
    await day.sign(draft.entry_id, digits)
    assert await room.rescue() == [(Became.DELIVERED, "")]
    notes = [one for one in room.filed("DocumentReference", patient) if one.get("relatesTo")]
    assert [one["relatesTo"][0]["target"]["reference"] for one in notes] == [first]
    await day.close()


async def test_correction_waits_for_what_the_journal_lacks(room: Machines) -> None:
    """The first one is in neither the export nor the journal: the second is not sent with a reference to nothing. Fault: Q5."""
    day = await room.first_day()
    entry, patient = await sign(day, EntryKind.NOTE)
    room.journal.fault("drop-after-commit", method="POST", path="/fhir/DocumentReference", is_whole=True)
    await day.sync()
    draft = await day.correct(entry)
    draft = await day.save_draft(replace(draft, fields={**draft.fields, "text": "Høyre fot."}))
    _, _, digits = await first_patient(day)
    await day.sign(draft.entry_id, digits)
    (there,) = [n for n in room.filed("DocumentReference", patient) if n.get("identifier")]
    room.journal.acts.delete("DocumentReference", there["id"])
    session = day._session
    assert session is not None
    session.seals.drop(entry)
    assert await room.rescue() == [(Became.NEEDS_PERSON, "behind")]
    await day.close()


async def test_what_was_written_of_somebody_typed_in_waits_for_a_match(room: Machines) -> None:
    """It is exported and told, and not sent under a name of ours; once a person has matched it, it is sealed anew and rescued."""
    day = await room.first_day()
    patient, _, digits = await first_patient(day)
    stranger = await day.new_stranger(name="Ukjent Dame", place="Storgata 1")
    draft = await day.new_draft(EntryKind.NOTE, stranger.local_id, "")
    draft = await day.save_draft(replace(draft, fields={"text": "Falt på gaten."}))
    await day.sign(draft.entry_id)
    before = len(room.filed("DocumentReference", patient))
    assert await room.rescue() == [(Became.NEEDS_PERSON, "stranger")]
    assert room.line.creates("DocumentReference") == 0
    await day.match(stranger.local_id, patient, digits)
    assert await room.rescue() == [(Became.DELIVERED, "")]
    assert len(room.filed("DocumentReference", patient)) == before + 1
    await day.close()

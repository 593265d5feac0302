"""A task that two people tick off, from the key that signs it to the key that settles it; every decision docked, none a modal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from services.views import EntryState
from tests.golden.grid import assert_grid
from tests.pilot.others import OLAV, change
from tests.pilot.ward import Hands, Ward, at_both_sizes, at_work

if TYPE_CHECKING:
    from pathlib import Path


async def first_task(hands: Hands, ward: Ward, name: str) -> str:
    """Open the tasks of a patient of the round; return the id of the first."""
    await hands.choose(name)
    await hands.press("enter", "5")
    assert ward.workday is not None
    view = await ward.workday.round()
    assert view is not None
    visit = next(row for row in view.visits if row.family in name.title())
    chart = await ward.workday.chart(visit.patient_id, visit.visit_id, again=True)
    return chart.tasks[0].task_id


async def deliver(hands: Hands, ward: Ward) -> None:
    """Let the half minute pass and send."""
    assert ward.workday is not None
    ward.clock.move(60)
    await ward.workday.sync()
    await ward.workday.sync()
    await hands.rest()


def not_done(task: dict[str, Any]) -> None:
    """Say that it was not done."""
    task["status"] = "failed"
    task["statusReason"] = {"text": "Ville ikke i dag"}
    task["owner"] = OLAV


async def in_conflict(hands: Hands, ward: Ward, name: str = "HANSEN") -> str:
    """Tick a task off that somebody else has said was not done; return its id."""
    await hands.first_morning()
    task = await first_task(hands, ward, name)
    ward.network.is_down = True
    await hands.press("x", "enter")
    assert "◆ signert" in hands.text
    ward.network.is_down = False
    change(ward, "Task", task, not_done)
    await deliver(hands, ward)
    await hands.press("u")
    assert "✖ Utført:" in hands.text
    return task


@at_both_sizes
async def test_a_task_is_ticked_off_on_its_own_place(tmp_path: Path, size: tuple[int, int]) -> None:
    """`x` sums up, Enter signs; the list says so with the sign of the entry, and a second `x` says why not."""
    ward = Ward(tmp_path)
    mark = f"{size[0]}x{size[1]}"
    async with at_work(ward, size) as hands:
        await hands.first_morning()
        await first_task(hands, ward, "HANSEN")
        await hands.press("x")
        assert_grid(f"task_sign_{mark}", hands.text)
        await hands.press("enter")
        assert "◆ signert" in hands.text
        assert "[x]" in hands.text
        assert_grid(f"task_signed_{mark}", hands.text)
        await hands.press("x")
        assert "Det er alt kvittert." in hands.text


async def test_not_done_wants_a_reason_and_keeps_it(tmp_path: Path) -> None:
    """No reason, no signature; with one the journal gets status and reason."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        task = await first_task(hands, ward, "HANSEN")
        await hands.press("o", "enter")
        assert "Skriv hvorfor" in hands.text
        await hands.write("Sov tungt\n")
        assert "◆ signert" in hands.text
        await deliver(hands, ward)
        standing = ward.journal.read("Task", task)
        assert standing is not None
        assert '"failed"' in standing.body.decode()
        assert "Sov tungt" in standing.body.decode()


async def test_esc_signs_no_task_and_other_keys_do_nothing_behind_the_bar(tmp_path: Path) -> None:
    """Nothing is opened or signed by a key that was meant for something else."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await first_task(hands, ward, "HANSEN")
        await hands.press("x", "v", "n", "1")
        assert "Svar først" in hands.text
        await hands.press("escape")
        assert "Ingenting er gjort." in hands.text
        assert ward.workday is not None
        assert await ward.workday.outbox() == []


@at_both_sizes
async def test_a_conflict_is_settled_field_by_field_within_the_budget(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """F8, one key a field, F9, Enter, and the three digits where mine is to stand (UX-06). Fault: M1, M5."""
    ward = Ward(tmp_path)
    mark = f"{size[0]}x{size[1]}"
    async with at_work(ward, size) as hands:
        task = await in_conflict(hands, ward)
        assert_grid(f"outbox_conflict_{mark}", hands.text)
        assert ward.workday is not None
        (view,) = await ward.workday.conflicts()
        fields = sum(field.asked for field in view.fields)
        await hands.press("f8")
        assert_grid(f"conflict_{mark}", hands.text)
        await hands.press("f9")
        assert "Velg først: Status." in hands.text
        await hands.press("escape")
        before = hands.app._key_count
        await hands.press("f8", *["j"] * fields, "f9")
        assert_grid(f"conflict_sign_{mark}", hands.text)
        await hands.press("enter")
        assert hands.app._key_count - before <= 4 + fields
        assert "Avgjort og signert" in hands.text
        assert await ward.workday.conflicts() == ()
        standing = ward.journal.read("Task", task)
        assert standing is not None
        assert '"failed"' in standing.body.decode()


async def test_mine_over_theirs_asks_for_the_digits(tmp_path: Path) -> None:
    """Wrong digits settle nothing, and the choices stay made."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        task = await in_conflict(hands, ward)
        assert ward.workday is not None
        (view,) = await ward.workday.conflicts()
        number = (await ward.workday.chart(view.patient_id)).banner.identity_number
        await hands.press("f8", *("m" for field in view.fields if field.asked), "f9")
        assert "Siste 3 siffer" in hands.text
        await hands.write(f"{(int(number[-3:]) + 1) % 1000:03}\n")
        assert "Sifrene er ikke denne pasientens." in hands.text
        await hands.write(f"{number[-3:]}\n")
        assert "Avgjort og signert" in hands.text
        await deliver(hands, ward)
        standing = ward.journal.read("Task", task)
        assert standing is not None
        assert '"completed"' in standing.body.decode()


async def test_a_third_version_asks_again_only_for_what_changed(tmp_path: Path) -> None:
    """Settled, and changed once more before it was sent: back with what is new alone, and the decision stands. Fault: M7."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        task = await in_conflict(hands, ward)
        assert ward.workday is not None
        (view,) = await ward.workday.conflicts()
        asked = [field.path for field in view.fields if field.asked]
        number = (await ward.workday.chart(view.patient_id)).banner.identity_number
        await hands.press("f8", *("m" for _ in asked), "f9")
        await hands.write(f"{number[-3:]}\n")
        assert "Avgjort og signert" in hands.text
        change(ward, "Task", task, lambda tree: tree.update(priority="urgent"))
        await deliver(hands, ward)
        (row,) = await ward.workday.outbox()
        assert row.state is EntryState.CONFLICT
        (again,) = await ward.workday.conflicts()
        by_path = {field.path: field for field in again.fields}
        assert (by_path["priority"].theirs, by_path["priority"].asked) == ("urgent", False)
        assert not set(asked) & {field.path for field in again.fields if field.asked}
        assert (by_path["status"].mine, by_path["status"].theirs) == ("completed", "failed")
        await hands.press("f8")
        assert "Forslag: begges endringer sammen." in hands.text
        await hands.press("f9", "enter")
        assert "Avgjort og signert" in hands.text
        await deliver(hands, ward)
        standing = ward.journal.read("Task", task)
        assert standing is not None
        kept = json.loads(standing.body)
        assert (kept["status"], kept["priority"]) == ("completed", "urgent")


def further(plan: dict[str, Any]) -> None:
    """Say something else of the plan than which tiltak it has."""
    plan["description"] = "Ny vurdering i desember."


async def test_a_care_plan_changed_by_two_comes_as_a_proposal_to_sign(tmp_path: Path) -> None:
    """Different fields: nothing to choose, both in one proposal that a clinician signs; the journal gets both. Fault: M2."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        assert ward.workday is not None
        taken = await ward.workday.round()
        assert taken is not None
        visit = next(row for row in taken.visits if row.family == "Hansen")
        plan = next(
            one
            for one in ward.workday._open().store.resources.of_patient(visit.patient_id, "CarePlan")
            if b'"activity"' in one.body
        )
        chart = await ward.workday.chart(visit.patient_id, visit.visit_id)
        digits = chart.banner.identity_number[-3:]
        said = {"activity": "0", "text": "Fotstell hver dag."}
        ward.network.is_down = True
        await ward.workday.change_plan(f"CarePlan/{plan.id}", visit.visit_id, fields=said, retyped=digits)
        ward.network.is_down = False
        change(ward, "CarePlan", plan.id, further)
        await deliver(hands, ward)
        await hands.press("u", "f8")
        assert "0 felt å velge" in hands.text
        assert "Forslag: begges endringer sammen." in hands.text
        assert_grid("conflict_proposal_80x24", hands.text)
        await hands.press("f9", "enter")
        assert "Avgjort og signert" in hands.text
        await deliver(hands, ward)
        standing = ward.journal.read("CarePlan", plan.id)
        assert standing is not None
        kept = json.loads(standing.body)
        assert kept["activity"][0]["detail"]["description"] == "Fotstell hver dag."
        assert kept["description"] == "Ny vurdering i desember."
        assert [row.state for row in await ward.workday.outbox()] == [EntryState.DELIVERED]


async def test_mine_is_kept_as_a_note(tmp_path: Path) -> None:
    """`n`: theirs stands, and what mine said is a note of its own in the outbox. Fault: M8."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await in_conflict(hands, ward)
        assert ward.workday is not None
        (view,) = await ward.workday.conflicts()
        await hands.press("f8", *("n" for field in view.fields if field.asked), "f9", "enter")
        assert "Avgjort og signert" in hands.text
        kinds = [row.kind.value for row in await ward.workday.outbox()]
        assert "note" in kinds

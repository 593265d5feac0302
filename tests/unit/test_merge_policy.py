"""What may be merged without asking, row by row of offline-cache.md §1.6."""

from __future__ import annotations

import json
from typing import Any

import pytest

from offline_cache.merge import WHOLE, Choice, Kind, Merged, Policy, three_way
from offline_cache.merge_choice import ChoiceRefused, Unsettled, apply_choices, third_version
from offline_cache.merge_policy import policy_of


def as_bytes(type_: str, members: dict[str, Any]) -> bytes:
    return json.dumps({"resourceType": type_, "id": "1", **members}).encode()


def merge(type_: str, base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> Merged:
    sides = [as_bytes(type_, base | side) for side in ({}, mine, theirs)]
    return three_way(type_, *sides)


@pytest.mark.parametrize(
    ("policy", "types"),
    [
        (
            Policy.APPEND_ONLY,
            "Observation DocumentReference MedicationAdministration Communication Procedure",
        ),
        (Policy.STATE_MACHINE, "Task Appointment Encounter"),
        (Policy.PROPOSAL, "CarePlan Goal Patient RelatedPerson"),
        (
            Policy.ASK,
            "MedicationRequest MedicationStatement AllergyIntolerance Flag Consent Condition Unheard",
        ),
    ],
)
def test_each_type_has_its_policy(policy: Policy, types: str) -> None:
    assert {policy_of(type_) for type_ in types.split()} == {policy}


@pytest.mark.parametrize("type_", ["Observation", "MedicationAdministration", "Procedure"])
@pytest.mark.parametrize("theirs", [{}, {"note": [{"text": "deres"}]}])
def test_what_is_filed_is_never_written_over(type_: str, theirs: dict[str, Any]) -> None:
    merged = merge(type_, {"status": "final"}, {"status": "amended"}, theirs)
    assert (merged.asked, merged.proposal, merged.needs_person) == ((WHOLE,), None, True)
    assert json.loads(apply_choices(merged, {WHOLE: Choice.THEIRS})) == json.loads(merged.theirs)
    with pytest.raises(ChoiceRefused):
        apply_choices(merged, {WHOLE: Choice.MINE})


def test_what_is_filed_is_not_deleted_unasked_and_a_new_item_is_filed() -> None:
    filed = as_bytes("Observation", {"status": "final"})
    assert three_way("Observation", filed, None, filed).asked == (WHOLE,)
    new = three_way("Observation", None, filed, None)
    assert (new.asked, new.proposal) == ((), filed)


def test_what_came_from_the_journal_alone_asks_nobody() -> None:
    for type_ in ("Observation", "Task", "CarePlan", "MedicationRequest"):
        merged = merge(type_, {"status": "active"}, {}, {"status": "ended"})
        assert (merged.needs_person, merged.proposal) == (False, merged.theirs)


@pytest.mark.parametrize(
    ("type_", "done", "under_way"),
    [
        ("Task", "completed", "in-progress"),
        ("Appointment", "fulfilled", "arrived"),
        ("Encounter", "finished", "in-progress"),
    ],
)
def test_done_beats_under_way(type_: str, done: str, under_way: str) -> None:
    for mine, theirs, settled in ((done, under_way, Choice.MINE), (under_way, done, Choice.THEIRS)):
        merged = merge(
            type_,
            {"status": "planned"},
            {"status": mine, "description": "mitt"},
            {"status": theirs, "priority": "routine"},
        )
        assert (merged.asked, merged.needs_person) == ((), False)
        assert [one.settled for one in merged.fields if one.kind is Kind.BOTH] == [settled]
        assert merged.proposal
        stands = json.loads(merged.proposal)
        assert (stands["status"], stands["description"], stands["priority"]) == (done, "mitt", "routine")


@pytest.mark.parametrize("called_off", ["cancelled", "entered-in-error", "rejected"])
def test_called_off_there_and_done_here_is_asked(called_off: str) -> None:
    merged = merge("Task", {"status": "requested"}, {"status": "completed"}, {"status": called_off})
    assert merged.asked == ("status",)
    assert json.loads(apply_choices(merged, {"status": Choice.MINE}))["status"] == "completed"


def test_called_off_by_one_while_the_other_worked_on_it_is_asked() -> None:
    worked, off = {"description": "byttet bandasje"}, {"status": "cancelled"}
    for mine, theirs in ((worked, off), (off, worked)):
        merged = merge("Task", {"status": "requested"}, mine, theirs)
        assert (merged.asked, merged.proposal) == (("status",), None)
    assert merge("Task", {"status": "requested"}, {}, off).asked == ()


def test_two_states_under_way_and_any_other_field_changed_twice_are_asked() -> None:
    merged = merge(
        "Task",
        {"status": "requested", "priority": "routine"},
        {"status": "in-progress", "priority": "urgent"},
        {"status": "accepted", "priority": "asap"},
    )
    assert set(merged.asked) == {"status", "priority"}


@pytest.mark.parametrize("stamp", ["2026-11-25T09:00:00+01:00", "2026-11-25T08:30:00Z"])
def test_the_stamp_of_a_task_is_the_later_one(stamp: str) -> None:
    """08:30 in UTC is later than 09:00 in Oslo, whatever the digits say."""
    other = {"2026-11-25T09:00:00+01:00", "2026-11-25T08:30:00Z"} - {stamp}
    mine = {"lastModified": stamp, "description": "mitt"}
    merged = merge("Task", {"lastModified": "2026-11-24T09:00:00Z"}, mine, {"lastModified": other.pop()})
    assert merged.asked == ()
    assert merged.proposal
    assert json.loads(merged.proposal)["lastModified"] == "2026-11-25T08:30:00Z"


def test_a_proposal_is_parallel_only_where_both_changed_something() -> None:
    alone = merge("CarePlan", {"status": "active"}, {"status": "on-hold"}, {})
    assert (alone.parallel, alone.needs_person) == (False, False)
    same = merge("CarePlan", {"status": "active"}, {"status": "on-hold"}, {"status": "on-hold"})
    assert (same.parallel, same.needs_person, same.proposal) == (False, False, same.theirs)
    both = merge("CarePlan", {"status": "active"}, {"status": "on-hold"}, {"title": "Mat"})
    assert (both.parallel, both.needs_person, both.asked) == (True, True, ())


def test_a_dose_in_a_plan_is_asked_when_the_plan_was_changed_there_too() -> None:
    def plan(amount: str) -> dict[str, Any]:
        return {
            "activity": [{"id": "a", "detail": {"status": "x", "kind": "y", "dailyAmount": {"text": amount}}}]
        }

    merged = merge("CarePlan", plan("1"), plan("2"), {"title": "Mat"})
    assert merged.asked == ("activity[id=a].detail.dailyAmount",)
    assert merge("CarePlan", plan("1"), plan("2"), {}).asked == ()


@pytest.mark.parametrize("type_", ["MedicationRequest", "MedicationStatement", "AllergyIntolerance", "Flag"])
def test_medicines_allergies_and_flags_are_chosen_as_a_whole(type_: str) -> None:
    """Even where each side changed a field of its own."""
    merged = merge(type_, {"status": "active"}, {"status": "stopped"}, {"note": [{"text": "deres"}]})
    assert (merged.asked, merged.proposal) == ((WHOLE,), None)
    assert {one.path for one in merged.fields} == {WHOLE, "status", "note[text=deres]"}
    with pytest.raises(Unsettled):
        apply_choices(merged, {"status": Choice.MINE})
    with pytest.raises(ChoiceRefused):
        apply_choices(merged, {WHOLE: Choice.BOTH})
    with pytest.raises(ChoiceRefused):
        apply_choices(merged, {WHOLE: Choice.MINE, "status": Choice.MINE})
    assert apply_choices(merged, {WHOLE: Choice.THEIRS}) == merged.theirs
    assert json.loads(apply_choices(merged, {WHOLE: Choice.MINE})) == json.loads(merged.mine)


def test_mine_as_a_whole_is_the_next_version_of_theirs() -> None:
    base = as_bytes("Flag", {"meta": {"versionId": "1"}, "status": "active"})
    mine = as_bytes("Flag", {"meta": {"versionId": "1"}, "status": "inactive"})
    theirs = as_bytes("Flag", {"meta": {"versionId": "4"}, "status": "active", "period": {"start": "2026"}})
    chosen = apply_choices(three_way("Flag", base, mine, theirs), {WHOLE: Choice.MINE})
    assert json.loads(chosen) == {
        "resourceType": "Flag",
        "id": "1",
        "meta": {"versionId": "4"},
        "status": "inactive",
    }


def test_a_third_version_of_a_medicine_is_asked_again_unless_theirs_was_chosen() -> None:
    """Fault: M7."""
    merged = merge("MedicationRequest", {"status": "active"}, {"status": "stopped"}, {"priority": "asap"})
    newest = as_bytes("MedicationRequest", {"status": "active", "priority": "stat"})
    again, _ = third_version(merged, {WHOLE: Choice.MINE}, newest)
    assert again.asked == (WHOLE,)
    again, _ = third_version(merged, {WHOLE: Choice.THEIRS}, newest)
    assert (again.asked, again.proposal) == ((), newest)

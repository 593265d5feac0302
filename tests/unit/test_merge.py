"""The three-way merge on plain vectors: what each side did, what stands, and what is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from offline_cache.merge import WHOLE, Choice, Kind, Merged, NotMergeable, Policy, three_way
from offline_cache.merge_choice import ChoiceRefused, Unsettled, apply_choices, note_of, third_version

PLAN: dict[str, Any] = {
    "resourceType": "CarePlan",
    "id": "1",
    "meta": {"versionId": "1", "lastUpdated": "2026-11-22T08:00:00Z"},
    "status": "active",
    "description": "Ernæring",
    "activity": [
        {
            "id": "a",
            "detail": {"status": "scheduled", "description": "vekt", "location": {"display": "hjemme"}},
        },
        {"id": "b", "detail": {"status": "scheduled", "description": "måltid"}},
    ],
    "note": [{"time": "2026-11-22T08:00:00Z", "text": "spiser lite"}],
}


def as_bytes(tree: dict[str, Any]) -> bytes:
    return json.dumps(tree, ensure_ascii=False).encode()


def changed(tree: dict[str, Any], **members: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(tree))
    return copy | members


def merge(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> Merged:
    return three_way(str(base["resourceType"]), as_bytes(base), as_bytes(mine), as_bytes(theirs))


def found(merged: Merged) -> dict[str, Kind]:
    return {one.path: one.kind for one in merged.fields}


def body(raw: bytes | None) -> Any:
    assert raw
    return json.loads(raw)


def test_different_fields_become_a_proposal_that_somebody_signs() -> None:
    """Fault: M2."""
    merged = merge(PLAN, changed(PLAN, status="on-hold"), changed(PLAN, description="Mat"))
    assert merged.policy is Policy.PROPOSAL
    assert found(merged) == {"status": Kind.MINE_ONLY, "description": Kind.THEIRS_ONLY}
    assert (merged.parallel, merged.needs_person, merged.asked) == (True, True, ())
    assert body(merged.proposal) == changed(PLAN, status="on-hold", description="Mat")


def test_the_same_field_is_asked() -> None:
    """Fault: M1."""
    merged = merge(PLAN, changed(PLAN, status="on-hold"), changed(PLAN, status="completed"))
    assert (merged.asked, merged.proposal, merged.needs_person) == (("status",), None, True)
    for choice, status in ((Choice.MINE, "on-hold"), (Choice.THEIRS, "completed")):
        assert body(apply_choices(merged, {"status": choice})) == changed(PLAN, status=status)
    with pytest.raises(Unsettled) as unsettled:
        apply_choices(merged, {})
    assert unsettled.value.paths == ("status",)
    with pytest.raises(ChoiceRefused):
        apply_choices(merged, {"status": Choice.BOTH})


def test_an_insert_in_front_moves_no_edit() -> None:
    """Fault: M3, D5."""
    mine, theirs = changed(PLAN), changed(PLAN)
    mine["activity"][1]["detail"]["status"] = "completed"
    theirs["activity"].insert(0, {"id": "c", "detail": {"status": "unknown", "description": "ny"}})
    merged = merge(PLAN, mine, theirs)
    assert found(merged) == {
        "activity[id=b].detail.status": Kind.MINE_ONLY,
        "activity[id=c]": Kind.THEIRS_ONLY,
    }
    theirs["activity"][2]["detail"]["status"] = "completed"
    assert body(merged.proposal) == theirs


def test_the_order_of_one_side_stands_with_what_the_other_put_in() -> None:
    """Fault: M3."""
    mine, theirs = changed(PLAN), changed(PLAN)
    mine["activity"].reverse()
    theirs["activity"].append({"id": "c", "detail": {"status": "unknown", "description": "ny"}})
    merged = merge(PLAN, mine, theirs)
    assert found(merged) == {"activity[id=c]": Kind.THEIRS_ONLY, "activity#order": Kind.MINE_ONLY}
    assert [one["id"] for one in body(merged.proposal)["activity"]] == ["b", "c", "a"]


def test_two_orders_are_asked() -> None:
    three = changed(PLAN, activity=[{"id": key, "title": key} for key in "abc"])
    mine, theirs = (changed(three, activity=[{"id": k, "title": k} for k in keys]) for keys in ("bac", "acb"))
    merged = merge(three, mine, theirs)
    assert merged.asked == ("activity#order",)
    assert body(apply_choices(merged, {"activity#order": Choice.MINE})) == mine
    assert body(apply_choices(merged, {"activity#order": Choice.THEIRS})) == theirs


def test_both_put_something_into_a_list_and_both_stand() -> None:
    mine, theirs = changed(PLAN), changed(PLAN)
    mine["note"].append({"time": "2026-11-24T08:00:00Z", "text": "min"})
    theirs["note"].append({"time": "2026-11-24T09:00:00Z", "text": "deres"})
    texts = [one["text"] for one in body(merge(PLAN, mine, theirs).proposal)["note"]]
    assert texts == ["spiser lite", "deres", "min"]


def test_one_thing_replaced_twice_is_asked_and_both_may_stand() -> None:
    """A telephone number corrected by two: one field, not a removal and two additions. Fault: M1."""
    kari = {"resourceType": "Patient", "id": "1", "telecom": [{"system": "phone", "value": "1"}]}
    mine, theirs = (changed(kari, telecom=[{"system": "phone", "value": value}]) for value in "23")
    merged = merge(kari, mine, theirs)
    assert merged.asked == ("telecom",)
    assert body(apply_choices(merged, {"telecom": Choice.MINE})) == mine
    both = body(apply_choices(merged, {"telecom": Choice.BOTH}))
    assert both["telecom"] == [*theirs["telecom"], *mine["telecom"]]


def test_two_notes_of_one_instant_may_stand_beside_each_other() -> None:
    mine, theirs = changed(PLAN), changed(PLAN)
    mine["note"].append({"time": "2026-11-24T08:00:00Z", "authorString": "kari", "text": "min"})
    theirs["note"].append({"time": "2026-11-24T08:00:00Z", "authorString": "kari", "text": "deres"})
    mine["note"][0]["authorString"] = theirs["note"][0]["authorString"] = "olav"
    base = changed(PLAN)
    base["note"][0]["authorString"] = "olav"
    merged = merge(base, mine, theirs)
    (path,) = merged.asked
    texts = [one["text"] for one in body(apply_choices(merged, {path: Choice.BOTH}))["note"]]
    assert texts == ["spiser lite", "deres", "min"]


def test_things_that_nothing_tells_apart_are_one_field() -> None:
    base = changed(PLAN, activity=[{"progress": [{"x": 1}]}, {"progress": [{"x": 1}]}])
    mine, theirs = changed(base), changed(base)
    mine["activity"][0]["progress"] = [{"x": 2}]
    theirs["activity"][1]["progress"] = [{"x": 3}]
    assert merge(base, mine, theirs).asked == ("activity",)


def test_a_value_is_one_field() -> None:
    """My 10 with their µg would be a dose that nobody wrote."""
    base = {"resourceType": "Goal", "id": "1", "x": {"value": 5, "unit": "mg"}}
    mine, theirs = changed(base, x={"value": 10, "unit": "mg"}), changed(base, x={"value": 5, "unit": "ug"})
    assert merge(base, mine, theirs).asked == ("x",)


def test_of_a_choice_only_one_may_stand() -> None:
    base = {"resourceType": "Goal", "id": "1", "target": [{"id": "t"}], "startDate": "2026-11-01"}
    mine, theirs = changed(base), changed(base)
    mine["target"][0]["detailString"] = "over 60 kg"
    theirs["target"][0]["detailInteger"] = 58
    merged = merge(base, mine, theirs)
    assert merged.asked == ("target[id=t].detail[x]",)
    chosen = body(apply_choices(merged, {merged.asked[0]: Choice.MINE}))
    assert chosen["target"] == mine["target"]


def test_the_start_and_the_end_of_an_appointment_go_together() -> None:
    visit = {"resourceType": "Appointment", "id": "1", "status": "booked", "start": "09:00", "end": "10:00"}
    merged = merge(visit, changed(visit, start="11:00"), changed(visit, end="09:30"))
    assert merged.asked == ("start-end",)


def test_a_primitive_and_its_sibling_are_one_field() -> None:
    base = {"resourceType": "Patient", "id": "1", "birthDate": "1948-07-29"}
    mine = changed(base, birthDate="1948-07-28")
    theirs = changed(base, _birthDate={"extension": [{"url": "u", "valueCode": "unsure"}]})
    merged = merge(base, mine, theirs)
    assert merged.asked == ("birthDate",)
    assert body(apply_choices(merged, {"birthDate": Choice.THEIRS})) == theirs


def test_siblings_of_a_list_stay_with_their_primitive() -> None:
    """FHIR ties them by position: the one thing here that a key cannot tell."""
    mark = {"extension": [{"url": "u", "valueString": "kallenavn"}]}
    base = {
        "resourceType": "RelatedPerson",
        "id": "1",
        "x": {"navn": ["Kari", "Anne"], "_navn": [None, mark], "ukjent": 1},
    }
    mine, theirs = changed(base), changed(base)
    mine["x"]["navn"], mine["x"]["_navn"] = ["Oda", "Kari", "Anne"], [None, None, mark]
    theirs["x"]["navn"], theirs["x"]["_navn"] = ["Anne", "Eli"], [mark, None]
    merged = merge(base, mine, theirs)
    assert found(merged)["x.navn[Oda]"] is Kind.MINE_ONLY
    stands = body(merged.proposal)["x"]
    assert dict(zip(stands["navn"], stands["_navn"], strict=True)) == {"Oda": None, "Anne": mark, "Eli": None}


def test_numbers_stay_as_they_were_written() -> None:
    """Digits count: 1.50 is not 1.5, in what is kept and in what is seen as a change."""
    base = b'{"resourceType":"Goal","id":"1","a":{"b":[1.50,100000000000000000000.10,1E2]},"c":1}'
    mine, theirs = base.replace(b'"c":1', b'"c":2'), base.replace(b'"a"', b'"d":1.0,"a"')
    merged = three_way("Goal", base, mine, theirs)
    assert (
        merged.proposal
        == b'{"resourceType":"Goal","id":"1","d":1.0,"a":{"b":[1.50,100000000000000000000.10,1E2]},"c":2}'
    )
    digits = base.replace(b"1.50", b"1.5")
    assert found(three_way("Goal", base, base, digits)) != {}


def test_the_server_keeps_its_stamps_and_labels_are_merged() -> None:
    base = changed(PLAN)
    mine = changed(PLAN, meta={"versionId": "1", "security": [{"system": "s", "code": "R"}]})
    theirs = changed(PLAN, meta={"versionId": "7", "source": "x", "tag": [{"system": "t", "code": "q"}]})
    assert body(merge(base, mine, theirs).proposal)["meta"] == {
        "versionId": "7",
        "source": "x",
        "security": [{"system": "s", "code": "R"}],
        "tag": [{"system": "t", "code": "q"}],
    }


def test_changed_and_changed_back_is_no_change() -> None:
    """Another version with the same content: mine stands against it, unasked. Fault: M11."""
    theirs = changed(PLAN, meta={"versionId": "3", "lastUpdated": "2026-11-24T08:00:00Z"})
    merged = merge(PLAN, changed(PLAN, status="on-hold"), theirs)
    assert found(merged) == {"status": Kind.MINE_ONLY}
    assert (merged.parallel, merged.needs_person) == (False, False)
    assert body(merged.proposal) == changed(theirs, status="on-hold")


def test_no_version_is_needed() -> None:
    """Fault: M12."""
    bare = {name: value for name, value in PLAN.items() if name != "meta"}
    merged = merge(
        bare, changed(bare, status="on-hold"), changed(bare, status="completed", description="Mat")
    )
    assert merged.asked == ("status",)
    assert body(apply_choices(merged, {"status": Choice.MINE})) == changed(
        bare, status="on-hold", description="Mat"
    )


def test_an_edit_against_a_deletion_is_asked_whichever_side_deleted() -> None:
    """Fault: M4."""
    edited = as_bytes(changed(PLAN, status="on-hold"))
    there = three_way("CarePlan", as_bytes(PLAN), edited, None)
    assert (there.asked, there.proposal) == ((WHOLE,), None)
    assert apply_choices(there, {WHOLE: Choice.MINE}) == edited
    assert apply_choices(there, {WHOLE: Choice.THEIRS}) == b""
    here = three_way("CarePlan", as_bytes(PLAN), b"", edited)
    assert here.asked == (WHOLE,)
    assert apply_choices(here, {WHOLE: Choice.MINE}) == b""
    assert apply_choices(here, {WHOLE: Choice.THEIRS}) == edited


def test_a_deletion_alone_and_a_deletion_twice_ask_nobody() -> None:
    """Fault: M5."""
    stamped = as_bytes(changed(PLAN, meta={"versionId": "2"}))
    for mine, theirs in ((None, None), (None, stamped), (stamped, None)):
        merged = three_way("CarePlan", as_bytes(PLAN), mine, theirs)
        assert (merged.proposal, merged.needs_person, merged.asked) == (b"", False, ())


def test_a_deleted_thing_of_a_list_against_an_edit_of_it_is_asked() -> None:
    """Fault: M4."""
    mine, theirs = changed(PLAN), changed(PLAN)
    del mine["activity"][0]
    theirs["activity"][0]["detail"]["status"] = "completed"
    merged = merge(PLAN, mine, theirs)
    assert merged.asked == ("activity[id=a]",)
    assert body(apply_choices(merged, {"activity[id=a]": Choice.MINE})) == mine
    assert body(apply_choices(merged, {"activity[id=a]": Choice.THEIRS})) == theirs


def test_a_third_version_asks_only_about_what_is_new() -> None:
    """Fault: M7."""
    mine, theirs = changed(PLAN, status="on-hold"), changed(PLAN, status="completed")
    merged = merge(PLAN, mine, theirs)
    elsewhere = as_bytes(changed(theirs, description="Mat"))
    again, kept = third_version(merged, {"status": Choice.MINE}, elsewhere)
    assert (again.asked, kept) == ((), {})
    assert body(again.proposal) == changed(PLAN, status="on-hold", description="Mat")
    there_too = as_bytes(changed(theirs, status="revoked"))
    again, _ = third_version(merged, {"status": Choice.MINE}, there_too)
    assert again.asked == ("status",)
    assert [one.base for one in again.fields if one.asked] == [b'"completed"']


def test_a_third_version_while_choosing_keeps_the_choices_that_still_hold() -> None:
    """Fault: M7."""
    mine = changed(PLAN, status="on-hold", description="min")
    theirs = changed(PLAN, status="completed", description="deres")
    merged = merge(PLAN, mine, theirs)
    assert set(merged.asked) == {"status", "description"}
    newest = as_bytes(changed(theirs, description="deres igjen"))
    again, kept = third_version(merged, {"status": Choice.MINE}, newest)
    assert kept == {"status": Choice.MINE}
    assert set(again.asked) == {"status", "description"}
    again, kept = third_version(merged, {"description": Choice.MINE}, newest)
    assert kept == {}


def test_what_is_not_chosen_is_material_for_a_note() -> None:
    mine, theirs = changed(PLAN), changed(PLAN)
    mine["activity"][0]["detail"]["description"] = "vekt hver uke"
    theirs["activity"][0]["detail"]["description"] = "vekt hver dag"
    merged = merge(PLAN, mine, theirs)
    (kept,) = note_of(merged, merged.asked)
    assert (kept.path, kept.text) == ("activity[id=a].detail.description", "vekt hver uke")
    assert "vekt" not in repr(merged) + repr(kept)


def test_a_refusal_names_nobody() -> None:
    """A path may hold a number of a person."""
    kari = {
        "resourceType": "Patient",
        "id": "1",
        "identifier": [{"system": "s", "value": "nr-1", "use": "a"}],
    }
    mine, theirs = changed(kari), changed(kari)
    mine["identifier"][0]["use"], theirs["identifier"][0]["use"] = "b", "c"
    merged = merge(kari, mine, theirs)
    with pytest.raises(Unsettled) as unsettled:
        apply_choices(merged, {})
    assert "nr-1" in unsettled.value.paths[0]
    assert "nr-1" not in str(unsettled.value) + repr(unsettled.value) + repr(merged)
    with pytest.raises(ChoiceRefused):
        apply_choices(merged, {"nowhere": Choice.MINE})


@pytest.mark.parametrize(
    "bad",
    [b"[]", b"{", b'{"resourceType":"Goal","a":1,"a":2}', b'{"resourceType":"Goal","a":NaN}', b'{"a":1}'],
)
def test_bytes_that_cannot_be_merged_are_refused(bad: bytes) -> None:
    with pytest.raises(NotMergeable):
        three_way("Goal", b'{"resourceType":"Goal"}', bad, b'{"resourceType":"Goal"}')


def test_members_deeper_than_can_be_walked_are_refused() -> None:
    deep = b'{"resourceType":"Goal","x":' + b'{"a":' * 900 + b"%d" + b"}" * 900 + b"}"
    with pytest.raises(NotMergeable):
        three_way("Goal", deep % 1, deep % 2, deep % 3)


def test_hostile_names_keep_each_field_a_path_of_its_own() -> None:
    base = {"resourceType": "Goal", "id": "1", "a.b": {"x": 1, "y": {"q": 1}}, "a": {"b": {"x": 1}, "z": 1}}
    mine = changed(base)
    mine["a.b"]["x"] = mine["a"]["b"]["x"] = 2
    paths = [one.path for one in merge(base, mine, base).fields]
    assert len(set(paths)) == len(paths) == 2


def test_an_object_that_both_emptied_is_gone_and_one_that_came_empty_stays() -> None:
    base = {"resourceType": "Goal", "id": "1", "x": {"a": 1, "b": 2}}
    assert "x" not in body(merge(base, changed(base, x={"a": 1}), changed(base, x={"b": 2})).proposal)
    emptied = changed(base, x={})
    assert body(merge(base, emptied, base).proposal) == emptied

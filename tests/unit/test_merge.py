"""The three-way merge on plain vectors: what each side did, what stands, and what is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from offline_cache.merge import Choice, Kind, Merged, Policy, three_way
from offline_cache.merge_choice import ChoiceRefused, Unsettled, apply_choices

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

"""Generated edits on HL7's own resources, merged, beside an oracle: no edit lost, none misplaced, nothing else changed.

`FELTJOURNAL_MERGES` is the number of merges of each property, for a longer run.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st

from offline_cache.merge import WHOLE, Choice, Kind, Merged, Policy, three_way, trees_of, woven
from offline_cache.merge_tree import write
from tests import merge_material as material
from tests.index_patch import DoesNotApply, patched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.merge_material import Edit, Tree

pytestmark = pytest.mark.needs("hl7-examples")

MERGES = int(os.environ.get("FELTJOURNAL_MERGES", "60"))
CASES = 4 * MERGES
often = settings(
    max_examples=MERGES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Case:
    """A base and the edits of both sides."""

    def __init__(self, base: Tree, mine: list[Edit], theirs: list[Edit]) -> None:
        self.base, self.mine_edits, self.theirs_edits = base, mine, theirs
        self.mine = material.applied(base, mine)
        self.theirs = material.applied(base, theirs)
        self.expected = material.applied(base, [*theirs, *mine])

    def merged(self) -> Merged:
        return merge(self.base, self.mine, self.theirs)

    def __repr__(self) -> str:
        name = f"{self.base['resourceType']}/{self.base.get('id')}"
        return (
            f"{name}\n mine: {material.shown(self.mine_edits)}\n theirs: {material.shown(self.theirs_edits)}"
        )


def merge(base: Tree, mine: Tree, theirs: Tree) -> Merged:
    return three_way(str(base["resourceType"]), write(base), write(mine), write(theirs))


def kinds(merged: Merged) -> dict[str, Kind]:
    return {one.path: one.kind for one in merged.fields if one.path != WHOLE}


def stands(merged: Merged, choice: Choice | None = None) -> Tree:
    """Return what the merge makes, whatever the policy of the type says of it."""
    both = [path for path, kind in kinds(merged).items() if kind is Kind.BOTH]
    choices = dict.fromkeys(both, choice) if choice else {}
    return material.tree_of(woven(trees_of(merged), choices, (merged.base, merged.mine, merged.theirs)))


def has_one_order(case: Case, merged: Merged) -> bool:
    """Tell whether only one order of the lists is right: not when both moved things, or one moved what the other made another."""
    if material.orders_both(case.mine_edits, case.theirs_edits):
        return False
    became_another = any(one.base is not None and None in (one.mine, one.theirs) for one in merged.fields)
    return not (became_another and material.moves_beside(case.mine_edits, case.theirs_edits))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    def pick(options: Any) -> Any:
        return draw(st.sampled_from(options))

    base = material.example(pick)
    return Case(base, material.edits(pick, base, "M"), material.edits(pick, base, "T"))


@often
@given(cases())
def test_no_edit_is_lost_none_misplaced_and_nothing_else_changed(case: Case) -> None:
    """Fault: M1, M2, M3, M4, D5, D8."""
    merged = case.merged()
    clean = Kind.BOTH not in kinds(merged).values()
    event(f"clean: {clean}")
    if material.collide(case.mine_edits, case.theirs_edits):
        assert not clean, "one edit was lost without a word"
    if clean:
        ordered = has_one_order(case, merged)
        assert material.comparable(stands(merged), ordered=ordered) == material.comparable(
            case.expected, ordered=ordered
        )


@often
@given(cases())
def test_changes_of_different_members_are_never_asked(case: Case) -> None:
    """Fault: M2."""
    tied = {"start": "start-end", "end": "start-end"}
    mine, theirs = (
        {tied.get(str(edit.footprint[0]), edit.footprint[0]) for edit in made}
        for made in (case.mine_edits, case.theirs_edits)
    )
    assume(not mine & theirs)
    assert Kind.BOTH not in kinds(case.merged()).values()


@often
@given(cases())
def test_one_side_alone_stands_as_it_is(case: Case) -> None:
    alone = merge(case.base, case.mine, case.base)
    assert set(kinds(alone).values()) <= {Kind.MINE_ONLY}
    assert stands(alone) == case.mine
    behind = merge(case.base, case.base, case.theirs)
    assert set(kinds(behind).values()) <= {Kind.THEIRS_ONLY}
    assert behind.proposal == behind.theirs
    assert not behind.needs_person


@often
@given(cases())
def test_both_sides_report_the_same(case: Case) -> None:
    mirrored = {Kind.MINE_ONLY: Kind.THEIRS_ONLY, Kind.THEIRS_ONLY: Kind.MINE_ONLY}
    here, there = case.merged(), merge(case.base, case.theirs, case.mine)
    assert kinds(here) == {path: mirrored.get(kind, kind) for path, kind in kinds(there).items()}
    assert len(kinds(here)) == len([one for one in here.fields if one.path != WHOLE])
    assert here.parallel == there.parallel
    if here.policy is not Policy.APPEND_ONLY:  # there only what I would write over is asked
        assert here.needs_person == there.needs_person


@often
@given(cases())
def test_a_merge_of_the_merge_changes_nothing(case: Case) -> None:
    result = stands(case.merged(), Choice.MINE)
    again = merge(case.base, result, case.theirs)
    note(str(kinds(again)))
    assert stands(again, Choice.MINE) == result
    after = merge(case.theirs, result, case.theirs)
    assert stands(after) == result
    same = merge(case.base, case.mine, case.mine)
    assert set(kinds(same).values()) <= {Kind.SAME}
    assert same.proposal == same.theirs


@often
@given(cases(), st.sampled_from([Choice.MINE, Choice.THEIRS]))
def test_what_is_chosen_is_whole(case: Case, choice: Choice) -> None:
    """The chosen side has lost nothing in the result."""
    result = stands(case.merged(), choice)
    side = case.mine if choice is Choice.MINE else case.theirs
    lost = [path for path, kind in kinds(merge(case.base, side, result)).items() if kind is Kind.MINE_ONLY]
    assert lost == []


def test_what_is_read_is_written_as_it_was() -> None:
    """Every number of every example keeps its digits, and every member its place."""
    for paths in material.example_paths().values():
        for path in paths[:20]:
            tree = material.tree_of(path.read_bytes())
            assert list(_numbers(json.loads(write(tree), parse_float=str, parse_int=str))) == list(
                _numbers(json.loads(path.read_bytes(), parse_float=str, parse_int=str))
            )


def _numbers(node: Any) -> Iterator[Any]:
    """Yield names and plain values in their order."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield name
            yield from _numbers(value)
    elif isinstance(node, list):
        for value in node:
            yield from _numbers(value)
    else:
        yield node


@dataclass
class Tally:
    """How a way of merging did on cases where both sides can have their way."""

    right: int = 0
    wrong: int = 0
    refused: int = 0


def seeded(base: Tree, pick: material.Pick) -> Case:
    return Case(base, material.edits(pick, base, "M"), material.edits(pick, base, "T"))


def tally(case: Case, result: Tree | None, tally: Tally, merged: Merged) -> None:
    if result is None:
        tally.refused += 1
        return
    ordered = has_one_order(case, merged)
    same = material.comparable(result, ordered=ordered) == material.comparable(case.expected, ordered=ordered)
    tally.right, tally.wrong = tally.right + same, tally.wrong + (not same)


def test_merging_by_position_misplaces_edits_on_the_same_cases() -> None:
    """The oracle bites: positions are wrong where keys are right; what keys cannot tell is asked, and seldom.

    Fault: M3, D5.
    """
    ours, by_position = Tally(), Tally()
    for seed in range(CASES):
        pick = material.by_seed(seed)
        case = seeded(material.example(pick), pick)
        if material.collide(case.mine_edits, case.theirs_edits):
            continue
        merged = case.merged()
        tally(case, None if Kind.BOTH in kinds(merged).values() else stands(merged), ours, merged)
        try:
            tally(case, patched(case.base, case.mine, case.theirs), by_position, merged)
        except DoesNotApply:
            tally(case, None, by_position, merged)
    print(f"by keys: {ours}; by position: {by_position}")
    assert ours.wrong == 0
    assert by_position.wrong >= CASES // 100
    assert ours.right > ours.refused * 3


@pytest.mark.needs("shared")
def test_the_charts_of_people_nobody_here_wrote_are_merged_as_well() -> None:
    """Fault: M1, M2, M3, M4."""
    bodies = material.synthea_bodies()
    ours, collided = Tally(), 0
    for seed in range(CASES):
        pick = material.by_seed(seed)
        case = seeded(material.tree_of(pick(bodies)), pick)
        merged = case.merged()
        clean = Kind.BOTH not in kinds(merged).values()
        if material.collide(case.mine_edits, case.theirs_edits):
            collided += 1
            assert not clean, case
        else:
            tally(case, stands(merged) if clean else None, ours, merged)
    print(f"{ours}, {collided} collided")
    assert ours.wrong == 0
    assert ours.right > ours.refused
    assert collided

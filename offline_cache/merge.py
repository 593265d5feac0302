"""The three-way merge: what both began with, what I made of it, and what the journal has now.

Pure: no clock, no disk, no network. It needs no version, only the three contents, so it holds with a journal that
gives none (M12), and what was changed and changed back is no change (M11).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline_cache.merge_fields import WHOLE, Choice, FieldMerge, Kind
from offline_cache.merge_policy import Policy, is_parallel, judged, policy_of
from offline_cache.merge_tree import Absent, NotMergeable, read, write
from offline_cache.merge_weave import Weave

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offline_cache.merge_tree import Tree

__all__ = [
    "WHOLE",
    "Choice",
    "FieldMerge",
    "Kind",
    "Merged",
    "NotMergeable",
    "Policy",
    "three_way",
    "trees_of",
    "woven",
]


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of a merge.

    Attributes:
        type: The resource's type.
        policy: How parallel changes of this type are settled.
        fields: What somebody changed. A first one with the path WHOLE stands for the resource as a whole.
        parallel: Both sides changed something, and not just the same: the label of the proposal.
        needs_person: Somebody must choose, or sign the proposal.
        proposal: The body to sign or send; empty when the resource shall be gone; None where a person must choose.
        base: What both began with.
        mine: What I made of it, kept whatever is chosen.
        theirs: What the journal has; its version is the one that a write must match.
    """

    type: str
    policy: Policy
    fields: tuple[FieldMerge, ...]
    parallel: bool
    needs_person: bool
    proposal: bytes | None = field(repr=False)
    base: bytes = field(repr=False)
    mine: bytes = field(repr=False)
    theirs: bytes = field(repr=False)

    @property
    def asked(self) -> tuple[str, ...]:
        """The paths that a person must choose for."""
        return tuple(one.path for one in self.fields if one.asked)


def three_way(type_: str, base: bytes | None, mine: bytes | None, theirs: bytes | None) -> Merged:
    """Merge a resource.

    Args:
        type_: Its type.
        base: The version that both sides began with; empty or None where there was none.
        mine: What I made of it; empty or None when I deleted it.
        theirs: What the journal has now; empty or None when it is deleted there.

    Raises:
        NotMergeable: Bytes that are no resource of this type.
    """
    trees = (_read(type_, base), _read(type_, mine), _read(type_, theirs))
    walk = Weave({})
    walk.resource(*trees)
    whole = FieldMerge(WHOLE, base or None, mine or None, theirs or None, kind=Kind.BOTH, asked=True)
    fields = judged(type_, walk.fields, whole)
    policy, parallel = policy_of(type_), is_parallel(walk.fields)
    asked = any(one.asked for one in fields)
    sides = (base or b"", mine or b"", theirs or b"")
    rules = {one.path: one.settled for one in fields if one.settled}
    return Merged(
        type=type_,
        policy=policy,
        fields=fields,
        parallel=parallel,
        needs_person=asked or (parallel and policy is Policy.PROPOSAL),
        proposal=None if asked else woven(trees, rules, sides),
        base=sides[0],
        mine=sides[1],
        theirs=sides[2],
    )


def woven(
    trees: tuple[Tree | Absent, Tree | Absent, Tree | Absent],
    choices: Mapping[str, Choice],
    sides: tuple[bytes, bytes, bytes],
) -> bytes:
    """Return the body that stands when these choices are made; a side's own bytes where it is that side."""
    stands = Weave(choices).resource(*trees)
    for tree, body in ((trees[2], sides[2]), (trees[1], sides[1])):
        if stands == tree:
            return body
    return b"" if isinstance(stands, Absent) else write(stands)


def _read(type_: str, body: bytes | None) -> Tree | Absent:
    tree = read(body)
    if not isinstance(tree, Absent) and tree.get("resourceType") != type_:
        raise NotMergeable("of another type")
    return tree


def trees_of(merged: Merged) -> tuple[Tree | Absent, Tree | Absent, Tree | Absent]:
    """Return the three trees of a merge again."""
    return read(merged.base), read(merged.mine), read(merged.theirs)

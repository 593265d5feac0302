"""The walk through three trees at once: it notes each field that somebody changed, and makes the tree that stands in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

from offline_cache.merge_elements import elements, is_one_value, paired, unpaired
from offline_cache.merge_fields import WHOLE, Choice, FieldMerge, Kind
from offline_cache.merge_keys import match, match_pairs, step
from offline_cache.merge_order import place
from offline_cache.merge_tree import ABSENT, Absent, write_maybe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offline_cache.merge_keys import Key, Matched
    from offline_cache.merge_tree import Maybe, Node, Tree

_THEIRS_ALWAYS = ("resourceType", "id")
_SERVER_META = frozenset({"versionId", "lastUpdated", "source"})


@dataclass(frozen=True, slots=True)
class _Twins:
    """Two things of a list that shall both stand."""

    theirs: Node
    mine: Node


def kind_of(base: Maybe, mine: Maybe, theirs: Maybe) -> Kind | None:
    """Tell who changed a field; None when nobody did."""
    if mine == theirs:
        return None if mine == base else Kind.SAME
    if mine == base:
        return Kind.THEIRS_ONLY
    return Kind.MINE_ONLY if theirs == base else Kind.BOTH


@dataclass
class Weave:
    """One walk. What is chosen for a path stands; else what only I changed is mine, and the rest is theirs."""

    choices: Mapping[str, Choice]
    fields: list[FieldMerge] = field(default_factory=list)
    _paths: set[str] = field(default_factory=set)

    def resource(self, base: Tree | Absent, mine: Tree | Absent, theirs: Tree | Absent) -> Tree | Absent:
        """Return the resource that stands in the end; ABSENT when that is none."""
        if isinstance(base, Absent) or isinstance(mine, Absent) or isinstance(theirs, Absent):
            plain = [
                one if isinstance(one, Absent) else without_server_part(one) for one in (base, mine, theirs)
            ]
            chosen = self._field(WHOLE, plain[0], plain[1], plain[2])
            return mine if chosen is plain[1] else theirs
        apart = {*_THEIRS_ALWAYS, "meta"}
        sides = [{name: one[name] for name in one if name not in apart} for one in (base, mine, theirs)]
        kept = self._members("", *sides)
        meta = self._meta(base, mine, theirs)
        stands = {name: theirs[name] for name in _THEIRS_ALWAYS if name in theirs} | kept
        if meta:
            stands["meta"] = meta
        return {name: stands[name] for name in place(theirs, mine, stands.keys())}

    def _meta(self, base: Tree, mine: Tree, theirs: Tree) -> Tree:
        """Return the server's stamps as the server has them, beside labels and tags merged like all else."""
        sides = [_object(one.get("meta")) for one in (base, mine, theirs)]
        free = [{name: side[name] for name in side if name not in _SERVER_META} for side in sides]
        kept = self._members("meta", *free) | {
            name: sides[2][name] for name in sides[2] if name in _SERVER_META
        }
        return {name: kept[name] for name in place(sides[2], sides[1], kept.keys())}

    def _node(
        self, path: str, base: Maybe, mine: Maybe, theirs: Maybe, *, twin: bool = False
    ) -> Maybe | _Twins:
        if base == mine == theirs:
            return theirs
        if isinstance(base, dict) and isinstance(mine, dict) and isinstance(theirs, dict):
            if is_one_value(base, mine, theirs):
                return self._field(path, base, mine, theirs, both="twins" if twin else "")
            kept = self._members(path, base, mine, theirs)
            return kept if kept or {} in (mine, theirs) else ABSENT
        sides = (base, mine, theirs)
        if all(isinstance(side, list | Absent) for side in sides):
            return self._list(path, *sides)
        return self._field(path, *sides, both="twins" if twin else "")

    def _members(self, path: str, base: Tree, mine: Tree, theirs: Tree) -> Tree:
        kept: Tree = {}
        for label, names in elements(base, mine, theirs).items():
            if len(names) == 1:
                name = names[0]
                sides = (side.get(name, ABSENT) for side in (base, mine, theirs))
                stands = self._node(step(path, name), *sides)
                if not isinstance(stands, Absent | _Twins):
                    kept[name] = stands
            else:
                kept |= self._element(step(path, label), names, (base, mine, theirs))
        return {name: kept[name] for name in place(theirs, mine, kept.keys())}

    def _element(self, path: str, names: list[str], trees: tuple[Tree, Tree, Tree]) -> Tree:
        """Return the members of one element that JSON writes as several."""
        parts: list[Tree] = [{name: tree[name] for name in names if name in tree} for tree in trees]
        if len({name.removeprefix("_") for name in names}) == 1:
            pairs = _as_pairs(names, parts)
            if pairs:
                return self._pairs(path, min(names, key=len), parts, pairs)
        stands = self._field(path, *[part or ABSENT for part in parts])
        return stands if isinstance(stands, dict) else {}

    def _pairs(self, path: str, name: str, parts: list[Tree], pairs: list[list[Node]]) -> Tree:
        stands = self._items(path, *pairs, matched=match_pairs(*pairs))
        for part, side in ((parts[2], pairs[2]), (parts[1], pairs[1])):
            if stands == side:
                return part
        first, second = unpaired(stands)
        both: Tree = {name: first, f"_{name}": second}
        return {one: both[one] for one, side in ((name, first), (f"_{name}", second)) if side}

    def _list(self, path: str, base: Maybe, mine: Maybe, theirs: Maybe) -> Maybe:
        lists = [side if isinstance(side, list) else [] for side in (base, mine, theirs)]
        stands = self._items(path, *lists, matched=match(*lists))
        if stands == lists[2]:
            return theirs
        if stands == lists[1]:
            return mine
        return stands or ABSENT

    def _items(
        self, path: str, base: list[Node], mine: list[Node], theirs: list[Node], *, matched: Matched | None
    ) -> list[Node]:
        if matched is None or _both_replaced(matched):
            stands = self._field(path, base, mine, theirs, both="union")
            return stands if isinstance(stands, list) else []
        kept: dict[Key, list[Node]] = {}
        for key in dict.fromkeys([*matched.theirs, *matched.mine, *matched.base]):
            sides = (side.get(key, ABSENT) for side in (matched.base, matched.mine, matched.theirs))
            stand = self._node(f"{path}[{key.shown}]", *sides, twin=matched.can_twin)
            if isinstance(stand, _Twins):
                kept[key] = [stand.theirs, stand.mine]
            elif not isinstance(stand, Absent):
                kept[key] = [stand]
        skeleton, other = self._order(path, matched)
        return [item for key in place(skeleton, other, kept.keys()) for item in kept[key]]

    def _order(self, path: str, matched: Matched) -> tuple[dict[Key, Node], dict[Key, Node]]:
        """Return the side whose order stands, and the other: who moved something has changed the order."""
        common = matched.base.keys() & matched.mine.keys() & matched.theirs.keys()
        base, mine, theirs = (
            [cast("Node", key.shown) for key in side if key in common]
            for side in (matched.base, matched.mine, matched.theirs)
        )
        if self._field(f"{path}#order", base, mine, theirs) is mine:
            return matched.mine, matched.theirs
        return matched.theirs, matched.mine

    def _field(
        self, path: str, base: Maybe, mine: Maybe, theirs: Maybe, *, both: Literal["", "twins", "union"] = ""
    ) -> Maybe | _Twins:
        """Note one field and return what stands of it."""
        kind = kind_of(base, mine, theirs)
        if kind is None:
            return theirs
        can_both = (
            kind is Kind.BOTH
            and bool(both)
            and not isinstance(mine, Absent)
            and not isinstance(theirs, Absent)
        )
        values = [write_maybe(side) for side in (base, mine, theirs)]
        self.fields.append(FieldMerge(path, values[0], values[1], values[2], kind, can_both))
        choice = self.choices.get(path) or (Choice.MINE if kind is Kind.MINE_ONLY else Choice.THEIRS)
        if choice is Choice.BOTH and can_both:
            if both == "union":
                return _union(base, mine, theirs)
            return _Twins(cast("Node", theirs), cast("Node", mine))
        return mine if choice is Choice.MINE else theirs


def without_server_part(tree: Tree) -> Tree:
    """Return a resource without what the server alone sets, to see whether a person changed anything."""
    meta = {name: value for name, value in _object(tree.get("meta")).items() if name not in _SERVER_META}
    rest: Tree = {name: value for name, value in tree.items() if name not in {"id", "meta"}}
    return rest | ({"meta": meta} if meta else {})


def with_server_part(mine: Tree, theirs: Tree) -> Tree:
    """Return all of mine, as the next version of theirs."""
    stands: Tree = {name: value for name, value in mine.items() if name not in {"id", "meta"}}
    if "id" in theirs:
        stands["id"] = theirs["id"]
    meta = {name: value for name, value in _object(mine.get("meta")).items() if name not in _SERVER_META}
    meta |= {name: value for name, value in _object(theirs.get("meta")).items() if name in _SERVER_META}
    if meta:
        stands["meta"] = meta
    return {name: stands[name] for name in place(mine, theirs, stands.keys())}


def _is_something(side: Maybe) -> bool:
    return not isinstance(side, Absent) and side != []


def _object(node: Maybe) -> Tree:
    return node if isinstance(node, dict) else {}


def _as_pairs(names: list[str], parts: list[Tree]) -> list[list[Node]] | None:
    """Return primitives and siblings as three lists of pairs, if they are lists."""
    if not any(isinstance(value, list) for part in parts for value in part.values()):
        return None
    name = min(names, key=len)
    pairs = [paired(part.get(name), part.get(f"_{name}")) for part in parts]
    return None if None in pairs else cast("list[list[Node]]", pairs)


def _both_replaced(matched: Matched) -> bool:
    """Tell whether both took the same thing away and somebody put another: it may be one thing changed twice."""
    gone = matched.base.keys() - matched.mine.keys() - matched.theirs.keys()
    mine = {key: matched.mine[key] for key in matched.mine.keys() - matched.base.keys()}
    theirs = {key: matched.theirs[key] for key in matched.theirs.keys() - matched.base.keys()}
    return bool(gone) and mine != theirs


def _union(base: Maybe, mine: Maybe, theirs: Maybe) -> list[Node]:
    """Return a list with what each side added, without what a side took away; equals are told by their number."""
    sides = [side if isinstance(side, list) else [] for side in (base, mine, theirs)]
    matched = match_pairs(*sides)
    kept = {
        key: item
        for key, item in (matched.mine | matched.theirs).items()
        if key not in matched.base or (key in matched.mine and key in matched.theirs)
    }
    return [kept[key] for key in place(matched.theirs, matched.mine, kept.keys())]

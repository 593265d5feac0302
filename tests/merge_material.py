"""Edits of real resources, and the oracle of their merge: both sides' edits made on one tree, by hand and not by difference.

An edit names its place in the base by position and is carried out on the objects found there before anything moves, so that the
oracle knows nothing of identity keys. Two edits collide when one takes away what the other changes, or both write one member.
"""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from offline_cache.merge_tree import Absent, Number, canonical, read, write
from tests.omissions import EXAMPLES, SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

T = TypeVar("T")
Place = tuple[str | int, ...]
Tree = dict[str, Any]

LARGEST = 40_000
CLINICAL = [
    "CarePlan",
    "Goal",
    "Patient",
    "Task",
    "Appointment",
    "Encounter",
    "Observation",
    "MedicationRequest",
    "MedicationStatement",
    "AllergyIntolerance",
    "Condition",
    "Procedure",
    "Composition",
    "QuestionnaireResponse",
    "Communication",
    "RelatedPerson",
    "CareTeam",
    "Practitioner",
    "List",
    "Flag",
    "DiagnosticReport",
    "DocumentReference",
    "ServiceRequest",
    "MedicationAdministration",
    "Immunization",
]
_SERVER = {"resourceType", "id", "meta"}


class Pick(Protocol):
    """Chooses one of several; by hypothesis, or by a seed."""

    def __call__(self, options: Sequence[T], /) -> T: ...


@dataclass(frozen=True)
class Edit:
    """One edit: what is done, to which object or list of the base, to which member or item, with which value."""

    what: str
    place: Place
    name: str | int
    value: Any = None

    @property
    def footprint(self) -> Place:
        """What it touches."""
        if self.what in {"insert", "reverse", "append"}:
            return self.place
        return (*self.place, self.name)

    @property
    def takes_away(self) -> bool:
        return self.what in {"drop", "remove"}


@cache
def example_paths() -> dict[str, tuple[Path, ...]]:
    """Return HL7's examples that are not too large, by type."""
    found: dict[str, list[Path]] = {}
    for path in sorted(EXAMPLES.glob("[!.]*.json")):
        if path.stat().st_size <= LARGEST and "-" in path.name:
            found.setdefault(path.name.split("-")[0], []).append(path)
    return {type_: tuple(paths) for type_, paths in found.items()}


def example(pick: Pick) -> Tree:
    """Return one of HL7's examples, every second time of a type that a nurse meets."""
    paths = example_paths()
    types = [name for name in CLINICAL if name in paths] if pick((True, False)) else sorted(paths)
    return tree_of(pick(paths[pick(types)]).read_bytes())


@cache
def synthea_bodies() -> tuple[bytes, ...]:
    """Return the resources of the shared people, those that are not too large."""
    found = []
    for path in sorted((SHARED / "synthea").glob("*.json"))[:3]:
        bundle = tree_of(path.read_bytes())
        found += [write(entry["resource"]) for entry in bundle["entry"]]
    return tuple(body for body in found if len(body) <= LARGEST)


def tree_of(body: bytes) -> Tree:
    tree = read(body)
    assert not isinstance(tree, Absent)
    return tree


def by_seed(seed: int) -> Pick:
    chance = random.Random(seed)

    def pick(options: Sequence[T], /) -> T:
        return chance.choice(options)

    return pick


def edits(pick: Pick, base: Tree, mark: str, most: int = 3) -> list[Edit]:
    """Return some edits of a resource; the mark makes one side's values its own."""
    objects, lists = _places(base)
    made = []
    for number in range(pick(range(1, most + 1))):
        edit = _edit(pick, objects, lists, f"{mark}{number}")
        if edit:
            made.append(edit)
    return [
        edit
        for at, edit in enumerate(made)
        if not _is_undone(edit, made[:at] + made[at + 1 :], made[at + 1 :])
    ]


def _is_undone(edit: Edit, others: list[Edit], later: list[Edit]) -> bool:
    """Tell whether the same side takes away what it edits here, or writes it once more."""
    inside = any(
        one.takes_away and edit.footprint[: len(one.footprint)] == one.footprint
        for one in others
        if not edit.takes_away or edit.footprint != one.footprint
    )
    return inside or any(
        one.footprint == edit.footprint for one in later if edit.what in {"set", "drop", "remove"}
    )


def _places(base: Tree) -> tuple[list[tuple[Place, Tree]], list[tuple[Place, list[Any]]]]:
    objects: list[tuple[Place, Tree]] = []
    lists: list[tuple[Place, list[Any]]] = []
    for place, node in _walk(base, ()):
        if isinstance(node, dict):
            objects.append((place, node))
        elif isinstance(node, list) and node and not _has_sibling(base, place):
            lists.append((place, node))
    return objects, lists


def _walk(node: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    yield place, node
    if isinstance(node, dict):
        for name, value in node.items():
            if place or name not in _SERVER:
                yield from _walk(value, (*place, name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _walk(value, (*place, index))


def _has_sibling(base: Tree, place: Place) -> bool:
    """Tell whether a list goes by pairs with its sibling; those have a test of their own."""
    name = str(place[-1])
    owner = _at(base, place[:-1])
    return name.startswith("_") or (isinstance(owner, dict) and f"_{name}" in owner)


def _edit(
    pick: Pick, objects: list[tuple[Place, Tree]], lists: list[tuple[Place, list[Any]]], mark: str
) -> Edit | None:
    if pick((True, False)) and lists:
        place, items = pick(lists)
        if all(isinstance(item, dict) for item in items):
            what = pick(("insert", "insert", "remove", "reverse"))
            if what == "insert":
                return Edit(what, place, pick(range(len(items) + 1)), _marked(pick(items), mark))
            if what == "reverse" and items == items[::-1]:
                return None
            return Edit(what, place, pick(range(len(items))))
        return Edit("append", place, 0, mark) if all(isinstance(item, str) for item in items) else None
    place, owner = pick(objects)
    names = [name for name in owner if (place or name not in _SERVER) and not name.startswith("_")]
    what = pick(("set", "set", "set", "add", "sibling", "drop"))
    if what == "add":
        return Edit(what, place, f"ukjent-{mark}", mark)
    fitting = [name for name in names if what == "drop" or not isinstance(owner[name], dict | list)]
    if what == "drop":
        fitting = [name for name in fitting if not isinstance(owner[name], list) and f"_{name}" not in owner]
    if what == "sibling":
        fitting = [name for name in fitting if isinstance(owner[name], str) and f"_{name}" not in owner]
    if not fitting:
        return None
    name = pick(fitting)
    return Edit(what, place, name, _other(owner[name], mark))


def _other(value: Any, mark: str) -> Any:
    if isinstance(value, bool):
        return not value
    return Number(f"{sum(mark.encode())}.50") if isinstance(value, Number) else f"{value} {mark}"


def _marked(item: Any, mark: str) -> Any:
    """Return a copy of which every text is another."""
    if isinstance(item, dict):
        return {name: _marked(value, mark) for name, value in item.items()}
    if isinstance(item, list):
        return [_marked(value, mark) for value in item]
    return f"{item}{mark}" if isinstance(item, str) else item


def _at(tree: Any, place: Place) -> Any:
    for step in place:
        tree = tree[step]
    return tree


_PHASES = ("insert", "append", "set", "add", "sibling", "remove", "drop", "reverse")


def applied(base: Tree, made: Sequence[Edit]) -> Tree:
    """Return the base with the edits made: first what is put in, then what is written, then what is taken away or moved."""
    tree = copy.deepcopy(base)
    found = [(edit, _at(tree, edit.place)) for edit in made]
    items = [list(target) if isinstance(target, list) else [] for _, target in found]
    todo = [(*one, before) for one, before in zip(found, items, strict=True)]
    for edit, target, before in sorted(todo, key=lambda one: _PHASES.index(one[0].what)):
        _carry_out(edit, target, before)
    return tree


def _carry_out(edit: Edit, target: Any, before: list[Any]) -> None:
    value = copy.deepcopy(edit.value)
    if edit.what in {"set", "add"}:
        target[edit.name] = value
    elif edit.what == "sibling":
        target[f"_{edit.name}"] = {"extension": [{"url": "urn:merke", "valueString": value}]}
    elif edit.what == "drop":
        target.pop(edit.name, None)
    elif edit.what == "append":
        target.append(value)
    elif edit.what == "reverse":
        target.reverse()
    elif edit.what == "insert":
        after = before[: int(edit.name)]
        index = next((at + 1 for at, one in enumerate(target) if after and one is after[-1]), 0)
        target.insert(index, value)
    else:
        target[:] = [one for one in target if one is not before[int(edit.name)]]


def collide(mine: Sequence[Edit], theirs: Sequence[Edit]) -> bool:
    """Tell whether the two sides cannot both have their way."""
    return any(_collide(one, other) for one in mine for other in theirs)


def _collide(one: Edit, other: Edit) -> bool:
    a, b = one.footprint, other.footprint
    if one.takes_away and other.takes_away and a == b:
        return False
    if (one.takes_away and b[: len(a)] == a) or (other.takes_away and a[: len(b)] == b):
        return True
    writes = {"set", "sibling"}
    return a == b and {one.what, other.what} <= writes and one.value != other.value


def orders_both(mine: Sequence[Edit], theirs: Sequence[Edit]) -> bool:
    """Tell whether both put things into one list or move them, so that more than one order is right."""
    kinds = {"insert", "append", "reverse"}
    return any(
        one.what in kinds and other.what in kinds and one.place == other.place
        for one in mine
        for other in theirs
    )


def moves_beside(mine: Sequence[Edit], theirs: Sequence[Edit]) -> bool:
    """Tell whether one side puts things into a list or moves them where the other edits one of its things.

    If that edit changes what the thing is known by, it is another thing now, and where it stands among the others is open.
    """
    kinds = {"insert", "append", "reverse", "remove"}
    pairs = [(one, other) for one in mine for other in theirs]
    return any(
        one.what in kinds
        and other.footprint[: len(one.place)] == one.place
        and len(other.footprint) > len(one.place) + 1
        for pair in pairs
        for one, other in (pair, pair[::-1])
    )


def comparable(node: Any, *, ordered: bool = True) -> Any:
    """Return a form in which two trees are equal when they say the same; what is empty is as if not there."""
    if isinstance(node, dict):
        members = {name: comparable(value, ordered=ordered) for name, value in node.items()}
        return {name: value for name, value in members.items() if value not in ({}, [])}
    if isinstance(node, list):
        found = [one for one in (comparable(item, ordered=ordered) for item in node) if one not in ({}, [])]
        return found if ordered else sorted(found, key=canonical)
    return node


def shown(made: Sequence[Edit]) -> str:
    """Return edits in words, for a failing test."""
    return "; ".join(
        f"{edit.what} {'/'.join(map(str, edit.place))} {edit.name} {json.dumps(str(edit.value))[:60]}"
        for edit in made
    )

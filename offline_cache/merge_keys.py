"""What the things of a list are known by. Never by their position: that is how edits land on the wrong one (android-fhir D5).

A key must tell them apart on all three sides. It holds what makes the thing that thing: the code of a coding, the
number of a telephone. Who changes that has put another thing in its place.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from offline_cache.merge_tree import Number, canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offline_cache.merge_tree import Node

Known: TypeAlias = "str | tuple[Known, ...]"

_BARE = re.compile(r"[\w:/.-]+", re.ASCII)

# What a thing of a list is known by, the surest first; a dot goes one step down.
_KEYS = (
    ("id",),
    ("linkId",),
    ("url",),
    ("system", "value"),
    ("system", "code"),
    ("reference",),
    ("fullUrl",),
    ("identifier",),
    ("sequence",),
    ("coding",),
    ("code",),
    ("item",),
    ("actor",),
    ("individual",),
    ("member",),
    ("condition",),
    ("other",),
    ("location",),
    ("measure",),
    ("detail.code",),
    ("time", "authorReference"),
    ("time", "authorString"),
    ("time", "text"),
    ("language",),
    ("detail.description",),
    ("name",),
    ("family", "given"),
    ("text",),
    ("title",),
    ("type",),
    ("period.start",),
    ("start",),
)
# What a value inside a key is known by.
_KNOWN_BY = (
    ("reference",),
    ("system", "code"),
    ("system", "value"),
    ("coding",),
    ("identifier",),
    ("family", "given"),
    ("family",),
    ("text",),
    ("code",),
    ("value",),
)
_SET_BY_MACHINE = frozenset({("id",), ("linkId",)})


@dataclass(frozen=True, slots=True)
class Key:
    """What one thing of a list is known by, beside how that is written in a path."""

    known: Known
    shown: str


@dataclass(frozen=True, slots=True)
class Matched:
    """The three lists by key. `can_twin` tells whether two things under one key may stand beside each other."""

    base: dict[Key, Node]
    mine: dict[Key, Node]
    theirs: dict[Key, Node]
    can_twin: bool


def match(base: list[Node], mine: list[Node], theirs: list[Node]) -> Matched | None:
    """Return the things of three lists by what they are known by; None where nothing tells them apart."""
    sides = (base, mine, theirs)
    everything = [item for side in sides for item in side]
    if not any(isinstance(item, dict | list) for item in everything):
        return _by_content(sides)
    if all(isinstance(item, dict) for item in everything):
        for names in _KEYS:
            keys = [_keys(side, names) for side in sides]
            if _is_usable(*keys):
                filled = [_filled(side, found, names) for side, found in zip(sides, keys, strict=True)]
                return Matched(filled[0], filled[1], filled[2], can_twin=names not in _SET_BY_MACHINE)
    return None if base else _by_content(sides)


def match_pairs(base: list[Node], mine: list[Node], theirs: list[Node]) -> Matched:
    """Return primitives with their siblings by their content."""
    return _by_content((base, mine, theirs))


def step(path: str, name: str) -> str:
    """Return the path of a member."""
    shown = _shown(name)
    return f"{path}.{shown}" if path else shown


def _is_usable(base: list[Known | None], mine: list[Known | None], theirs: list[Known | None]) -> bool:
    """Tell whether a key holds: all of the base carry it, none twice, and a side did not put other keys on everything."""
    if None in base or not any(key is not None for key in (*base, *mine, *theirs)):
        return False
    for side in (base, mine, theirs):
        carried = [key for key in side if key is not None]
        if len(set(carried)) != len(carried) or (base and side and not set(base) & set(carried)):
            return False
    return True


def _keys(side: list[Node], names: tuple[str, ...]) -> list[Known | None]:
    return [_known_as(item, names) for item in side]


def _known_as(item: Node, names: tuple[str, ...]) -> Known | None:
    parts = [_known(_at(item, name)) for name in names]
    found = tuple(part for part in parts if part is not None)
    return found if len(found) == len(names) else None


def _at(item: Node, name: str) -> Node:
    for one in name.split("."):
        item = item.get(one) if isinstance(item, dict) else None
    return item


def _known(value: Node) -> Known | None:
    """Return what a value is known by."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, Number):
        return value.text
    if isinstance(value, list):
        parts = [_known(one) for one in value]
        found = tuple(part for part in parts if part is not None)
        return found if found and len(found) == len(parts) else None
    if isinstance(value, dict):
        return next((known for names in _KNOWN_BY if (known := _known_as(value, names)) is not None), None)
    return None


def _filled(side: list[Node], keys: list[Known | None], names: tuple[str, ...]) -> dict[Key, Node]:
    """Return a list by key; what was added without one is known by its content."""
    loose = _by_content_one([item for item, key in zip(side, keys, strict=True) if key is None])
    rest = iter(loose.items())
    filled: dict[Key, Node] = {}
    for item, known in zip(side, keys, strict=True):
        if known is None:
            key, _ = next(rest)
        else:
            key = Key(known, _written(names, known))
        filled[key] = item
    return filled


def _by_content(sides: Sequence[list[Node]]) -> Matched:
    base, mine, theirs = (_by_content_one(side) for side in sides)
    return Matched(base, mine, theirs, can_twin=False)


def _by_content_one(side: list[Node]) -> dict[Key, Node]:
    """Return a list by content; the second of two equals is the second."""
    seen: Counter[str] = Counter()
    found: dict[Key, Node] = {}
    for item in side:
        content = canonical(item)
        seen[content] += 1
        again = f"#{seen[content]}" if seen[content] > 1 else ""
        found[Key(("content", content, str(seen[content])), _content_shown(item, content) + again)] = item
    return found


def _content_shown(item: Node, content: str) -> str:
    if isinstance(item, str):
        return _shown(item)
    if isinstance(item, dict | list):
        return "~" + hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return content


def _written(names: tuple[str, ...], known: Known) -> str:
    return ",".join(f"{name}={_joined(part)}" for name, part in zip(names, known, strict=True))


def _joined(known: Known) -> str:
    return _shown(known) if isinstance(known, str) else f"({'|'.join(_joined(part) for part in known)})"


def _shown(text: str) -> str:
    """Return a text as it stands in a path: bare where it cannot be taken for anything else, else quoted."""
    return text if _BARE.fullmatch(text) and not text.startswith("~") else json.dumps(text)

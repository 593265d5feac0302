"""Settling a merge: what a person chose becomes the body to sign; what was not chosen is kept as text for a note."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline_cache.errors import CacheError
from offline_cache.merge import Merged, three_way, trees_of, woven
from offline_cache.merge_fields import WHOLE, Choice, Kind
from offline_cache.merge_policy import Policy
from offline_cache.merge_tree import Absent, Number, read, write
from offline_cache.merge_weave import with_server_part

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from offline_cache.merge_fields import FieldMerge
    from offline_cache.merge_tree import Node


class ChoiceRefused(CacheError):
    """A choice that cannot be carried out. The message holds no path, for a path may name a patient."""

    def __init__(self, why: str, paths: Collection[str]) -> None:
        super().__init__(f"{why}: {len(paths)} fields")
        self.paths = tuple(paths)


class Unsettled(ChoiceRefused):
    """Fields that a person must choose for and has not; `paths` names them."""


@dataclass(frozen=True, slots=True)
class KeptText:
    """One text or value of mine that does not stand in what was chosen, as material for a note."""

    path: str = field(repr=False)
    text: str = field(repr=False)


def apply_choices(merged: Merged, choices: Mapping[str, Choice]) -> bytes:
    """Return the body that stands when these choices are made; empty when the resource shall be gone.

    Args:
        merged: The merge.
        choices: For each asked path what shall stand; others may be named too, to undo what only one side changed.

    Raises:
        Unsettled: Something asked was not chosen.
        ChoiceRefused: A path that is not there, BOTH where only one can stand, or what is filed written over.
    """
    _check(merged, choices)
    whole = choices.get(WHOLE)
    if whole is not None:
        return _whole(merged, whole)
    rules = {one.path: one.settled for one in merged.fields if one.settled}
    return woven(trees_of(merged), rules | dict(choices), (merged.base, merged.mine, merged.theirs))


def note_of(merged: Merged, paths: Collection[str]) -> tuple[KeptText, ...]:
    """Return what mine says under these paths and the journal does not, text by text; the words around are the screen's."""
    fields = {one.path: one for one in merged.fields}
    unknown = [path for path in paths if path not in fields]
    if unknown:
        raise ChoiceRefused("no such field", unknown)
    return tuple(text for path in paths for text in _texts_of(fields[path]))


def third_version(
    merged: Merged, choices: Mapping[str, Choice], newest: bytes | None
) -> tuple[Merged, dict[str, Choice]]:
    """Merge again because the journal changed once more while a person was choosing (M7).

    What was settled is what I want now, and what the journal had is what I saw: only what changed since is asked. Where
    not everything was settled, the choices for fields that are as they were stay made.

    Returns:
        The new merge, and the choices that still hold in it.
    """
    try:
        decided = apply_choices(merged, choices)
    except Unsettled:
        again = three_way(merged.type, merged.base, merged.mine, newest)
        before = {one.path: (one.base, one.mine, one.theirs) for one in merged.fields}
        same = {one.path for one in again.fields if before.get(one.path) == (one.base, one.mine, one.theirs)}
        return again, {path: choice for path, choice in choices.items() if path in same}
    return three_way(merged.type, merged.theirs, decided, newest), {}


def _check(merged: Merged, choices: Mapping[str, Choice]) -> None:
    fields = {one.path: one for one in merged.fields}
    unknown = [path for path in choices if path not in fields]
    if unknown:
        raise ChoiceRefused("no such field", unknown)
    twofold = [
        path for path, choice in choices.items() if choice is Choice.BOTH and not fields[path].can_both
    ]
    if twofold:
        raise ChoiceRefused("only one can stand", twofold)
    open_ = [path for path in merged.asked if path not in choices]
    if open_:
        raise Unsettled("not chosen yet", open_)
    if WHOLE in choices:
        beside = [path for path in choices if path != WHOLE]
        if beside:
            raise ChoiceRefused("the whole was chosen", beside)
        if merged.policy is Policy.APPEND_ONLY and choices[WHOLE] is Choice.MINE and merged.base:
            raise ChoiceRefused("what is filed is not written over", [WHOLE])


def _whole(merged: Merged, choice: Choice) -> bytes:
    """Return one side as a whole; mine is written as the next version of theirs."""
    if choice is Choice.THEIRS:
        return merged.theirs
    mine, theirs = read(merged.mine), read(merged.theirs)
    if isinstance(mine, Absent) or isinstance(theirs, Absent):
        return merged.mine
    return write(with_server_part(mine, theirs))


def _texts_of(one: FieldMerge) -> Iterator[KeptText]:
    if one.mine is None or one.kind is Kind.SAME:
        return
    theirs = set(_leaves(_node(one.theirs), one.path)) if one.theirs is not None else set()
    for leaf in _leaves(_node(one.mine), one.path):
        if leaf not in theirs:
            yield KeptText(*leaf)


def _node(value: bytes | None) -> Node:
    tree = read(b'{"value":' + (value or b"null") + b"}")
    return None if isinstance(tree, Absent) else tree["value"]


def _leaves(node: Node, path: str) -> Iterator[tuple[str, str]]:
    """Return each plain value inside a node with the names that lead to it."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value, path)
    elif isinstance(node, str | Number):
        yield path, node if isinstance(node, str) else node.text
    elif isinstance(node, bool):
        yield path, "true" if node else "false"

"""A resource as a tree that loses nothing: each number is the text that was written, each member stays in its place.

`1.50` is not `1.5` (FHIR counts the digits), so numbers are neither floats nor decimals here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from offline_cache.errors import CacheError

if TYPE_CHECKING:
    from collections.abc import Iterator


class NotMergeable(CacheError):
    """The bytes are not a resource that can be merged. The message names the rule and nothing of the content."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number exactly as it was written."""

    text: str


Node: TypeAlias = "dict[str, Node] | list[Node] | Number | str | bool | None"
Tree: TypeAlias = dict[str, Node]


class Absent(Enum):
    """What stands where a member is not there; `null` is something else."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Maybe: TypeAlias = "Node | Absent"


def read(body: bytes | None) -> Tree | Absent:
    """Return the tree of a resource; no bytes at all stand for a resource that was deleted.

    Raises:
        NotMergeable: The bytes are no JSON object, or one that two readers would understand differently.
    """
    if not body:
        return ABSENT
    try:
        node = json.loads(
            body, parse_float=Number, parse_int=Number, parse_constant=_no_constant, object_pairs_hook=_unique
        )
    except (ValueError, RecursionError):
        raise NotMergeable("not JSON") from None
    if not isinstance(node, dict):
        raise NotMergeable("no JSON object")
    return cast("Tree", node)


def write(node: Node) -> bytes:
    """Return the JSON of a node, with the members in their order and the numbers as they were written."""
    return "".join(_text(node, in_order=True)).encode()


def write_maybe(node: Maybe) -> bytes | None:
    """Return the JSON of a node, or None where there is none."""
    return None if isinstance(node, Absent) else write(node)


def canonical(node: Node) -> str:
    """Return a text that two nodes share when they are equal, in whatever order their members came."""
    return "".join(_text(node, in_order=False))


def _text(node: Node, *, in_order: bool) -> Iterator[str]:
    if isinstance(node, dict):
        comma = "{"
        for name in node if in_order else sorted(node):
            yield f"{comma}{_quoted(name)}:"
            yield from _text(node[name], in_order=in_order)
            comma = ","
        yield "}" if node else "{}"
    elif isinstance(node, list):
        comma = "["
        for item in node:
            yield comma
            yield from _text(item, in_order=in_order)
            comma = ","
        yield "]" if node else "[]"
    else:
        yield node.text if isinstance(node, Number) else _quoted(node)


def _quoted(value: str | bool | None) -> str:  # noqa: FBT001  a JSON value, not a switch
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isascii() or _is_encodable(text) else json.dumps(value)


def _is_encodable(text: str) -> bool:
    """Tell whether there is no lone surrogate in it."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotMergeable("a name twice in one object")
    return members


def _no_constant(_text: str) -> None:
    raise NotMergeable("NaN or infinity")

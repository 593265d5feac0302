"""Reading a resource that nobody promised to be tidy: a field of a wrong type costs that field alone.

A model refuses a whole resource for one bad field. A chart must show the other fields, so the views are
made from the tree itself, with numbers exactly as they were written.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias, cast

import msgspec

Tree: TypeAlias = dict[str, object]

_DECODER = msgspec.json.Decoder(float_hook=Decimal)


def read_tree(body: bytes) -> Tree | None:
    """Return the resource as a tree with exact decimals, or None when the bytes are no JSON object."""
    try:
        tree = _DECODER.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError, ArithmeticError):
        return None
    return cast("Tree", tree) if isinstance(tree, dict) else None


def child(tree: Tree, name: str) -> Tree:
    """Return the object under a name; the first one when it is a list; an empty one when there is none."""
    value = tree.get(name)
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, dict)), None)
    return cast("Tree", value) if isinstance(value, dict) else {}


def children(tree: Tree, name: str) -> list[Tree]:
    """Return the objects under a name, also when the journal gave a single one without its list."""
    value = tree.get(name)
    if isinstance(value, dict):
        return [cast("Tree", value)]
    return [cast("Tree", item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def word(tree: Tree, name: str) -> str:
    """Return the text under a name, stripped; texts of a list with blanks between; a number as written."""
    return _plain(tree.get(name))


def words(tree: Tree, name: str) -> list[str]:
    """Return the texts under a name, those that are not empty."""
    value = tree.get(name)
    texts = [_plain(item) for item in value] if isinstance(value, list) else [_plain(value)]
    return [text for text in texts if text]


def number(tree: Tree, name: str) -> Decimal | None:
    """Return the number under a name, exactly as it was written; a text or a truth value is none."""
    value = tree.get(name)
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    return value if isinstance(value, Decimal) and value.is_finite() else None


def truth(tree: Tree, name: str) -> bool | None:
    """Return the truth value under a name, or None."""
    value = tree.get(name)
    return value if isinstance(value, bool) else None


def choice(tree: Tree, stem: str) -> str:
    """Return which of the fields of a choice is there: `onset` finds `onsetDateTime`; empty when none is."""
    return next(
        (key for key in tree if key.startswith(stem) and key[len(stem) : len(stem) + 1].isupper()), ""
    )


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, list):
        return " ".join(
            text for item in value if not isinstance(item, dict | list) and (text := _plain(item))
        )
    return ""

"""Who changed a resource last and when, as far as the resource itself says so: FHIR promises neither, and nobody is guessed at.

Who is to do a task, who wished for a goal or who made the first reading need not be the one who changed it.
"""

from __future__ import annotations

from typing import cast

import msgspec

_RECORDED_BY = ("author", "recorder")


def author_of(body: bytes, before: bytes = b"") -> str:
    """Return who recorded this version of a resource, in words where there are any, else by reference; empty when nobody knows.

    Args:
        body: the version.
        before: the version that was known before it: whom that one names already says nothing of what came after.
    """
    tree, known = _tree(body), _tree(before)
    for name in _RECORDED_BY:
        if tree.get(name) != known.get(name) and (said := _person(tree.get(name))):
            return said
    return ""


def _person(value: object) -> str:
    """Return whom a reference names, or the first of a list of them."""
    one = value[0] if isinstance(value, list) and value else value
    said = (one.get("display") or one.get("reference")) if isinstance(one, dict) else ""
    return said if isinstance(said, str) else ""


def time_of(body: bytes, last_updated: str = "") -> str:
    """Return when a resource was changed: the journal's own time, or else what the resource says."""
    said = _tree(body).get("lastModified")
    return last_updated or (said if isinstance(said, str) else "")


def _tree(body: bytes) -> dict[str, object]:
    try:
        tree = msgspec.json.decode(body) if body else {}
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return cast("dict[str, object]", tree) if isinstance(tree, dict) else {}

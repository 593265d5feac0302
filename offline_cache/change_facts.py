"""Who changed a resource last and when, as far as the resource itself says so: FHIR promises neither."""

from __future__ import annotations

from typing import cast

import msgspec

_WHO = ("lastModifiedBy", "author", "expressedBy", "owner", "performer", "recorder", "requester")


def author_of(body: bytes) -> str:
    """Return who a resource names as its author, in words where there are any, else by reference; empty when nobody."""
    tree = _tree(body)
    for name in _WHO:
        value = tree.get(name)
        one = value[0] if isinstance(value, list) and value else value
        if isinstance(one, dict):
            said = one.get("display") or one.get("reference")
            if isinstance(said, str):
                return said
    return ""


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

"""The text of a DocumentReference that a chart would show: what it hides is not to be found by searching either."""

from __future__ import annotations

from typing import Any

import msgspec

from offline_cache.attachment import read_attachment


def text_of(body: bytes) -> str:
    """Return the text of all plain attachments that are whole; empty for a note marked as wrong."""
    note = tree_of(body)
    if note.get("status") == "entered-in-error":
        return ""
    attachments = (content.get("attachment") for content in objects(note.get("content")))
    texts = (read_attachment(each).text for each in attachments if isinstance(each, dict))
    return "\n\n".join(text for text in texts if text)


def tree_of(body: bytes) -> dict[str, Any]:
    """Return the resource as a tree; an empty one when it cannot be read."""
    try:
        tree = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}


def objects(node: object) -> list[dict[str, Any]]:
    """Return the objects of a list; of anything else, none."""
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []

"""The text of a DocumentReference that a chart would show: what it hides is not to be found by searching either."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

import msgspec

_PLAIN = frozenset({"text/plain", ""})


def text_of(body: bytes) -> str:
    """Return the text of all plain attachments that are whole; empty for a note marked as wrong."""
    note = tree_of(body)
    if note.get("status") == "entered-in-error":
        return ""
    attachments = (content.get("attachment") for content in objects(note.get("content")))
    texts = (_attached(each) for each in attachments if isinstance(each, dict))
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


def _attached(attachment: dict[str, Any]) -> str:
    media, _, parameters = str(attachment.get("contentType") or "").lower().partition(";")
    data = attachment.get("data")
    if media.strip() not in _PLAIN or not isinstance(data, str):
        return ""
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
        charset = parameters.partition("charset=")[2].strip(" \"'")
        return raw.decode(charset or "utf-8") if _is_whole(attachment, raw) else ""
    except (binascii.Error, LookupError, ValueError):
        return ""


def _is_whole(attachment: dict[str, Any], raw: bytes) -> bool:
    """Tell whether the size and the SHA-1 that came with it, if any, are those of these bytes."""
    given, size = attachment.get("hash"), attachment.get("size")
    if size is not None and str(size) != str(len(raw)):
        return False
    digest = hashlib.sha1(raw, usedforsecurity=False).digest()
    return not given or given in (base64.b64encode(digest).decode(), digest.hex())

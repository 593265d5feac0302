"""Parts of a chart that the patient has blocked (sperring, pbrl. §5-3): that they are there is kept, what they say is not.

A journal should hold them back itself. One that sends them all the same marks them, and the mark is obeyed here: nothing of the
content comes into the cache, its index or its news.
"""

from __future__ import annotations

import msgspec

_SYSTEM_END = "1.12.4.1.1.9603"
"""Volven 9603, Nekting/sperring av innsyn, as `urn:oid:2.16.578.1.12.4.1.1.9603`."""

_CODE = "NORS"
_HINTS = (_CODE.encode(), b"\\u")
_KEPT = ("resourceType", "id", "meta", "status", "subject", "patient", "for", "beneficiary")
"""What tells whose it is and that it is there."""


def is_blocked(body: bytes) -> bool:
    """Tell whether a resource is marked as blocked; a Patient never is, only parts of the chart are."""
    if not any(hint in body for hint in _HINTS):
        return False
    try:
        tree = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False  # it is shown as what cannot be shown
    if not isinstance(tree, dict) or tree.get("resourceType") == "Patient":
        return False
    meta = tree.get("meta")
    labels = meta.get("security") if isinstance(meta, dict) else None
    return any(
        isinstance(label, dict)
        and label.get("code") == _CODE
        and str(label.get("system", "")).endswith(_SYSTEM_END)
        for label in (labels if isinstance(labels, list) else [])
    )


def without_content(body: bytes) -> bytes:
    """Return a blocked resource without anything that it says."""
    tree = msgspec.json.decode(body)
    return msgspec.json.encode({name: tree[name] for name in _KEPT if name in tree})

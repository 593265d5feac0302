"""Changing members of a resource on its own bytes: what is not changed stays byte for byte, unknown fields and decimals too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from collections.abc import Mapping

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode


def members(body: bytes) -> dict[str, msgspec.Raw]:
    """Return the members of an object, each as its own bytes.

    Raises:
        Trouble: CANNOT_CHANGE when it is no object.
    """
    try:
        return _members(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Trouble(TroubleCode.CANNOT_CHANGE) from None


def items(body: bytes) -> list[bytes]:
    """Return the items of a list, each as its own bytes; nothing when it is no list."""
    try:
        return [bytes(one) for one in _items(body)]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []


def raw(value: object) -> bytes:
    """Return a value as JSON, decimals as they stand."""
    return _encode(value)


def with_members(body: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """Return the object with these members set to these bytes; None takes one away."""
    tree = members(body)
    for name, value in changes.items():
        if value is None:
            tree.pop(name, None)
        else:
            tree[name] = msgspec.Raw(value)
    return _encode(tree)


def with_item(body: bytes, index: int, item: bytes) -> bytes:
    """Return the list with one item put in the place of another.

    Raises:
        Trouble: CANNOT_CHANGE when there is no such item.
    """
    kept = items(body)
    if not 0 <= index < len(kept):
        raise Trouble(TroubleCode.CANNOT_CHANGE)
    kept[index] = item
    return b"[" + b",".join(kept) + b"]"

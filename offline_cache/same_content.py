"""Whether two copies of a resource say the same, whatever a journal adds of its own: version, time of change, narrative."""

from __future__ import annotations

from decimal import Decimal

import msgspec

_JOURNALS_OWN = frozenset({"id", "meta", "text"})
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def same_content(one: bytes, other: bytes) -> bool:
    """Tell whether both say the same; numbers are compared as numbers, lists in their order."""
    first, second = _said(one), _said(other)
    return first is not None and first == second


def _said(body: bytes) -> dict[str, object] | None:
    try:
        tree = _decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError, ArithmeticError):
        return None
    if not isinstance(tree, dict):
        return None
    return {name: value for name, value in tree.items() if name not in _JOURNALS_OWN}

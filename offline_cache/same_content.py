"""Whether two forms of a resource say the same: as news for a reader, and as the work that we sent and the journal kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

_JOURNALS_OWN = frozenset({"id", "meta", "text"})
"""What a journal writes of its own into a resource that it takes: its id, version and time, and a narrative."""

_decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode


def is_same_content(one: bytes, other: bytes) -> bool:
    """Compare all but `meta`; another order of members is no news, and a decimal written 1.50 is not the one written 1.5."""
    if one == other:
        return True
    left, right = _tree(one), _tree(other)
    if left is None or right is None:
        return False
    left.pop("meta", None)
    right.pop("meta", None)
    return bool(_canonical(left) == _canonical(right))


def is_same_work(sent: bytes, kept: bytes) -> bool:
    """Tell whether the journal's copy is what was sent; numbers are compared as numbers, lists in their order."""
    left, right = _tree(sent), _tree(kept)
    return left is not None and right is not None and _sent(left) == _sent(right)


def _tree(body: bytes) -> dict[str, Any] | None:
    try:
        return _decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError, ArithmeticError):
        return None


def _sent(tree: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in tree.items() if name not in _JOURNALS_OWN}


def _canonical(node: Any) -> Any:  # noqa: ANN401  any JSON
    if isinstance(node, dict):
        return {name: _canonical(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_canonical(value) for value in node]
    return str(node) if isinstance(node, Decimal) else (type(node).__name__, node)

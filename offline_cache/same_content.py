"""Whether two forms of a resource say the same: another version number or another order of members is no news."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

_decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode


def is_same_content(one: bytes, other: bytes) -> bool:
    """Compare all but `meta`; a decimal written 1.50 is not the one written 1.5."""
    if one == other:
        return True
    try:
        left, right = _decode(one), _decode(other)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    left.pop("meta", None)
    right.pop("meta", None)
    return bool(_canonical(left) == _canonical(right))


def _canonical(node: Any) -> Any:  # noqa: ANN401  any JSON
    if isinstance(node, dict):
        return {name: _canonical(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_canonical(value) for value in node]
    return str(node) if isinstance(node, Decimal) else (type(node).__name__, node)

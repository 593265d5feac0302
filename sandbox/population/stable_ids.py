"""Ids of the built-in resources: the same at every first start, and nothing of a person can be read from them."""

from __future__ import annotations

from uuid import UUID, uuid5

_NAMESPACE = UUID("6f1d5b1e-9a3c-4c55-8f5e-2f6f3e1c7a10")


def stable_id(*words: str) -> str:
    """Return the id that always belongs to these words."""
    return str(uuid5(_NAMESPACE, "\x1f".join(words)))

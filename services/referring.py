"""What a new entry refers to: other entries of ours that must be in the journal first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from offline_cache.entries import NewPart
    from offline_cache.store import Store

_REFERENCE = re.compile(rb'"urn:uuid:([0-9A-Za-z._-]+)"')


def referred_entries(store: Store, entry_id: str, parts: Sequence[NewPart]) -> set[str]:
    """Return the entries whose parts these parts refer to, or are made from; the entry itself is none of them."""
    named: set[str] = {part.base.follows for part in parts if part.base is not None and part.base.follows}
    for part in parts:
        named |= {match.decode() for match in _REFERENCE.findall(part.body)}
    found = (store.entries.part(op_id) for op_id in sorted(named))
    return {part.entry_id for part in found if part is not None} - {entry_id, ""}


def op_ids_of(store: Store, entry_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the ids of the parts of entries, in their order."""
    return {entry_id: [part.op_id for part in store.entries.parts(entry_id)] for entry_id in entry_ids}

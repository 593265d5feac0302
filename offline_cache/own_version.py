"""Whether a version that the journal gave is one that we wrote: no news to who wrote it, but what a colleague made of it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.kept_differently import differing, from_detail
from offline_cache.same_content import is_same_work

if TYPE_CHECKING:
    from client.resource import Resource
    from offline_cache.entry_records import PartRecord


def is_version_of(part: PartRecord, resource: Resource, before: bytes) -> bool:
    """Tell whether a version of a resource is what came of a part of ours.

    Args:
        part: The part, signed for this resource.
        resource: The version, which says something else than the one before.
        before: The version that was here; empty for none.
    """
    if part.version_id and resource.version_id:
        return part.version_id == resource.version_id or is_same_work(part.body, resource.body)
    return _says(part, resource.body) and not (before and _says(part, before))


def _says(part: PartRecord, body: bytes) -> bool:
    """Tell whether a body says what the part does, but for what the journal is known to have made of it (fault Q8)."""
    return differing(part.body, body, is_update=part.is_update) == from_detail(part.detail)

"""Meeting what somebody else made of the resource that we changed: what the journal has now, and whether that is our own work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import JournalError
from offline_cache.part_sending import StalePart
from offline_cache.same_content import is_same_work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.journal import JournalClient
    from client.resource import Resource
    from offline_cache.entries import PartRecord

_GONE = frozenset({404, 410})


class Meeting:
    """Reads the other side."""

    def __init__(self, client: JournalClient) -> None:
        self._client = client

    async def current(self, part: PartRecord) -> Resource | None:
        """Return what the journal has now under an update's target; None when it has nothing there."""
        try:
            return await self._client.read(part.type, part.target_id)
        except JournalError as error:
            if error.status in _GONE:
                return None
            raise

    async def first_stale(self, parts: Sequence[PartRecord]) -> StalePart | None:
        """Return the update for which a journal refused a whole transaction; None when no base has changed."""
        for part in parts:
            if part.is_update:
                current = await self.current(part)
                if current is None or current.version_id != part.base_version:
                    return StalePart(part, 412, current)
        return None

    def is_ours(self, current: Resource, part: PartRecord) -> bool:
        """Tell whether the current version is what we sent: its answer was lost, and it was applied."""
        return is_same_work(current.body, part.body)

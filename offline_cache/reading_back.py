"""Asking the journal what became of a part whose answer was lost (offline-cache.md §1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.fingerprint import is_same, question
from offline_cache.part_sending import IDENTIFIER_SYSTEM, Named, StalePart, carries
from offline_cache.same_content import is_same_work

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from client.capability import Capabilities
    from client.journal import JournalClient
    from client.resource import Resource
    from offline_cache.entries import PartRecord

_MOST_ASKED = 20
"""Pages of a search by fingerprint: one patient's measurements of one kind within two days are far fewer."""

_GONE = frozenset({404, 410})


ONE_OR_TWO = 2
"""Matches a page for an identifier: there is one, or by a fault two. A journal on short pages answers 413 to more."""


class ReadingBack:
    """Finds parts in the journal: by the identifier that we gave, or by what they say where it keeps none."""

    def __init__(self, client: JournalClient) -> None:
        self._client = client

    async def find(self, part: PartRecord, can: Capabilities, named: AbstractSet[str]) -> Named | None:
        """Return the part as the journal has it, or None.

        Args:
            part: what was sent.
            can: what the journal says it can do.
            named: ids that it gave other parts of ours: none of them can be this one.

        Raises:
            JournalError: the question failed; CONFLICT without a status: several may be it.
            StalePart: an update that was not applied, and cannot be any more.
        """
        if part.is_update:
            return await self._find_update(part, can)
        if keeps_identifier(part.type, can):
            found = await self._by_identifier(part)
        else:
            found = await self._by_fingerprint(part, can, named)
        if len(found) > 1:
            raise JournalError(ErrorKind.CONFLICT, detail="several may be it")
        return Named(part, found[0].id, found[0].version_id, 200, found[0].body) if found else None

    async def _by_identifier(self, part: PartRecord) -> list[Resource]:
        """Return what bears the part's identifier. A journal that finds others too has not understood."""
        identifier = ("identifier", f"{IDENTIFIER_SYSTEM}|urn:uuid:{part.op_id}")
        found: list[Resource] = []
        async for page in self._client.search(part.type, [identifier], page_size=ONE_OR_TWO, in_body=True):
            if not all(carries(resource.body, part) for resource in page.resources):
                raise JournalError(ErrorKind.WRONG_RESOURCE, detail="found by another identifier")
            found += page.resources
        return found

    async def _by_fingerprint(
        self, part: PartRecord, can: Capabilities, named: AbstractSet[str]
    ) -> list[Resource]:
        alike: dict[str, Resource] = {}
        pages = 0
        async for page in self._client.search(part.type, question(part.type, part.body, can), in_body=True):
            for resource in page.resources:
                if carries(resource.body, part):
                    return [resource]
                if resource.id not in named and is_same(part.body, resource.body):
                    alike[resource.id] = resource
            pages += 1
            if pages >= _MOST_ASKED:
                raise JournalError(ErrorKind.BROKEN, detail="more pages than can be")
        return list(alike.values())

    async def _find_update(self, part: PartRecord, can: Capabilities) -> Named | None:
        """Tell what became of an update: it is the current version, or an earlier one, or was never applied."""
        try:
            current = await self._client.read(part.type, part.target_id)
        except JournalError as error:
            if error.status in _GONE:
                raise StalePart(part, error.status) from None
            raise
        if is_same_work(current.body, part.body):
            return Named(part, current.id, current.version_id, 200)
        if current.version_id and part.base_version:
            untouched = current.version_id == part.base_version
        else:
            untouched = is_same_work(current.body, part.base_body)
        if untouched:
            return None
        if can.can(part.type, "history-instance"):
            for version in await self._client.history(part.type, part.target_id):
                if version.version_id != part.base_version and is_same_work(version.body, part.body):
                    return Named(part, version.id, version.version_id, 200)
        raise StalePart(part, 412, current)


def keeps_identifier(type_: str, can: Capabilities) -> bool:
    """Tell whether a part can be asked for by its identifier; a statement that names no parameter at all leaves that open."""
    named = can.of(type_).search_params
    return can.conditional_create(type_) or not named or "identifier" in named

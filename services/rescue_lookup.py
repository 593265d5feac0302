"""Reading back before anything is delivered: does the journal have this part already, by the id it gave or by the part's own?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.entry_records import PartRecord
from offline_cache.outbox import IDENTIFIER_SYSTEM
from offline_cache.part_sending import StalePart
from offline_cache.reading_back import ONE_OR_TWO, ReadingBack
from offline_cache.same_content import is_same_work
from offline_cache.sealed_entry import SealedPart
from offline_cache.states import EntryState

if TYPE_CHECKING:
    from client.capability import Capabilities
    from client.journal import JournalClient
    from client.resource import Resource
    from offline_cache.sealed_entry import SealedNeed


class Standing(StrEnum):
    """How a part stands in the journal."""

    THERE = "there"
    ABSENT = "absent"
    REMOVED = "removed"  # it was acknowledged once and has been taken out of the journal since
    TWICE = "twice"  # more than one resource bears its id
    NOT_UNDERSTOOD = "not-understood"  # the journal answers about something else
    CHANGED = "changed"  # an update: somebody else has changed the same thing meanwhile
    TARGET_GONE = "target-gone"  # an update: what it changes has been taken out of the journal


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, with the journal's id where there is one."""

    standing: Standing
    server_id: str = ""
    version_id: str = ""


async def look(client: JournalClient, part: SealedPart | SealedNeed, can: Capabilities) -> Looked:
    """Ask for one part.

    Raises:
        JournalError: The journal could not be asked.
    """
    if isinstance(part, SealedPart) and part.method == "PUT":
        return await _by_content(client, part, can)
    known = await _by_journal_id(client, part) if part.server_id else None
    return known or await _by_identifier(client, part)


async def _by_content(client: JournalClient, part: SealedPart, can: Capabilities) -> Looked:
    """Ask what became of an update: applied, overtaken, or not there, and then over which version it may be sent."""
    sent = PartRecord(
        part.op_id,
        part.number,
        part.type,
        part.body,
        EntryState.UNKNOWN,
        "",
        "",
        0,
        "",
        target_id=part.target,
        base_version=part.if_match,
        base_body=part.base_body,
    )
    try:
        found = await ReadingBack(client).find(sent, can, frozenset())
        if found is not None:
            return Looked(Standing.THERE, found.server_id, found.version_id)
        if part.if_match:
            return Looked(Standing.ABSENT)
        current = await client.read(part.type, part.target)
    except StalePart as stale:
        return Looked(Standing.CHANGED if stale.current is not None else Standing.TARGET_GONE)
    untouched = is_same_work(current.body, part.base_body)
    return Looked(Standing.ABSENT if untouched else Standing.CHANGED, version_id=current.version_id)


async def _by_journal_id(client: JournalClient, part: SealedPart | SealedNeed) -> Looked | None:
    """Read what the journal acknowledged; None when it does not know the id, or gave it to something else after a restore."""
    try:
        known = await client.read(part.type, part.server_id)
    except JournalError as error:
        if error.kind is ErrorKind.GONE:
            return Looked(Standing.REMOVED)
        if error.kind is ErrorKind.NOT_FOUND:
            return None
        raise
    return Looked(Standing.THERE, known.id, known.version_id) if _carries(known, part) else None


async def _by_identifier(client: JournalClient, part: SealedPart | SealedNeed) -> Looked:
    """Search by the part's own identifier."""
    found: list[Resource] = []
    query = [("identifier", f"{IDENTIFIER_SYSTEM}|urn:uuid:{part.op_id}")]
    async for page in client.search(part.type, query, page_size=ONE_OR_TWO, in_body=True):
        if not all(_carries(one, part) for one in page.resources):
            return Looked(Standing.NOT_UNDERSTOOD)
        found += page.resources
    if len(found) > 1:
        return Looked(Standing.TWICE)
    return Looked(Standing.THERE, found[0].id, found[0].version_id) if found else Looked(Standing.ABSENT)


def _carries(resource: Resource, part: SealedPart | SealedNeed) -> bool:
    """Tell whether a resource is the part: nothing else in the world bears its id."""
    return part.op_id.encode() in resource.body

"""Whether the audit log is whole: against its own chain, the end that is kept outside the database, and the journal's copy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.audit import AuditHead
from offline_cache.errors import AuditBroken, CacheError
from services.log_event import LOG_TAG, link_of

if TYPE_CHECKING:
    from client.journal import JournalClient
    from offline_cache.store import Store
    from offline_cache.vault import Vault
    from ports.worker import Worker
    from services.session import Session

_PAGE = 100
_MOST_PAGES = 5
_NO_ANSWER = frozenset(
    {ErrorKind.UNREACHABLE, ErrorKind.ANSWER_LOST, ErrorKind.NOT_FHIR, ErrorKind.SERVER_FAULT}
)


class JournalSays(StrEnum):
    """What the journal's copy of the log says of ours."""

    NOT_ASKED = "not-asked"
    UNREACHABLE = "unreachable"
    NO_COPY = "no-copy"  # it takes no such log, or does not let this clinician read it
    AGREES = "agrees"
    DISAGREES = "disagrees"  # it holds a row that is not in our chain: ours was cut, or made anew


@dataclass(frozen=True, slots=True)
class LogFinding:
    """What was found.

    Attributes:
        rows: how many rows the log has.
        broken_at: the sequence number from which the chain does not hold; None where it is whole.
        kept: how far the end reaches that is kept outside the database; None where none is kept.
        told: how many rows the journal has acknowledged.
        journal: what the journal's copy says.
        seen: how many of the journal's rows were held against ours.
    """

    rows: int
    broken_at: int | None
    kept: int | None
    told: int
    journal: JournalSays = JournalSays.NOT_ASKED
    seen: int = 0

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing speaks against the log."""
        return self.broken_at is None and self.journal is not JournalSays.DISAGREES


async def check_log(session: Session, worker: Worker, *, asks_journal: bool) -> LogFinding:
    """Recompute the whole chain, and hold the journal's newest rows against it if asked to. Writes nothing."""
    found = await worker.run(_own, session.store, session.vault)
    if not asks_journal:
        return found
    says, broken_at, seen = await _journals(session.client, session.store, worker)
    at = min((one for one in (found.broken_at, broken_at) if one is not None), default=None)
    return LogFinding(found.rows, at, found.kept, found.told, says, seen)


def _own(store: Store, vault: Vault | None) -> LogFinding:
    kept: AuditHead | None = None
    if vault is not None:
        try:
            kept = vault.kept_head()
        except CacheError:  # the keyring is silent just now; opening has compared it already
            kept = None
    broken_at = None
    try:
        store.audit.verify(kept)
    except AuditBroken as broken:
        broken_at = broken.sequence
    return LogFinding(store.audit.head.sequence, broken_at, kept.sequence if kept else None, store.told.upto)


async def _journals(
    client: JournalClient, store: Store, worker: Worker
) -> tuple[JournalSays, int | None, int]:
    """Ask for the newest rows that the journal has of this log; return what they say, where they differ, how many they are."""
    query = [("_tag", f"{LOG_TAG}|{store.database_id}"), ("_sort", "-date")]
    links: list[AuditHead] = []
    try:
        can = await client.capabilities()
        if not can.can("AuditEvent", "search-type"):
            return JournalSays.NO_COPY, None, 0
        pages = 0
        async for page in client.search("AuditEvent", query, page_size=_PAGE):
            said = (link_of(one.body, store.database_id) for one in page.resources)
            links += [AuditHead(*link) for link in said if link is not None]
            pages += 1
            if pages == _MOST_PAGES:
                break
    except JournalError as error:
        is_silent = error.kind in _NO_ANSWER
        return (JournalSays.UNREACHABLE if is_silent else JournalSays.NO_COPY), None, 0
    strangers = await worker.run(lambda: [one.sequence for one in links if not store.audit.holds(one)])
    if strangers:
        return JournalSays.DISAGREES, min(strangers), len(links)
    return (JournalSays.AGREES if links else JournalSays.NO_COPY), None, len(links)

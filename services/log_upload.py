"""Telling the journal the audit log: in order, a few rows at a time, each once whatever is cut off on the way.

A row whose answer was lost is sent again, and the journal takes it once: the create is conditional on the row's own hash. A
journal that cannot do that, or takes no AuditEvent, is told nothing; the log then stays on the machine.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from client.auth.scopes import allows, is_told
from client.errors import ErrorKind, JournalError
from services.log_event import bundle_of, event_of, only_once

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.capability import Capabilities
    from offline_cache.audit import AuditRecord
    from ports.clock import Clock
    from ports.worker import Worker
    from services.session import Session

AT_ONCE = 25
"""Rows in one request: some 45 kB, and no copy comes back."""

_MOST_REQUESTS = 8
"""How many requests one turn may make: a long log goes up over several turns, between what is more urgent."""

_PAUSE = timedelta(hours=1)
_REFUSALS = frozenset(
    {
        ErrorKind.FORBIDDEN,
        ErrorKind.NOT_FOUND,
        ErrorKind.GONE,
        ErrorKind.CONFLICT,
        ErrorKind.REFUSED,
        ErrorKind.TOO_LARGE,
        ErrorKind.BROKEN,
        ErrorKind.WRONG_RESOURCE,
    }
)
"""Answers that the same question would get again at once."""

_GOOD = (200, 201)
_SEVERAL = 412  # what a conditional create gets where several are like it (FHIR R4, http.html#ccreate)

_Told = tuple["AuditRecord", bytes]


class LogStanding(StrEnum):
    """What becomes of the log with this journal."""

    UNKNOWN = "unknown"  # not asked yet
    TAKEN = "taken"
    CANNOT = "cannot"  # it takes no AuditEvent, not each once, or the sign-in gives no right to it
    REFUSED = "refused"  # it said no; it is asked again after a while


class LogUpload:
    """The upload of one session's log."""

    def __init__(self, session: Session, worker: Worker, clock: Clock) -> None:
        self._session = session
        self._worker = worker
        self._clock = clock
        self._not_before: datetime | None = None
        self.standing = LogStanding.UNKNOWN

    async def tell(self, can: Capabilities) -> int:
        """Tell what the journal does not have yet, as far as one turn goes; return how many rows it acknowledged.

        Raises:
            JournalError: the journal was lost on the way; what it acknowledged is kept.
        """
        if not self._may(can):
            return 0
        done = 0
        try:
            for _ in range(_MOST_REQUESTS):
                rows = await self._worker.run(self._next)
                told = await self._send(rows, can) if rows else 0
                done += told
                if told < AT_ONCE:
                    break
        except JournalError as error:
            if error.kind not in _REFUSALS:
                raise
            self._pause()
        return done

    def _may(self, can: Capabilities) -> bool:
        """Tell whether this journal takes the log from this clinician now."""
        session = self._session
        scopes = session.tokens.grant.scopes
        if session.vault is None or session.store.read_only:
            return False  # with no cache each opening was told before it was shown
        is_able = can.can("AuditEvent", "create") and can.conditional_create("AuditEvent")
        if not is_able or (is_told(scopes) and not allows(scopes, "AuditEvent", "c")):
            self.standing = LogStanding.CANNOT
            return False
        return self._not_before is None or self._clock.now() >= self._not_before

    def _next(self) -> list[_Told]:
        """Return the next rows with their events."""
        store = self._session.store
        upto = store.told.upto
        before = bytes(32)
        if upto and (last := store.audit.records(upto - 1, 1)):
            before = last[0].hash
        rows: list[_Told] = []
        for record in store.told.waiting(AT_ONCE):
            rows.append((record, event_of(record, before, store.database_id)))
            before = record.hash
        return rows

    async def _send(self, rows: Sequence[_Told], can: Capabilities) -> int:
        """Send rows in one transaction where the journal has those, else one by one; return how many it acknowledged."""
        if not can.transaction or len(rows) == 1:
            return await self._send_apart(rows)
        try:
            parts = await self._session.client.transaction(bundle_of(rows), is_terse=True)
        except JournalError as error:
            if error.kind not in _REFUSALS or error.may_be_applied:
                raise
            return await self._send_apart(rows)
        taken = next((n for n, part in enumerate(parts) if part.status not in _GOOD), len(parts))
        if taken:
            await self._keep(rows[taken - 1][0])
        if taken < len(rows):
            self._pause()
        return taken

    async def _send_apart(self, rows: Sequence[_Told]) -> int:
        for record, event in rows:
            try:
                await self._session.client.create(
                    "AuditEvent", event, if_none_exist=only_once(record), is_terse=True
                )
            except JournalError as error:
                if error.status != _SEVERAL:  # it has the row more than once
                    raise
            await self._keep(record)
        return len(rows)

    async def _keep(self, record: AuditRecord) -> None:
        self.standing = LogStanding.TAKEN
        await self._worker.run(self._session.store.told.told, record.sequence)

    def _pause(self) -> None:
        self.standing = LogStanding.REFUSED
        self._not_before = self._clock.now() + _PAUSE

"""What one session may keep, and until when: the lease, the purges that follow from it, and the journal's word that all must go.

The lease is counted on the event loop and kept by the store's worker. Whatever fails here is tried again at the next look;
nothing here keeps a nurse from writing.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.errors import JournalError
from clinical.shifts import shift_at
from offline_cache.errors import CacheError
from offline_cache.lease import Lease, LeaseRecord, LeaseView
from offline_cache.lease_state import LeaseState
from offline_cache.purges import PurgeReason
from offline_cache.retention import Retention
from offline_cache.wipe import WipeReport, begin_wipe, finish_wipe
from services import keeping, leaving
from services.access import Access
from services.trouble import Trouble, TroubleCode
from services.wipe_word import WipeWord, tell_end_of_wipe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from datetime import datetime

    from client.auth.transport import AuthTransport
    from offline_cache.store import Store
    from ports.keyring import KeyProtector
    from services.session import Session
    from services.setup import Setup

_LEASE = "lease"
_LOOK = 30.0
"""Seconds between two looks at the clocks."""

_MIRROR_EVERY = 10
"""Rows of the log that may be written before its end is kept outside the database again: a keyring takes half a second."""

_KEEP = 60.0
"""Seconds of the lease that a crash may forget."""

_NOT_READ = {
    LeaseState.HARD_END: TroubleCode.CHARTS_REMOVED,
    LeaseState.WITHDRAWN: TroubleCode.WIPE_WAITS,
}
"""Why no patient is shown, by how the lease stands; else it has ended."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the status line says of it: how the lease stands, and how many charts must go and had to stay."""

    lease: LeaseView | None
    held: int


class Retaining:
    """The retention of one session.

    Args:
        setup: The seams and the policy.
        session: The open session.
        http: The way to the policy endpoint.
        protector: The keyring, for the wipe.
        is_sealed: Tells whether a signed entry lies sealed beside the database.
        rewrite: Writes the database anew after a purge; by itself the store's own compacting.
    """

    def __init__(
        self,
        setup: Setup,
        session: Session,
        http: AuthTransport,
        protector: KeyProtector | None,
        *,
        is_sealed: Callable[[str], bool] = lambda _entry_id: False,
        rewrite: Callable[[], None] | None = None,
    ) -> None:
        self._setup = setup
        self._session = session
        self._http = http
        self._protector = protector
        self._store: Store = session.store
        self._word = WipeWord(setup, session, http)
        self._retention = Retention(
            session.store,
            setup.clock,
            actor=session.clinician.fhir_user,
            is_sealed=is_sealed,
            rewrite=rewrite,
        )
        self._access = Access(session.store, setup.clock, session.clinician)
        self._ended = 0
        self._lease: Lease | None = None
        self._written: LeaseRecord | None = None
        self._held = 0
        self._mirrored = 0
        self._began_readable = True
        self.is_over = False
        """Whether the cache of this session is gone."""

    async def begin(self, *, is_contact: bool) -> None:
        """Take up the lease where it was left, and finish what was begun. `is_contact`: the clinician has just signed in."""
        if self._session.vault is None or self._store.read_only:
            return
        kept, since = await self._setup.worker.run(self._read)
        if kept is not None:
            self._lease = Lease(self._setup.clock, self._setup.retention, kept)
        else:
            contact = since or self._setup.clock.now()
            end = shift_at(contact).end
            self._lease = Lease.begin(self._setup.clock, self._setup.retention, end, since=since)
        if is_contact:
            self._renew()
        await self.look()
        self._began_readable = self.kept().lease is None or self._may_read()

    def kept(self) -> Kept:
        """Return how it stands now. Costs nothing."""
        return Kept(self._lease.look() if self._lease is not None else None, self._held)

    @property
    def must_lock(self) -> bool:
        """Tell whether the screen must be cleared: the lease has ended since the session began, or the cache is gone."""
        return self.is_over or (self._began_readable and not self._may_read())

    def require_reading(self) -> None:
        """Let nothing of a patient be read past the end of the lease.

        Raises:
            Trouble: LEASE_ENDED, CHARTS_REMOVED, or WIPE_WAITS on the journal's word; what is written stays, and the outbox
                can be seen and sent.
        """
        if not self._may_read():
            raise Trouble(_NOT_READ.get(self._state(), TroubleCode.LEASE_ENDED))

    async def run(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Look at the clocks, for ever, and tell when the lease has come to another state, or an access has ended."""
        before = self._state(), self._ended
        while not self.is_over:
            await self._setup.clock.sleep(_LOOK)
            await self.look()
            if (self._state(), self._ended) != before:
                before = self._state(), self._ended
                await changed()

    async def look(self, in_sight: Collection[str] = ()) -> None:
        """Count the lease, keep it, end what is over, and purge what must go. A disk that fails is tried again at the next look.

        Without a cache there is no lease, and what was opened for a time ends all the same.
        """
        if self._store.read_only or self.is_over:
            return
        with contextlib.suppress(CacheError):
            if self._lease is None:
                await self._setup.worker.run(self._carry_out, in_sight)
            else:
                view = self._lease.look()
                await self._setup.worker.run(self._settle, self._lease.record, view.state, in_sight)

    async def reached(self, *, let_in: bool, in_sight: Collection[str] = ()) -> bool:
        """The journal has answered; return whether the session goes on.

        Args:
            let_in: Whether it let this clinician in; that renews the lease, unless the machine is to be wiped.
            in_sight: Patients whose chart is open on the screen.
        """
        if self._lease is None or self.is_over:
            return not self.is_over
        heard = self._session.transport.journal_time
        if not let_in and heard is not None:
            self._lease.hear(heard)
        was_ordered = self._lease.record.withdrawn
        unsealed = await self._setup.worker.run(self._retention.unsealed)
        if await self._word.is_ordered(let_in=let_in, before=was_ordered, held=len(unsealed)):
            return await self._obey(unsealed)
        if let_in:
            self._renew()
        elif was_ordered:
            self._lease.give_back()
        await self.look(in_sight)
        return True

    async def listed(self, in_sight: Collection[str]) -> None:
        """A list of visits has come down: purge who is no longer on it, if the list is proved whole."""
        if self._lease is not None and not self.is_over:
            with contextlib.suppress(CacheError):
                await self._setup.worker.run(self._drop_off_list, in_sight)

    async def end_cache(self, *, even_drafts: bool = False) -> None:
        """Remove this clinician's cache from this machine; others' caches are not touched.

        Raises:
            Trouble: UNSENT_STAYS while something signed is neither in the journal nor sealed, or something is being written.
        """
        if self._session.vault is None or self.is_over:
            return
        unsealed = await self._setup.worker.run(self._retention.unsealed)
        drafts = await self._setup.worker.run(self._store.entries.drafts)
        if unsealed or (drafts and not even_drafts):
            raise Trouble(TroubleCode.UNSENT_STAYS, unsent=str(len(unsealed)), drafts=str(len(drafts)))
        await self._destroy(None)

    def _state(self) -> LeaseState:
        return self._lease.look().state if self._lease is not None else LeaseState.NONE

    def _may_read(self) -> bool:
        return not self.is_over and self._state().may_read

    def _renew(self) -> None:
        """Begin the lease anew, by the journal's time where it gives one."""
        if self._lease is not None:
            heard = self._session.transport.journal_time
            self._lease.renew(shift_at(heard or self._setup.clock.now()).end, heard)

    async def _obey(self, unsealed: list[str]) -> bool:
        """Wipe, or, while something signed would be lost with it, remove the charts and show no patient."""
        if self._lease is not None and unsealed:
            self._lease.withdraw()
            await self.look()
            return True
        await self._destroy(self._word.report)
        if self._session.vault is not None:
            folder = self._session.vault.store_path.parent
            with contextlib.suppress(JournalError, CacheError):
                await tell_end_of_wipe(self._setup, self._http, folder)
        return False

    async def _destroy(self, report: WipeReport | None) -> None:
        vault = self._session.vault
        if vault is None:
            return
        folder = vault.store_path.parent
        await self._setup.worker.run(begin_wipe, folder, self._setup.disk, report=report)
        self.is_over = True  # from here on only a start can finish what fails
        await self._setup.worker.run(self._store.close)
        with contextlib.suppress(CacheError):
            await self._setup.worker.run(finish_wipe, folder, self._setup.disk, self._protector)
        await leaving.give_back(self._session)  # last: no issuer holds up a wipe

    def _read(self) -> tuple[LeaseRecord | None, datetime | None]:
        """Return the lease that was kept; without one, when the journal was last heard."""
        kept = self._store.meta.get(_LEASE)
        record = self._store.scopes.round()
        return LeaseRecord.from_bytes(kept) if kept else None, record.as_of if record else None

    def _settle(self, record: LeaseRecord, state: LeaseState, in_sight: Collection[str]) -> None:
        """Keep the lease when it has moved, and carry out what follows from it."""
        self._mirror()
        before = self._written
        is_news = before is None or _but_time(before) != _but_time(record)
        if before is None or is_news or record.counted - before.counted >= _KEEP:
            self._store.meta.put(_LEASE, record.to_bytes())
            self._written = record
        if state is LeaseState.HARD_END:
            self._retention.order_all(PurgeReason.HARD_END)
        elif state is LeaseState.WITHDRAWN:
            self._retention.order_all(PurgeReason.JOURNAL)
        self._carry_out(in_sight)

    def _carry_out(self, in_sight: Collection[str]) -> None:
        self._ended += self._access.end_those_over()
        if self._store.purges.all():
            self._held = len(self._retention.carry_out(in_sight=in_sight).held)
        else:
            self._held = 0

    def _mirror(self) -> None:
        """Keep the end of the log outside the database when it has moved on."""
        reach = self._store.audit.head.sequence
        if reach - self._mirrored >= _MIRROR_EVERY:
            keeping.mirror(self._session)
            self._mirrored = reach

    def _drop_off_list(self, in_sight: Collection[str]) -> None:
        record = self._store.scopes.round()
        if record is None or record.journal_count != len(record.visit_ids):
            return
        listed = [id_ for one in (record, *self._store.scopes.ahead()) for id_ in one.visit_ids]
        visits = [self._store.resources.get("Appointment", id_) for id_ in listed]
        opened = {one.patient for one in self._access.running()}
        self._retention.order_off_list({visit.patient for visit in visits if visit is not None} | opened)
        self._held = len(self._retention.carry_out(in_sight=in_sight).held)


def _but_time(record: LeaseRecord) -> tuple[object, ...]:
    """Return what of a record is news when it changes; its counting is not."""
    return record.lasts, record.hard, record.journal_at, record.withdrawn, record.put_back > 1

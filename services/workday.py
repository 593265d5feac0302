"""The one object that the screens hold: everything a nurse can do in a working day, with no screen in it.

Every method raises `Trouble` and nothing else on purpose. Blocking work runs on the setup's worker, so no key waits for a disk.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from client.errors import JournalError
from clinical.shifts import shift_at
from offline_cache.errors import CacheError
from ports.keyring import find_protector
from services.audit_event import log_with_journal
from services.connection import ConnectionWatch
from services.delivery import Delivery, connection_of
from services.entrance import Entrance
from services.journal_tree import read_tree
from services.names import full_name, name_of
from services.reading import Counts, Reading
from services.signing import Signing
from services.status_line import status_line
from services.trouble import Trouble, TroubleCode
from services.trouble_from import of_journal, told
from services.views import CacheKind, Connection, RoundProgress, Status
from services.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from client.resource import Resource
    from offline_cache.pull import ChartOutcome
    from services.retaining import Retaining
    from services.session import Session
    from services.setup import Setup
    from services.views import (
        Chart,
        Door,
        Draft,
        EntryKind,
        EntryRow,
        Person,
        RoundView,
        SignSummary,
    )


_PATIENCE = 5.0
"""Seconds that leaving waits for a token that is being renewed."""


class Workday:
    """A clinician's working day with one journal, from the locked door to the last delivered entry."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._watch = ConnectionWatch(setup.clock, setup.ids)
        self._listeners: list[Callable[[], None]] = []
        self._entrance: Entrance | None = None
        self._session: Session | None = None
        self._reading: Reading | None = None
        self._signing: Signing | None = None
        self._delivery: Delivery | None = None
        self._background: asyncio.Task[None] | None = None
        self._taking = asyncio.Lock()
        self._noted: tuple[int, int] | None = None
        self._keeping: Retaining | None = None
        self._minding: asyncio.Task[None] | None = None
        self._has_signed_in = False
        self._status = Status(
            setup.journal.environment, Connection.UNKNOWN, None, None, 0, 0, CacheKind.NONE, ""
        )

    async def door(self) -> Door:
        """Tell what the client meets at the start. Asks no network."""
        with told():
            return await (await self._at_entrance()).door()

    async def people(self) -> list[Person]:
        """Ask the journal whom its sign-in lets in."""
        with told():
            return await (await self._at_entrance()).people()

    async def sign_in(self, person_id: str) -> str:
        """Sign in as a person; return the clinician's name. `needs_pin` and `needs_unlock` tell the next step."""
        with told():
            entrance = await self._at_entrance()
            clinician = await entrance.sign_in(person_id)
            self._has_signed_in = True
            if self._setup.no_cache:
                await self._enter(await entrance.open_without_cache())
        return clinician.name

    @property
    def needs_pin(self) -> bool:
        """Tell whether a PIN must be chosen: the clinician's first time on this machine."""
        return self._entrance is not None and self._entrance.needs_pin

    @property
    def needs_unlock(self) -> bool:
        """Tell whether the clinician has a cache here that wants its PIN."""
        return self._entrance is not None and self._entrance.needs_unlock

    async def set_pin(self, pin: str) -> None:
        """Choose the PIN and make the cache."""
        with told():
            await self._enter(await (await self._at_entrance()).set_pin(pin))

    async def unlock(self, pin: str) -> None:
        """Open the cache with its PIN; needs no network."""
        with told():
            await self._enter(await (await self._at_entrance()).unlock(pin))

    async def start(self) -> None:
        """Begin asking for the journal and delivering, in the background."""
        session = self._open()
        self._delivery = self._deliverer(session, self._after_reconnection)
        self._background = asyncio.create_task(self._delivery.run(), name="delivery")
        if self._keeping is not None:
            self._minding = asyncio.create_task(self._keeping.run(self._refresh_status), name="retention")

    async def close(self) -> None:
        """Stop the background, close the store. What is unsent stays in the cache."""
        for task in (self._background, self._minding):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if self._keeping is not None:
            await self._keeping.look()
        session, self._session = self._session, None
        try:
            if session is not None:
                await session.tokens.settle(_PATIENCE)
                await session.transport.aclose()
        finally:
            if session is not None:
                await self._setup.worker.run(session.shut)
        if self._entrance is not None:
            await self._entrance.aclose()
        self._setup.worker.close()

    async def take_round(self, progress: Callable[[RoundProgress], None]) -> RoundView:
        """Bring the visits of the shift and the charts of their patients.

        Raises:
            Trouble: the list itself did not come. A chart that did not is told in its row, and the rest is there.
        """
        session, reading = self._open(), self._reader()
        with told():
            async with self._taking:
                await self._pull_round(session, progress)
            if self._keeping is not None and await self._after_contact(True):
                await self._keeping.listed((reading.opened,))
            await self._refresh_status()
            taken = await self._setup.worker.run(reading.round)
        if taken is None:
            raise Trouble(TroubleCode.NOT_CACHED)
        return taken

    async def round(self) -> RoundView | None:
        """Return the round as it lies in the cache; None when none was taken."""
        with told():
            return await self._setup.worker.run(self._clinical().round)

    async def chart(self, patient_id: str, visit_id: str = "", *, again: bool = False) -> Chart:
        """Open a patient's chart. The audit row is written first; if it cannot be, nothing is shown.

        With `again` the chart that is on the screen is read anew: the same patient as last time is not logged twice.
        """
        session, reading = self._open(), self._clinical()
        with told():
            if again and reading.opened == patient_id:
                return await self._setup.worker.run(reading.chart, patient_id, visit_id)
            if session.cache is CacheKind.NONE:
                await log_with_journal(session, patient_id, self._setup.clock.now())
            return await self._setup.worker.run(reading.open_chart, patient_id, visit_id)

    async def drafts(self, patient_id: str = "") -> list[Draft]:
        """Return the unfinished entries of a patient, or all of them."""
        self._clinical()
        with told():
            return await self._setup.worker.run(self._writer().drafts, patient_id)

    async def new_draft(self, kind: EntryKind, patient_id: str, visit_id: str) -> Draft:
        """Begin an entry, or give back the unfinished one of the same kind and visit."""
        self._clinical()
        with told():
            return await self._setup.worker.run(self._writer().new_draft, kind, patient_id, visit_id)

    async def save_draft(self, draft: Draft) -> Draft:
        """Keep what was typed, encrypted."""
        with told():
            saved = await self._setup.worker.run(self._writer().save, draft)
        await self._refresh_status()
        return saved

    async def discard_draft(self, entry_id: str) -> None:
        """Throw a draft away; the audit log keeps that it was there."""
        with told():
            await self._setup.worker.run(self._writer().discard, entry_id)
        await self._refresh_status()

    async def sign_summary(self, draft: Draft) -> SignSummary:
        """Return what the signing line must name, and whether digits must be typed again."""
        self._clinical()
        with told():
            return await self._setup.worker.run(self._signer().summary, draft)

    async def sign(self, entry_id: str, retyped: str = "") -> EntryRow:
        """Sign a draft: one commit. Only after it does the screen say "signert"."""
        self._clinical()
        with told():
            row = await self._setup.worker.run(self._signer().sign, entry_id, retyped)
        await self._refresh_status()
        self._wake()
        return row

    async def outbox(self) -> list[EntryRow]:
        """Return the signed entries of this cache, oldest first."""
        with told():
            return await self._setup.worker.run(self._reader().outbox)

    async def send_now(self, entry_id: str) -> None:
        """Give up the time of regret: send as soon as the journal is there."""
        with told():
            await self._setup.worker.run(self._signer().send_now, entry_id)
        await self._refresh_status()
        self._wake()

    async def withdraw(self, entry_id: str) -> None:
        """Take a signed entry back.

        Raises:
            Trouble: TOO_LATE_TO_WITHDRAW when the journal has it or may have it.
        """
        with told():
            await self._setup.worker.run(self._signer().withdraw, entry_id)
        await self._refresh_status()

    async def sync(self) -> None:
        """Ask the journal once and deliver once, now, without the background."""
        session = self._open()
        delivery = self._deliverer(session, self._no_reconnection)
        with told():
            await delivery.step()
        await self._refresh_status()

    async def end_cache(self, *, even_drafts: bool = False) -> None:
        """Remove this clinician's cache from this machine, so that the next one takes over an empty place.

        Raises:
            Trouble: UNSENT_STAYS while something signed is neither in the journal nor sealed, or something is being written.
        """
        self._open()
        if self._keeping is not None:
            with told():
                await self._keeping.end_cache(even_drafts=even_drafts)
        await self._refresh_status()

    @property
    def must_lock(self) -> bool:
        """Tell whether what is on the screen must go: the lease has ended since it was opened, or the cache is gone."""
        return self._keeping is not None and self._keeping.must_lock

    def status(self) -> Status:
        """Return what line 1 of every screen says, as it was last known. Costs nothing."""
        return self._status

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have `listener` called when status, round or outbox changed; return how to stop that."""
        self._listeners.append(listener)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    async def _at_entrance(self) -> Entrance:
        if self._entrance is None:
            protector = None if self._setup.no_cache else await self._setup.worker.run(find_protector)
            self._entrance = Entrance(self._setup, protector)
        return self._entrance

    async def _enter(self, session: Session) -> None:
        self._session = session
        writing = Writing(session.store, self._setup.clock, self._setup.ids, session.clinician)
        self._reading = Reading(session.store, self._setup.clock, session.clinician)
        self._signing = Signing(
            session.store, self._setup.clock, self._setup.ids, session.clinician, writing, self._reading
        )
        await self._setup.worker.run(self._reading.note_unlock)
        entrance = await self._at_entrance()
        self._keeping = await entrance.keeping(session, is_contact=self._has_signed_in)
        await self._refresh_status()

    async def _refresh_status(self) -> None:
        """Read the counts again and tell those who listen. A full disk here undoes nothing of what was just done."""
        session, reading = self._session, self._reading
        if session is None or reading is None:
            return
        try:
            counts = await self._setup.worker.run(reading.counts)
        except CacheError:
            known = self._status
            counts = Counts(known.data_as_of, known.unsent_visits, known.unsent_entries)
        else:
            await self._note_unsent(session, counts)
        self._status = status_line(self._setup, self._watch, session, counts, self._keeping)
        for listener in list(self._listeners):
            listener()

    async def _note_unsent(self, session: Session, counts: Counts) -> None:
        """Keep the two numbers that the locked door shows."""
        unsent = counts.unsent_visits, counts.unsent_entries
        if session.vault is not None and unsent != self._noted:
            with contextlib.suppress(CacheError):
                await self._setup.worker.run(session.vault.note_unsent, *unsent)
                self._noted = unsent

    async def _pull_round(self, session: Session, progress: Callable[[RoundProgress], None]) -> None:
        names: dict[str, str] = {}

        def listed(patients: Sequence[Resource]) -> None:
            names.update((p.id, full_name(*name_of(read_tree(p.body) or {}))) for p in patients)

        def each(done: int, total: int, outcome: ChartOutcome) -> None:
            missing = tuple(name for name, _ in outcome.missing)
            name = names.get(outcome.patient_id, "")
            progress(RoundProgress(done, total, outcome.patient_id, name, outcome.complete, missing))

        span = shift_at(self._setup.clock.now())
        try:
            await session.pull.take_round(span, session.clinician.fhir_user, listed, each)
        except JournalError as error:
            self._watch.met(connection_of(error))
            await self._refresh_status()
            raise of_journal(error) from None
        self._watch.met(Connection.ONLINE)

    async def _after_reconnection(self) -> None:
        """Bring the round again, as fresh as the network allows. Another shift's list only comes when it is asked for."""
        taken = await self.round()
        if taken is not None and taken.shift.start == shift_at(self._setup.clock.now()).start:
            with contextlib.suppress(Trouble):
                await self.take_round(lambda _: None)

    async def _after_contact(self, let_in: bool) -> bool:  # noqa: FBT001  what the delivery tells
        """The journal has answered: the lease begins anew, or all must go. Return whether the session goes on."""
        if self._keeping is None or self._reading is None:
            return True
        goes_on = await self._keeping.reached(let_in=let_in, in_sight=(self._reading.opened,))
        if not goes_on:
            await self._refresh_status()
        return goes_on

    def _deliverer(self, session: Session, reconnected: Callable[[], Awaitable[None]]) -> Delivery:
        return Delivery(
            session, self._watch, self._setup.clock, self._refresh_status, reconnected, self._after_contact
        )

    async def _no_reconnection(self) -> None:
        """Do nothing: a command fetches no round."""

    def _wake(self) -> None:
        if self._delivery is not None:
            self._delivery.wake()

    def _open(self) -> Session:
        if self._keeping is not None and self._keeping.is_over:
            raise Trouble(TroubleCode.CACHE_WIPED)
        if self._session is None:
            raise Trouble(TroubleCode.LOCKED)
        return self._session

    def _clinical(self) -> Reading:
        """Return what reads charts, as long as the lease lasts."""
        reading = self._reader()
        if self._keeping is not None:
            self._keeping.require_reading()
        return reading

    def _reader(self) -> Reading:
        self._open()
        if self._reading is None:
            raise Trouble(TroubleCode.LOCKED)
        return self._reading

    def _signer(self) -> Signing:
        self._open()
        if self._signing is None:
            raise Trouble(TroubleCode.LOCKED)
        return self._signing

    def _writer(self) -> Writing:
        return self._signer().writing

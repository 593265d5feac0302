"""The one object that the screens hold: everything a nurse can do in a working day, with no screen in it.

Every method raises `Trouble` and nothing else on purpose. Blocking work runs on the setup's worker, so no key waits for a disk.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from offline_cache.errors import CacheError
from services import keeping
from services.address_acts import AddressActs
from services.connection import ConnectionWatch
from services.copy_acts import CopyActs
from services.delivery import Delivery
from services.desk import Desk
from services.entrance import Entrance
from services.entry_acts import EntryActs
from services.kept_place import keep_place, take_place
from services.keyrings import keyrings_here
from services.leaving import leave
from services.log_acts import LogActs
from services.log_upload import LogUpload
from services.outbox_acts import OutboxActs
from services.patient_search import PatientSearch
from services.pin_change import change_pin
from services.reading import Counts, Reading
from services.refusals import Refusals
from services.round_acts import RoundActs
from services.signing import Signing
from services.status_line import status_line
from services.trouble_from import told
from services.views import CacheKind, Connection, Status
from services.watchdog import Watchdog
from services.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.idle_policy import IdlePolicy
    from services.kept_place import Step
    from services.retaining import Retaining
    from services.session import Clinician, Session
    from services.setup import Setup
    from services.views import BrowserView, CacheView, CodeView, Door, Person, Way


_PATIENCE = 5.0
"""Seconds that leaving waits for a token that is being renewed."""


class Workday(OutboxActs, EntryActs, RoundActs, PatientSearch, AddressActs, CopyActs, LogActs):
    """A clinician's working day with one journal, from the locked door to the last delivered entry."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._watch = ConnectionWatch(setup.clock, setup.ids)
        self._listeners: list[Callable[[], None]] = []
        self._entrance: Entrance | None = None
        self._session: Session | None = None
        self._reading: Reading | None = None
        self._signing: Signing | None = None
        self._delivery: Watchdog | None = None
        self._desk: Desk | None = None
        self._log: LogUpload | None = None
        self._refusals: Refusals | None = None
        self._background: asyncio.Task[None] | None = None
        self._taking = asyncio.Lock()
        self._noted: tuple[int, int] | None = None
        self._retaining: Retaining | None = None
        self._minding: asyncio.Task[None] | None = None
        self._has_signed_in = False
        self.left_signed_in = False
        """Whether a sign-in that nothing here keeps could not be ended with its issuer; known after `close`."""
        self._status = Status(
            setup.journal.environment, Connection.UNKNOWN, None, None, 0, 0, CacheKind.NONE, ""
        )

    async def door(self) -> Door:
        """Tell what the client meets at the start. Asks no network."""
        with told():
            return await (await self._at_entrance()).door()

    async def unsent_elsewhere(self) -> dict[str, int]:
        """Return what is unsent in every cache of this machine, by journal: the counts that stand outside the encryption."""
        found: dict[str, int] = {}
        with told():
            for cache in await (await self._at_entrance()).caches():
                found[cache.journal] = found.get(cache.journal, 0) + cache.unsent_entries
        return {journal: unsent for journal, unsent in found.items() if unsent}

    async def doors(self) -> list[CacheView]:
        """Return the caches of this journal on this machine, each with whose it is. Asks no network."""
        with told():
            return await (await self._at_entrance()).doors()

    async def choose_door(self, name: str) -> Door:
        """Go to the door of one of them, and return it."""
        with told():
            entrance = await self._at_entrance()
            await entrance.choose(name)
            return await entrance.door()

    async def people(self) -> list[Person]:
        """Ask the journal whom its sign-in lets in."""
        with told():
            return await (await self._at_entrance()).people()

    async def sign_in(self, person_id: str) -> str:
        """Sign in as a person; return the clinician's name. `needs_pin` and `needs_unlock` tell the next step."""
        with told():
            entrance = await self._at_entrance()
            return await self._arrived(await entrance.sign_in(person_id))

    @property
    def journal_name(self) -> str:
        """Return what the journal is called."""
        return self._setup.journal.name

    async def ways(self) -> tuple[Way, ...]:
        """Return the ways to sign in to this journal from here, the one to offer first at the front. Asks no network."""
        return (await self._at_entrance()).arriving.ways()

    async def sign_in_browser(self, shown: Callable[[BrowserView], None]) -> str:
        """Sign in with a browser on this machine, as `sign_in`; cancel it to give up. `shown` is told where the browser goes."""
        with told():
            entrance = await self._at_entrance()
            return await self._arrived(await entrance.arrived(await entrance.arriving.in_browser(shown)))

    async def sign_in_device(self, shown: Callable[[CodeView], None]) -> str:
        """Sign in with a code that is entered elsewhere, as `sign_in`; cancel it to give up. `shown` is told the code."""
        with told():
            entrance = await self._at_entrance()
            return await self._arrived(await entrance.arrived(await entrance.arriving.with_code(shown)))

    async def _arrived(self, clinician: Clinician) -> str:
        """The clinician has signed in; with no cache the session opens at once."""
        self._has_signed_in = True
        if self._setup.no_cache:
            await self._enter(await (await self._at_entrance()).open_without_cache())
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

    async def change_pin(self, old: str, new: str) -> None:
        """Put a new PIN in place of the old one; what is kept stays as it is."""
        session = self._writable()
        with told():
            await self._setup.worker.run(change_pin, session, old, new)

    @property
    def may_set_aside(self) -> bool:
        """Tell whether the cache was found to be past opening, so that a new one may be made beside it."""
        return self._entrance is not None and self._entrance.may_set_aside

    @property
    def is_owner_here(self) -> bool:
        """Tell whether the one whose cache stands at the door has just signed in, and may call its PIN forgotten."""
        return self._entrance is not None and self._entrance.is_owner

    async def set_aside(self) -> None:
        """Rename the cache that cannot be opened; afterwards the door is open to a sign-in and a new PIN."""
        with told():
            await (await self._at_entrance()).set_aside()

    async def start(self) -> None:
        """Begin asking for the journal and delivering, in the background; beside another client nothing is begun."""
        session = self._open()
        if session.store.read_only:
            return
        self._delivery = Watchdog(
            session, self._watch, self._setup.clock, self._setup.worker, self._new_delivery
        )
        self._background = asyncio.create_task(self._delivery.run(), name="delivery")
        if self._retaining is not None:
            self._minding = asyncio.create_task(self._retaining.run(self._refresh_status), name="retention")

    def _new_delivery(self) -> Delivery:
        return Delivery(
            self._open(),
            self._watch,
            self._setup.clock,
            self._refresh_status,
            self._after_reconnection,
            self._after_contact,
            self._log.tell if self._log is not None else None,
            self._note_connection,
        )

    async def close(self) -> None:
        """Stop the background, close the store. What is unsent stays in the cache.

        A fault that ended the background is raised when all is closed: it must not leave the store open.
        """
        beside = self.beside()
        for task in beside:
            task.cancel()
        faults = [
            one for one in await asyncio.gather(*beside, return_exceptions=True) if isinstance(one, Exception)
        ]
        if self._retaining is not None:
            await self._retaining.look()
            if not self._retaining.is_over:
                await self._note_connection()
        session, self._session = self._session, None
        try:
            if session is not None:
                await session.tokens.settle(_PATIENCE)
                self.left_signed_in = not await leave(session)
                await session.transport.aclose()
        finally:
            if session is not None:
                await self._setup.worker.run(keeping.shut, session)
        if self._entrance is not None:
            await self._entrance.aclose()
        self._setup.worker.close()
        if faults:
            raise faults[0]

    def beside(self) -> list[asyncio.Task[None]]:
        """Return what runs beside the screens until `close` ends it."""
        return [task for task in (self._background, self._minding) if task is not None]

    async def sync(self) -> None:
        """Ask the journal once and deliver once, now, without the background."""
        delivery = Delivery(
            self._writable(),
            self._watch,
            self._setup.clock,
            self._refresh_status,
            reached=self._after_contact,
            tell_log=self._log.tell if self._log is not None else None,
            met=self._note_connection,
        )
        with told():
            await delivery.step()
        await delivery.log_told()
        await self._refresh_status()

    async def end_cache(self, *, even_drafts: bool = False) -> None:
        """Remove this clinician's cache from this machine, so that the next one takes over an empty place.

        Raises:
            Trouble: UNSENT_STAYS while something signed is neither in the journal nor sealed, or something is being written.
        """
        self._open()
        if self._retaining is not None:
            with told():
                await self._retaining.end_cache(even_drafts=even_drafts)
        await self._refresh_status()

    @property
    def must_lock(self) -> bool:
        """Tell whether what is on the screen must go: the lease has ended since it was opened, or the cache is gone."""
        return self._retaining is not None and self._retaining.must_lock

    @property
    def idle_policy(self) -> IdlePolicy:
        """Return when a client that nobody touches is hidden and locked."""
        return self._setup.idle

    @property
    def is_begun(self) -> bool:
        """Tell whether somebody has unlocked or signed in: from then on there is something to hide and to lock."""
        return self._session is not None or self.needs_pin or self.needs_unlock

    def status(self) -> Status:
        """Return what line 1 of every screen says, as it was last known. Costs nothing."""
        return self._status

    async def sealed(self) -> int | None:
        """Return how many unsent signed entries are sealed to the organisation; None when this cache seals nothing."""
        session = self._open()
        with told():
            if not session.seals.is_active:
                return None
            return await self._setup.worker.run(session.seals.count, session.store)

    async def keep_place(self, steps: Sequence[Step]) -> None:
        """Keep the way back to where the clinician is, before a lock; where it cannot be kept, the round will do."""
        session = self._session
        if session is not None and session.vault is not None and not session.store.read_only:
            with contextlib.suppress(CacheError):
                await self._setup.worker.run(keep_place, session.store, steps)

    async def take_place(self) -> tuple[Step, ...]:
        """Return the way back that was kept at the last lock, once."""
        session = self._open()
        if session.store.read_only:
            return ()
        with told():
            return await self._setup.worker.run(take_place, session.store)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have `listener` called when status, round or outbox changed; return how to stop that."""
        self._listeners.append(listener)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    async def _at_entrance(self) -> Entrance:
        if self._entrance is None:
            found = None if self._setup.no_cache else await self._setup.worker.run(keyrings_here, self._setup)
            self._entrance = Entrance(self._setup, found)
        return self._entrance

    async def _enter(self, session: Session) -> None:
        self._session = session
        clock, ids = self._setup.clock, self._setup.ids
        writing = Writing(
            session.store,
            clock,
            ids,
            session.clinician,
            session.seals,
            awaits_review=self._setup.review_before_sending,
        )
        self._reading = Reading(session.store, clock, session.clinician)
        self._signing = Signing(
            session.store, clock, ids, session.clinician, writing, self._reading, session.seals
        )
        self._desk = Desk.of(session, self._setup, self._signing, self._reading)
        self._log = LogUpload(session, self._setup.worker, clock)
        self._refusals = Refusals(session)
        if not session.store.read_only:
            await self._setup.worker.run(self._refusals.note_wrong_pins)
            await self._setup.worker.run(self._reading.note_unlock)
            await self._setup.worker.run(keeping.begin, session, self._setup)
            entrance = await self._at_entrance()
            self._retaining = await entrance.retaining(session, is_contact=self._has_signed_in)
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
            counts = Counts(known.data_as_of, known.unsent_visits, known.unsent_entries, known.accesses)
        else:
            await self._note_unsent(session, counts)
        self._status = status_line(self._setup, self._watch, session, counts, self._retaining)
        for listener in list(self._listeners):
            listener()

    async def _note_unsent(self, session: Session, counts: Counts) -> None:
        """Keep the two numbers that the locked door shows."""
        unsent = counts.unsent_visits, counts.unsent_entries
        if not session.store.read_only and unsent != self._noted:
            with contextlib.suppress(CacheError):
                await self._setup.worker.run(keeping.note_unsent, session, *unsent)
                self._noted = unsent

    async def _after_contact(self, let_in: bool) -> bool:  # noqa: FBT001  what the delivery tells
        """The journal has answered: the lease begins anew, or all must go. Return whether the session goes on."""
        if self._retaining is None or self._reading is None:
            return True
        goes_on = await self._retaining.reached(let_in=let_in, in_sight=(self._reading.opened,))
        if not goes_on:
            await self._refresh_status()
        return goes_on

    async def _note_connection(self) -> None:
        """Have what the connection met, and was not believed, stand in the log."""
        if self._refusals is not None:
            await self._setup.worker.run(self._refusals.note_connection)

    def _wake(self) -> None:
        if self._delivery is not None:
            self._delivery.wake()

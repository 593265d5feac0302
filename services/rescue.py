"""The rescue: entries out of opened seals, read back first, then delivered by the outbox itself, each exactly once.

The entries are laid into a store in memory as "ukjent": the laptop may have sent them, may be sending them now, or an earlier run
may have. From there the same outbox that a nurse's client runs decides, by the same rules, so that a rescue can do nothing that
the laptop's own delivery could not. Nothing is kept on this machine: what a run that was interrupted did, the next one finds in
the journal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.entry_records import DraftRecord
from offline_cache.errors import CacheError
from offline_cache.keys import CacheKeys
from offline_cache.sealed_entry import as_new_part
from offline_cache.states import EntryKind, EntryState
from offline_cache.store import Store
from offline_cache.strangers import URN
from services.opened_seals import Became, RescuedEntry, about
from services.outbox_for import outbox_for
from services.part_check import check_parts
from services.rescue_audit import rescue_event
from services.rescue_lookup import Looked, Standing, look
from services.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from client.auth.grant import SignedInUser
    from client.capability import Capabilities
    from client.journal import JournalClient
    from offline_cache.sealed_entry import SealedEntry
    from services.setup import Setup

_CREATED = 201
_MOST_PASSES = 8
_LONGEST_WAIT = 20.0
"""Seconds that one wait for the journal may last: after that the entry is told as waiting, and the next one has its turn."""

_JOURNAL_IS_AWAY = {ErrorKind.UNREACHABLE, ErrorKind.UNAUTHORIZED, ErrorKind.TOO_MANY, ErrorKind.NOT_FHIR}
_BECAME = {
    EntryState.SIGNED: Became.WAITING,
    EntryState.SENDING: Became.UNCERTAIN,
    EntryState.UNKNOWN: Became.UNCERTAIN,
    EntryState.HELD: Became.NEEDS_PERSON,
    EntryState.REFUSED: Became.REFUSED,
    EntryState.CONFLICT: Became.NEEDS_PERSON,
}
_IN_JOURNAL = (Became.DELIVERED, Became.THERE)


class Rescue:
    """One run over the opened entries, in the name of the supervisor who signed in."""

    def __init__(self, setup: Setup, client: JournalClient, supervisor: SignedInUser) -> None:
        self._setup = setup
        self._client = client
        self._supervisor = supervisor
        self._store: Store | None = None
        self._looked: dict[str, list[Looked]] = {}
        self._came: dict[str, Became] = {}
        self._is_away = False

    async def run(self, entries: Sequence[SealedEntry], *, rehearse: bool = False) -> list[RescuedEntry]:
        """Bring every entry in, in the order given, and return what became of each.

        With `rehearse` the journal is only read: nothing is sent, no audit either.

        Raises:
            JournalError: The journal does not even say what it can do.
        """
        capabilities = await self._client.capabilities()
        try:
            came = []
            for entry in entries:
                came.append(await self._one(entry, capabilities, rehearse=rehearse))
                self._came[entry.entry_id] = came[-1].became
            if self._store is None:
                return came
            return await self._setup.worker.run(self._as_it_stands, self._store, entries, came)
        finally:
            if self._store is not None:
                await self._setup.worker.run(self._store.close)

    def _as_it_stands(
        self, store: Store, entries: Sequence[SealedEntry], came: list[RescuedEntry]
    ) -> list[RescuedEntry]:
        """Look once more at what waited: a later pass may have settled it."""
        return [
            _came_to(store, entry, self._looked[entry.entry_id])
            if one.became in (Became.WAITING, Became.UNCERTAIN) and entry.entry_id in self._looked
            else one
            for entry, one in zip(entries, came, strict=True)
        ]

    async def _one(self, entry: SealedEntry, capabilities: Capabilities, *, rehearse: bool) -> RescuedEntry:
        if self._is_away:
            return about(entry, Became.WAITING, "not-tried")
        if why := _cannot_be_carried(entry):
            return about(entry, Became.NEEDS_PERSON, why)
        behind = next(
            (b for e in entry.depends if (b := self._came.get(e)) not in (None, *_IN_JOURNAL)), None
        )
        if behind is not None:
            is_rehearsed = behind is Became.MISSING
            return about(entry, behind if is_rehearsed else Became.WAITING, "" if is_rehearsed else "behind")
        try:
            looked = [await look(self._client, part, capabilities) for part in entry.parts]
            known = await self._needed(entry, capabilities)
            verdict = _verdict(entry, looked)
            if verdict is None and known is None:
                verdict = about(entry, Became.NEEDS_PERSON, "behind")
            if verdict is not None or rehearse:
                return verdict or about(entry, Became.MISSING)
            await self._audit(entry, capabilities)
        except JournalError as error:
            return self._not_asked(entry, error)
        return await self._deliver(entry, looked, known or {}, capabilities)

    async def _needed(self, entry: SealedEntry, capabilities: Capabilities) -> dict[str, str] | None:
        """Return what the journal calls the parts of other entries that this one names; None when it lacks one of them."""
        known: dict[str, str] = {}
        for need in entry.needs:
            found = await look(self._client, need, capabilities)
            if found.standing is not Standing.THERE:
                return None
            known[need.op_id] = f"{need.type}/{found.server_id}"
        return known

    def _not_asked(self, entry: SealedEntry, error: JournalError) -> RescuedEntry:
        """Nothing of the entry was sent: wait for a journal that is away, else let a person look."""
        self._is_away = error.kind in _JOURNAL_IS_AWAY
        is_passing = self._is_away or error.may_be_applied or error.kind is ErrorKind.SERVER_FAULT
        return about(entry, Became.WAITING if is_passing else Became.NEEDS_PERSON, error.kind.value)

    async def _audit(self, entry: SealedEntry, capabilities: Capabilities) -> None:
        """Have the journal note who delivers whose work before it is delivered; a journal without such a log has none."""
        if capabilities.can("AuditEvent", "create"):
            event = rescue_event(entry, self._supervisor, self._setup.clock.now())
            await self._client.create("AuditEvent", event)

    async def _deliver(
        self, entry: SealedEntry, looked: list[Looked], known: dict[str, str], capabilities: Capabilities
    ) -> RescuedEntry:
        setup = self._setup
        if self._store is None:
            self._store = await setup.worker.run(self._open)
        store = self._store
        try:
            await setup.worker.run(self._lay_in, store, entry, looked, known)
        except CacheError:
            return about(entry, Became.NEEDS_PERSON, "not-whole")
        self._looked[entry.entry_id] = looked
        try:
            await self._pass_until_settled(store, entry, capabilities)
        except CacheError:
            raise
        except Exception:  # noqa: BLE001  an answer that makes no sense must not hold back the next entry
            return about(entry, Became.UNCERTAIN, "fault")
        return await setup.worker.run(_came_to, store, entry, looked)

    async def _pass_until_settled(self, store: Store, entry: SealedEntry, capabilities: Capabilities) -> None:
        """Let the outbox go through what is due, until the entry waits for something that a run cannot wait for."""
        setup = self._setup
        outbox = outbox_for(setup, self._client, store)
        for _ in range(_MOST_PASSES):
            done = await outbox.deliver_due(capabilities)
            if done.stopped_by is not None:
                self._is_away = True
                return
            record = await setup.worker.run(store.entries.get, entry.entry_id)
            if record is None or record.state not in (EntryState.SIGNED, EntryState.UNKNOWN):
                return
            wait = (record.next_at - setup.clock.now()).total_seconds() if record.next_at else 0.0
            if wait > _LONGEST_WAIT:
                return
            if wait > 0:
                await setup.clock.sleep(wait)

    def _open(self) -> Store:
        setup = self._setup
        return Store.open(None, CacheKeys.passing(setup.ids), disk=setup.disk, clock=setup.clock, create=True)

    def _lay_in(self, store: Store, entry: SealedEntry, looked: list[Looked], known: dict[str, str]) -> None:
        """Lay the entry in as signed and unknown; what the journal has of it keeps the journal's id."""
        author = entry.author.fhir_user
        draft = DraftRecord(
            entry.entry_id, EntryKind(entry.kind), entry.patient, entry.visit, entry.event_at, {}, author
        )
        with store.transaction():
            store.entries.save_draft(draft)
            store.entries.sign(
                entry.entry_id,
                [
                    as_new_part(part, version=one.version_id, known=known)
                    for part, one in zip(entry.parts, looked, strict=True)
                ],
                title=entry.title,
                signed_at=entry.signed_at,
                send_after=min(entry.signed_at, self._setup.clock.now()),
                author=author,
            )
            for part, one in zip(entry.parts, looked, strict=True):
                is_there = one.standing is Standing.THERE
                state = EntryState.DELIVERED if is_there else EntryState.UNKNOWN
                store.entries.set_part(part.op_id, state, one.server_id, one.version_id, 200 * is_there)
            store.entries.set_state(entry.entry_id, EntryState.UNKNOWN)


def _cannot_be_carried(entry: SealedEntry) -> str:
    """Return why this program must not deliver the entry, or nothing: a later one wrote it, or it is about somebody else."""
    methods = {part.method for part in entry.parts}
    if entry.kind not in {kind.value for kind in EntryKind} or not methods <= {"POST", "PUT"}:
        return "newer-program"
    if entry.stranger is not None or entry.patient.startswith(URN):
        return "stranger"
    try:
        check_parts([as_new_part(part) for part in entry.parts], entry.patient)
    except Trouble as trouble:
        return trouble.code.value
    return ""


def _verdict(entry: SealedEntry, looked: list[Looked]) -> RescuedEntry | None:
    """Return what reading back came to; None when something is missing and may be delivered."""
    odd = next(
        (one.standing for one in looked if one.standing not in (Standing.THERE, Standing.ABSENT)), None
    )
    if odd is not None:
        return about(entry, Became.NEEDS_PERSON, odd.value)
    if all(one.standing is Standing.THERE for one in looked):
        return about(entry, Became.THERE, journal_ids=_ids(entry, [one.server_id for one in looked]))
    return None


def _came_to(store: Store, entry: SealedEntry, looked: list[Looked]) -> RescuedEntry:
    """Read off what became of an entry. If the laptop was quicker with all that was missing, it was there."""
    record, parts = store.entries.get(entry.entry_id), store.entries.parts(entry.entry_id)
    if record is None:
        return about(entry, Became.UNCERTAIN)
    ids = _ids(entry, [part.server_id for part in parts])
    if record.state is EntryState.DELIVERED:
        by_us = any(
            (part.status == _CREATED or part.is_update) and one.standing is Standing.ABSENT
            for part, one in zip(parts, looked, strict=True)
        )
        return about(entry, Became.DELIVERED if by_us else Became.THERE, journal_ids=ids)
    became = _BECAME[record.state]
    if became is Became.REFUSED and record.detail != ErrorKind.REFUSED.value:
        became = Became.NEEDS_PERSON
    return about(entry, became, record.detail, ids)


def _ids(entry: SealedEntry, server_ids: list[str]) -> tuple[str, ...]:
    return tuple(f"{part.type}/{id_}" for part, id_ in zip(entry.parts, server_ids, strict=True) if id_)

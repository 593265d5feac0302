"""The way in: which cache is on this machine, signing in, choosing a PIN, unlocking, and the open session that comes of it."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from client.auth.tokens import Tokens
from client.journal import JournalClient
from offline_cache.attempts import NONE_WRONG
from offline_cache.errors import (
    CacheError,
    HeaderDamaged,
    KeyringLost,
    KeyringUnavailable,
    StoreDamaged,
    StoreMissing,
    StoreSwapped,
)
from offline_cache.keys import CacheKeys
from offline_cache.opening import open_kept, rewrite
from offline_cache.pull import Pull
from offline_cache.receipt_check import ReceiptCheck
from offline_cache.store import Store
from offline_cache.vault import Vault, VaultIdentity
from services import sealing
from services.arriving import Arriving
from services.doors import caches_here, door_of, folder_name, kind_of
from services.embedded import prove_embedded, server_id
from services.health_personnel import category_word
from services.kept_environment import require_environment
from services.kept_sign_in import keep_clinician, keep_grant, kept_clinician, kept_grant, nobody
from services.keyrings import Keyrings, backend_of
from services.outbox_for import outbox_for
from services.proven_tokens import ProvenTokens
from services.retaining import Retaining
from services.session import Clinician, Session
from services.trouble import Trouble, TroubleCode
from services.views import CacheKind, CacheView, Door, Person
from services.wipe_word import finish_begun_wipes, tell_ends_of_wipes
from services.wires import to_journal, to_sign_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from client.auth.grant import Grant
    from offline_cache.seals import Seals
    from ports.keyring import KeyProtector
    from services.setup import Setup

_LAST = "last"
_PAST_HELP = (StoreDamaged, StoreMissing, HeaderDamaged, KeyringLost)
"""Why a cache may be set aside: it does not open, whatever PIN is tried."""


@dataclass(slots=True)
class _Arrival:
    """A clinician who has signed in with the journal but has no open cache yet, and the folder that it belongs in."""

    clinician: Clinician
    grant: Grant
    folder: Path


class Entrance:
    """Leads from a closed machine to an open `Session`."""

    def __init__(self, setup: Setup, keyrings: Keyrings | KeyProtector | None) -> None:
        self._setup = setup
        self._keyrings = keyrings if isinstance(keyrings, Keyrings) else Keyrings(keyrings)
        self._protector = self._keyrings.first
        self._chosen: Path | None = None
        self._http = to_sign_in(setup)
        self.arriving = Arriving(setup, self._http)
        self._arrival: _Arrival | None = None
        self._has_vault = False
        self._wrong = NONE_WRONG
        self._closed_by: CacheError | None = None
        self._organisation_key: bytes | None = None

    async def door(self) -> Door:
        """Tell what the client meets: the cache of who signed in, else the one used last, locked; or none.

        Asks no network and no key.
        """
        with self._noting_why_closed():
            await self._setup.worker.run(finish_begun_wipes, self._setup, self._protector)
            folder = await self._setup.worker.run(self._folder_at_door)
            if self._setup.no_cache or folder is None:
                return Door(locked=False, journal_name=self._setup.journal.name)
            found = await self._setup.worker.run(door_of, self._vault(folder), self._setup)
        return found or Door(locked=False, journal_name=self._setup.journal.name)

    async def doors(self) -> list[CacheView]:
        """Return the caches of this journal on this machine: several clinicians may share it. Asks no network and no key."""
        found = await self._setup.worker.run(caches_here, self._vault, self._setup)
        return [one for one in found if one.server == server_id(self._setup.journal)]

    async def choose(self, name: str) -> None:
        """Go to the door of one of `doors`."""
        await self._let_go()
        self._chosen = self._setup.folders.cache / name

    @property
    def needs_pin(self) -> bool:
        """Tell whether the clinician who signed in must choose a PIN: the first time on this machine."""
        return self._arrival is not None and not self._setup.no_cache and not self._has_vault

    @property
    def needs_unlock(self) -> bool:
        """Tell whether the clinician who signed in has a cache here, to be unlocked with its PIN."""
        return self._arrival is not None and not self._setup.no_cache and self._has_vault

    async def people(self) -> list[Person]:
        """Ask the journal's sign-in page whom it lets in."""
        if self._setup.journal.embedded_key is not None and not await self._is_embedded():
            raise Trouble(TroubleCode.NOT_EMBEDDED)
        await tell_ends_of_wipes(self._setup, self._http)
        return await self.arriving.people()

    async def sign_in(self, person_id: str) -> Clinician:
        """Sign in as one of the people of the embedded journal; see `arrived`."""
        return await self.arrived(await self.arriving.as_person(person_id))

    async def arrived(self, grant: Grant) -> Clinician:
        """Take in who has signed in; afterwards `needs_pin` or `needs_unlock` tells the next step."""
        user = grant.user
        role = category_word(user.role)
        clinician = Clinician(user.subject, user.name, user.fhir_user, role, user.issuer, tuple(user.courses))
        folder = self._setup.folders.cache / folder_name(server_id(self._setup.journal), clinician.subject)
        vault = self._vault(folder)
        await self._let_go(clinician.subject)
        self._has_vault = await self._setup.worker.run(vault.describe) is not None
        self._arrival = _Arrival(clinician, grant, folder)
        if self.needs_unlock:
            with contextlib.suppress(KeyringLost):  # told at the door, where it can be set aside
                await self._setup.worker.run(vault.allow_attempts)
        return clinician

    async def caches(self) -> list[CacheView]:
        """Return the caches side by side on this machine, as far as they can be told without a PIN."""
        return await self._setup.worker.run(caches_here, self._vault, self._setup)

    async def retaining(self, session: Session, *, is_contact: bool) -> Retaining:
        """Return what minds how long a session may keep what it has. `is_contact`: the clinician has just signed in."""
        vault, setup = session.vault, self._setup
        retaining = Retaining(
            setup,
            session,
            self._http,
            self._protector if vault is None else self._keyring_of(vault.store_path.parent),
            is_sealed=session.seals.is_sealed,
            rewrite=None if vault is None else lambda: rewrite(session.store, vault, setup.disk),
        )
        await retaining.begin(is_contact=is_contact)
        return retaining

    async def aclose(self) -> None:
        """Close the connections to the sign-in."""
        await self._let_go()
        await self._http.aclose()

    async def _let_go(self, subject: str = "") -> None:
        """Give back a sign-in that came to no session, unless it is of the clinician who has now signed in again.

        One whose clinician has a cache here is only forgotten: it may be of the same grant as the one in there (an issuer that
        the browser is signed in with gives no other), and would take that with it.
        """
        arrival, self._arrival = self._arrival, None
        if arrival is not None and not self._has_vault and arrival.clinician.subject != subject:
            await self.arriving.give_back(arrival.grant)

    async def open_without_cache(self) -> Session:
        """Open a session that lives in memory only."""
        arrival = self._arrived()
        store = await self._setup.worker.run(self._open_in_memory)
        seals = sealing.seals_of(self._setup, None, "", arrival.clinician)
        session = await self._session(arrival.clinician, arrival.grant, CacheKind.NONE, store, None, seals)
        self._arrival = None
        return session

    async def set_pin(self, pin: str) -> Session:
        """Make this clinician's cache under a new PIN (and the keyring, where there is one) and open it.

        Raises:
            Trouble: NO_KEYRING or NOT_EMBEDDED when nothing may be kept on this machine; the PIN's own codes.
        """
        arrival = self._arrived()
        if self._protector is None and not await self._is_embedded():
            raise Trouble(TroubleCode.NO_KEYRING)
        identity = VaultIdentity(
            server=server_id(self._setup.journal),
            user=arrival.clinician.subject,
            clinician=arrival.clinician.name,
            journal=self._setup.journal.name,
            embedded=self._protector is None,
        )
        vault = self._vault(arrival.folder)
        keys = await self._setup.worker.run(vault.create, pin, identity, self._wrong)
        return await self._open_with(vault, keys, arrival.folder)

    async def unlock(self, pin: str) -> Session:
        """Open the cache that the door shows: that of the clinician who just signed in, else the one used last."""
        with self._noting_why_closed():
            folder = await self._setup.worker.run(self._folder_at_door)
            if folder is None:
                raise Trouble(TroubleCode.CACHE_MISSING)
            vault = self._vault(folder)
            keys = await self._setup.worker.run(vault.unlock, pin)
            return await self._open_with(vault, keys, folder)

    @property
    def may_set_aside(self) -> bool:
        """Tell whether the cache at the door may make room for a new one: it is past opening, or its PIN was forgotten.

        Past opening is one that is damaged, missing or keyless. A PIN is called forgotten by whom the journal has just let in as
        the one whose cache it is, and by nobody else.
        """
        why = self._closed_by
        return self.is_owner or (isinstance(why, _PAST_HELP) and not isinstance(why, KeyringUnavailable))

    @property
    def is_owner(self) -> bool:
        """Tell whether whose cache stands at the door has just signed in."""
        return self.needs_unlock

    async def set_aside(self) -> str:
        """Rename every file of a cache that cannot be opened, so that a new one can be made; nothing is deleted.

        Raises:
            Trouble: LOCKED when the cache was not found to be past opening.
        """
        folder = await self._setup.worker.run(self._folder_named_last)
        if not self.may_set_aside or folder is None:
            raise Trouble(TroubleCode.LOCKED)
        vault = self._vault(folder)
        self._wrong = await self._setup.worker.run(vault.wrong_pins_of_closed)
        name = await self._setup.worker.run(vault.set_aside)
        self._closed_by = None
        self._has_vault = False
        return name

    @contextlib.contextmanager
    def _noting_why_closed(self) -> Iterator[None]:
        """Remember what kept the cache closed: only some of it may be answered by setting the cache aside."""
        self._closed_by = None
        try:
            yield
        except CacheError as error:
            self._closed_by = error
            raise

    async def _open_with(self, vault: Vault, keys: CacheKeys, folder: Path) -> Session:
        """Open the store and all that stands on it; a store that came to no session is closed again."""
        arrival, terms = self._arrival, self._setup.journal.terms
        store = await self._setup.worker.run(self._open_kept, vault, keys)
        try:
            await self._setup.worker.run(require_environment, store, self._setup.journal.environment)
            clinician = arrival.clinician if arrival else await self._setup.worker.run(kept_clinician, store)
            grant = arrival.grant if arrival else await self._setup.worker.run(kept_grant, store, terms)
            kind = await self._setup.worker.run(kind_of, vault)
            seals = sealing.seals_of(self._setup, folder, keys.database_id, clinician)
            session = await self._session(clinician, grant, kind, store, vault, seals)
            if not store.read_only:
                await self._setup.worker.run(self._remember_last, folder)
        except BaseException:
            await self._setup.worker.run(store.close)
            raise
        self._arrival = None
        return session

    async def _session(
        self,
        clinician: Clinician,
        grant: Grant | None,
        cache: CacheKind,
        store: Store,
        vault: Vault | None,
        seals: Seals,
    ) -> Session:
        setup = self._setup

        async def keep(rotated: Grant) -> None:
            if not store.read_only:
                await setup.worker.run(keep_grant, store, rotated)

        async def prove() -> bool:
            is_ours, key = await self._is_embedded(), self._organisation_key
            may_keep = is_ours and not store.read_only
            if may_keep and key is not None and seals.key not in (key, setup.journal.organisation_key):
                await setup.worker.run(sealing.take_key, setup, store, seals, key)
            return is_ours

        if not store.read_only:
            await setup.worker.run(keep_clinician, store, clinician)
            if grant is not None:
                await keep(grant)
        elif grant is not None and self._arrival is None:
            # It is the other client's to spend: rotated here it could not be kept, and there it would be dead.
            grant = replace(grant, refresh_token="")
        tokens = self._tokens(grant or nobody(clinician), keep)
        proven = ProvenTokens(tokens, prove) if setup.journal.embedded_key is not None else None
        transport = to_journal(setup, proven or tokens, tokens.holder)
        client = JournalClient(transport)
        if not store.read_only:
            await setup.worker.run(store.entries.recover)
            await setup.worker.run(sealing.begin, setup, store, seals, self._organisation_key)
        return Session(
            clinician=clinician,
            cache=cache,
            store=store,
            vault=vault,
            tokens=tokens,
            proven=proven,
            transport=transport,
            client=client,
            pull=Pull(client, store, setup.worker, setup.clock, patient_list=setup.journal.patient_list),
            outbox=outbox_for(setup, client, store, seals),
            receipts=ReceiptCheck(client, store, setup.worker, setup.clock),
            seals=seals,
        )

    def _tokens(self, grant: Grant, keep: Callable[[Grant], Awaitable[None]]) -> Tokens:
        setup = self._setup
        return Tokens(
            self._http,
            grant,
            clock=setup.clock,
            ids=setup.ids,
            on_rotation=keep,
            client=setup.journal.terms.client,
        )

    async def _is_embedded(self) -> bool:
        proof = await prove_embedded(self._http, self._setup.journal, self._setup.ids)
        if proof is not None and proof.organisation_key is not None:
            self._organisation_key = proof.organisation_key
        return proof is not None

    def _arrived(self) -> _Arrival:
        if self._arrival is None:
            raise Trouble(TroubleCode.SIGNED_OUT)
        return self._arrival

    def _vault(self, folder: Path) -> Vault:
        setup = self._setup
        return Vault(folder, setup.disk, setup.clock, setup.ids, self._keyring_of(folder), kdf=setup.key_cost)

    def _keyring_of(self, folder: Path) -> KeyProtector | None:
        return self._keyrings.of(backend_of(folder, self._setup))

    def _open_kept(self, vault: Vault, keys: CacheKeys) -> Store:
        return open_kept(vault, keys, disk=self._setup.disk, clock=self._setup.clock)

    def _open_in_memory(self) -> Store:
        keys = CacheKeys.passing(self._setup.ids)
        return Store.open(None, keys, disk=self._setup.disk, clock=self._setup.clock, create=True)

    def _folder_at_door(self) -> Path | None:
        return self._arrival.folder if self._arrival is not None else self._last_folder()

    def _last_folder(self) -> Path | None:
        """Return the folder used last, if it is this journal's: what was signed for one never goes to another."""
        folder = self._folder_named_last()
        if folder is None:
            return None
        info = self._vault(folder).describe()
        if info is None or info.identity.server != server_id(self._setup.journal):
            return folder if info is None else None
        if folder.name != folder_name(info.identity.server, info.identity.user):
            raise StoreSwapped("another's files lie in this folder")
        return folder

    def _folder_named_last(self) -> Path | None:
        if self._arrival is not None or self._chosen is not None:
            return self._arrival.folder if self._arrival is not None else self._chosen
        disk, cache = self._setup.disk, self._setup.folders.cache
        for name in (self._last_here(), _LAST):
            with contextlib.suppress(FileNotFoundError):
                folder = cache / disk.read(cache / name).decode().strip()
                return folder if disk.exists(folder) else None
        return None

    def _remember_last(self, folder: Path) -> None:
        """Remember it for this journal, so that a day in another one leaves its door; and for whoever asks for no journal."""
        for name in (self._last_here(), _LAST):
            self._setup.disk.replace(self._setup.folders.cache / name, folder.name.encode())

    def _last_here(self) -> str:
        return f"{_LAST}-{hashlib.sha256(server_id(self._setup.journal).encode()).hexdigest()[:16]}"

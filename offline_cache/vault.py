"""The vault: makes the keys of a cache and gives them out for the right PIN. It never deletes anything.

A wrong PIN, a lost keyring item, a damaged header and a missing cache are different errors: a person does
something different at each. An attempt is counted, durably, before its PIN is tried on the wrapped key.
"""

from __future__ import annotations

import contextlib
import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from offline_cache import aside
from offline_cache import header as headers
from offline_cache.attempts import (
    NONE_WRONG,
    WrongPins,
    counted,
    given_back,
    remaining_wait,
    require_turn,
    wrong_pins,
)
from offline_cache.audit import AuditHead
from offline_cache.disk_faults import as_store_errors
from offline_cache.errors import (
    CacheMissing,
    HeaderDamaged,
    HeaderExists,
    KeyringLost,
    KeyringUnavailable,
    NoKeyring,
    PinLocked,
    PinTooShort,
    StoreBusy,
    StoreExposed,
    StoreFault,
    WrongPin,
)
from offline_cache.header import Header, Slot, VaultIdentity
from offline_cache.instants import to_text
from offline_cache.key_item import ItemInFile, ItemInKeyring, ItemPlace, KeyItem
from offline_cache.keys import KEY_BYTES, CacheKeys, KdfParams, check_value, derive, stretch, unwrap, wrap
from offline_cache.pin import SHORTEST, check_pin
from offline_cache.unsent_note import UnsentNote
from offline_cache.vault_info import VaultInfo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ports.clock import Clock
    from ports.disk import Disk
    from ports.ids import Ids
    from ports.keyring import KeyProtector

__all__ = ["Vault", "VaultIdentity", "VaultInfo"]

_SALT_BYTES = 16
_STEM = "cache"


@dataclass(frozen=True, slots=True)
class _Found:
    """A database key that the PIN opened, in which slot, and what wraps it."""

    key: bytes = field(repr=False)
    kek: bytes = field(repr=False)
    slot: Slot


class Vault:
    """The keys of the cache in one folder."""

    def __init__(
        self,
        folder: Path,
        disk: Disk,
        clock: Clock,
        ids: Ids,
        protector: KeyProtector | None,
        *,
        kdf: KdfParams | None = None,
    ) -> None:
        self._folder = folder
        self._disk = disk
        self._clock = clock
        self._ids = ids
        self._protector = protector
        self._kdf = kdf or KdfParams()
        self._found: list[_Found] = []
        self.wrong_pins = NONE_WRONG
        """What the log lacks of attempts that opened nothing; known from the unlocking on."""

    @property
    def store_path(self) -> Path:
        """The database that these keys are for."""
        return self._folder / f"{_STEM}.db"

    @property
    def header_path(self) -> Path:
        """The header file."""
        return self._folder / f"{_STEM}.hdr"

    def describe(self) -> VaultInfo | None:
        """Return what may be said before the PIN; None when there is no cache yet.

        Raises:
            HeaderDamaged: The header is not whole, or is missing beside a database.
        """
        header = self._header()
        if header is None:
            self._require_nothing_left()
            return None
        unsent = UnsentNote.read(self._unsent_path, self._disk)
        try:
            item, trouble = self._item(header), None
        except KeyringLost as error:
            item, trouble = KeyItem(), error
        return VaultInfo(
            header.identity,
            header.backend,
            0 if trouble else item.left,
            remaining_wait(item, self._clock),
            unsent.visits,
            unsent.entries,
            header.store_confirmed,
            trouble,
        )

    def create(self, pin: str, identity: VaultIdentity, wrong: WrongPins = NONE_WRONG) -> CacheKeys:
        """Make the keys of a new cache and write its header. `wrong`: what the log of the one before it lacks.

        Raises:
            PinTooShort, PinCommon: The PIN is not taken.
            NoKeyring: Without a keyring only the embedded journal may be cached.
            HeaderExists: There is a cache here already.
            HeaderDamaged: There is a database, or what was last written to one, without its header.
        """
        check_pin(pin)
        if self._protector is None and not identity.embedded:
            raise NoKeyring
        if self._header() is not None:
            raise HeaderExists
        self._require_nothing_left()
        keys = CacheKeys.passing(self._ids)
        secret = self._ids.secret(KEY_BYTES) if self._protector else b""
        header = Header(
            database_id=keys.database_id,
            identity=identity,
            backend=self._protector.name if self._protector else "",
            keyring_check=check_value(secret, keys.database_id),
            created_at=to_text(self._clock.now()),
            slots=(),
        )
        item = KeyItem(secret=secret.hex(), wrong=wrong.count, wrong_at=wrong.last_at)
        self._place(header).write(item)
        made = self._wrapped(header, pin, secret, keys.database)
        self._write(header.with_slots(made.slot))
        self._found, self.wrong_pins = [made], wrong
        return keys

    def unlock(self, pin: str) -> CacheKeys:
        """Return the keys for the right PIN, and count the wrong ones.

        Raises:
            WrongPin: With the attempts left and the seconds to wait.
            PinWaits: The wait after the last wrong one is not over; not counted, whatever the PIN.
            PinLocked: All attempts are spent.
            PinTooShort: It cannot be right; not counted.
            KeyringLost, KeyringUnavailable: The keyring's part is gone, or cannot be had now; not counted.
            HeaderDamaged: The header is not whole; not counted.
            CacheMissing: There is no header.
            StoreBusy: Another process is trying a PIN; not counted.
        """
        if len(pin) < SHORTEST:
            raise PinTooShort
        header = self._require_header()
        with self._alone():
            return self._attempt(header, pin)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the item for oneself: side by side, two attempts would count as one, or one be written over."""
        with as_store_errors(), self._disk.lock(self._folder / f"{_STEM}.pin") as alone:
            if not alone:
                raise StoreBusy("another process tries a PIN")
            yield

    def _attempt(self, header: Header, pin: str) -> CacheKeys:
        """Stretch the PIN, count the attempt, and only then try what came of it."""
        item, place = self._item(header), self._place(header)
        require_turn(item, place, self._clock)
        stretched = [(stretch(pin, bytes.fromhex(slot.salt), slot.kdf), slot) for slot in header.slots]
        secret = bytes.fromhex(item.secret)
        tried = counted(item, self._clock)
        place.write(tried)
        keks = [(_kek(header, slot, from_pin, secret), slot) for from_pin, slot in stretched]
        self._found = [
            _Found(key, kek, slot)
            for kek, slot in keks
            if (key := unwrap(kek, bytes.fromhex(slot.wrapped))) is not None
        ]
        if self._found:
            opened = given_back(item)
            place.write(opened)
            self.wrong_pins = wrong_pins(opened)
            return CacheKeys(header.database_id, self._found[0].key)
        if not tried.left:
            raise PinLocked
        raise WrongPin(tried.left, tried.wait)

    def change_pin(self, old: str, new: str) -> CacheKeys:
        """Put a new PIN in place of the old one; at every moment at least one of the two opens the cache.

        Every database key is wrapped anew, for there are two where rewriting the database was cut off, and either may be the one.
        """
        check_pin(new)
        keys = self.unlock(old)
        header = self._require_header()
        secret = bytes.fromhex(self._item(header).secret)
        changed = [self._wrapped(header, new, secret, found.key) for found in self._found]
        self._write(header.with_slots(*header.slots, *(one.slot for one in changed)))
        written, slots = self._require_header(), tuple(one.slot for one in changed)
        if written.slots[len(header.slots) :] != slots:
            raise StoreFault("the new slots are not kept")
        self._write(written.with_slots(*slots))
        self._found = changed
        return keys

    def candidates(self, keys: CacheKeys) -> list[CacheKeys]:
        """Return every key that the PIN opened, these first: there are two while the database is being rewritten."""
        others = [found.key for found in self._found if found.key != keys.database]
        return [keys, *(CacheKeys(keys.database_id, key) for key in dict.fromkeys(others))]

    def begin_rewrite(self) -> CacheKeys:
        """Wrap a new database key beside the one in use, under the same PIN; `settle` keeps the one that was used.

        Raises:
            StoreFault: No PIN was tried on this vault: there is nothing to wrap it with.
        """
        if not self._found:
            raise StoreFault("nothing was unlocked")
        header, used = self._require_header(), self._found[0]
        new = CacheKeys(header.database_id, self._ids.secret(KEY_BYTES))
        slot = replace(used.slot, wrapped=wrap(used.kek, new.database).hex())
        self._write(header.with_slots(*header.slots, slot))
        if unwrap(used.kek, bytes.fromhex(self._require_header().slots[-1].wrapped)) != new.database:
            raise StoreFault("the new slot does not open")
        self._found.append(_Found(new.database, used.kek, slot))
        return new

    def settle(self, keys: CacheKeys) -> None:
        """Drop the slots of other database keys than the one that opened the database, and a copy left half made."""
        dead = {found.slot.wrapped for found in self._found if found.key != keys.database}
        header = self._require_header()
        if dead:
            self._write(header.with_slots(*(slot for slot in header.slots if slot.wrapped not in dead)))
            self._found = [found for found in self._found if found.key == keys.database]
        with as_store_errors():
            for path in self._disk.list(self._folder):
                if path.name.startswith(self.next_path.stem):
                    self._disk.remove(path)

    @property
    def next_path(self) -> Path:
        """Where the database is written anew."""
        return self._folder / f"{_STEM}.next.db"

    def allow_attempts(self) -> None:
        """Give all attempts back: to be called after an online sign-in, and only then."""
        header = self._require_header()
        with self._alone():
            self._place(header).write(replace(given_back(self._item(header)), last_at=""))

    def wrong_pins_of_closed(self) -> WrongPins:
        """Return what no log has of a cache that nobody opened; none where its item is not to be had."""
        header = self._header()
        try:
            return wrong_pins(given_back(self._item(header))) if header is not None else NONE_WRONG
        except KeyringLost:
            return NONE_WRONG

    def forget_wrong_pins(self) -> None:
        """The log has them now."""
        header = self._require_header()
        with self._alone():
            item = self._item(header)
            if wrong_pins(item) == self.wrong_pins:
                self._place(header).write(replace(item, wrong=0, wrong_at=""))
        self.wrong_pins = NONE_WRONG

    def confirm_store(self) -> None:
        """Say that the database was made: from now on a missing one is an incident."""
        header = self._require_header()
        if not header.store_confirmed:
            self._write(header.confirmed())

    def note_unsent(self, visits: int, entries: int, reach: int = 0) -> None:
        """Keep, readable without a key, how much is unsent, and how many audit rows there are."""
        UnsentNote(visits, entries, reach).write(self._unsent_path, self._disk)

    @property
    def kept_reach(self) -> int:
        """How many audit rows the database is known to have."""
        return UnsentNote.read(self._unsent_path, self._disk).reach

    def keep_mark(self, mark: bytes) -> None:
        """Keep what the database file is told from another by; nothing is written when it is kept already."""
        header = self._require_header()
        if self._item(header).mark != mark.hex():
            with self._alone():
                self._place(header).write(replace(self._item(header), mark=mark.hex()))

    def kept_mark(self) -> bytes:
        """Return what the database file is told from another by; empty when it was never kept."""
        return bytes.fromhex(self._item(self._require_header()).mark)

    def keep_head(self, head: AuditHead) -> None:
        """Mirror the end of the audit chain where the database is not."""
        header = self._require_header()
        with self._alone():
            item = self._item(header)
            self._place(header).write(replace(item, head_sequence=head.sequence, head_hash=head.hash.hex()))

    def kept_head(self) -> AuditHead | None:
        """Return the mirrored end of the audit chain, or None when none was kept."""
        item = self._item(self._require_header())
        return AuditHead(item.head_sequence, bytes.fromhex(item.head_hash)) if item.head_sequence else None

    def set_aside(self) -> str:
        """Rename all files of this cache, so that a new one can be made; the old one stays whole."""
        return aside.set_aside(self.header_path, self._clock.now(), self._disk)

    def set_aside_before(self) -> list[str]:
        """Return the names of the caches that were set aside here, oldest first."""
        return aside.set_aside_before(self._folder, self._disk)

    @property
    def _unsent_path(self) -> Path:
        return self._folder / f"{_STEM}.unsent"

    def _header(self) -> Header | None:
        with as_store_errors():
            if self._disk.exists(self.header_path) and not self._disk.is_private(self.header_path):
                raise StoreExposed("others may read the header")
            return headers.read(self.header_path, self._disk)

    def _require_header(self) -> Header:
        header = self._header()
        if header is None:
            raise CacheMissing("there is no header")
        return header

    def _write(self, header: Header) -> None:
        with as_store_errors():
            self._disk.replace(self.header_path, headers.encode(header))

    def _place(self, header: Header) -> ItemPlace:
        if not header.backend:
            return ItemInFile(self._folder / f"{_STEM}.tries", self._disk)
        if self._protector is None or self._protector.name != header.backend:
            raise KeyringUnavailable(header.backend)
        return ItemInKeyring(self._protector, header.database_id)

    def _item(self, header: Header) -> KeyItem:
        """Return the item, if its secret is the one that the header was made with."""
        item = self._place(header).read()
        try:
            secret = bytes.fromhex(item.secret)
        except ValueError:
            raise KeyringLost from None
        if not hmac.compare_digest(check_value(secret, header.database_id), header.keyring_check):
            raise KeyringLost
        return item

    def _wrapped(self, header: Header, pin: str, secret: bytes, key: bytes) -> _Found:
        """Wrap a database key under a PIN, in a slot of its own salt."""
        salt = self._ids.secret(_SALT_BYTES)
        slot = Slot(self._kdf, salt.hex(), "")
        kek = _kek(header, slot, stretch(pin, salt, self._kdf), secret)
        return _Found(key, kek, replace(slot, wrapped=wrap(kek, key).hex()))

    def _require_nothing_left(self) -> None:
        """Refuse to begin anew over a database, or over a WAL that may hold the only copy of something signed."""
        for path in (self.store_path, self.store_path.with_name(f"{self.store_path.name}-wal")):
            if self._disk.exists(path) and self._disk.size(path) > 0:
                raise HeaderDamaged("the header is gone")


def _kek(header: Header, slot: Slot, from_pin: bytes, secret: bytes) -> bytes:
    """Return the key that wraps the database key: both the keyring's secret and the stretched PIN are in it."""
    return derive(secret + from_pin, salt=header.database_id.encode(), info=header.binding(slot))

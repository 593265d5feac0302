"""The seals beside one cache: every signed entry that the journal has not acknowledged, sealed to the organisation's public key.

This machine cannot open them, so they may outlive what it must not keep: a wipe, a lost PIN, a damaged database. A seal is
durable before the signature is committed, and goes when the journal has the entry or when it is taken back. Its name is a hash.
Until the commit its name says "pending": what a power cut leaves under that name was perhaps never signed (decision 0020).
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache import seal_format
from offline_cache.disk_faults import as_store_errors
from offline_cache.errors import CacheError, SealDamaged, StoreError
from offline_cache.organisation_key import PUBLIC_BYTES, key_id
from offline_cache.seal_format import SealHead
from offline_cache.sealed_entry import encode, sealed_entry
from offline_cache.states import EntryState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from offline_cache.entry_records import EntryRecord
    from offline_cache.sealed_entry import SealAuthor
    from offline_cache.store import Store
    from ports.disk import Disk
    from ports.ids import Ids

SUFFIX = ".seal"
"""How the name of a seal ends; nothing else in a cache's folder is named so, and a wipe leaves it."""

PENDING = f".pending{SUFFIX}"
"""How the name of a seal ends whose signature is not known to be committed."""

_KEPT = "organisation-key"
_DONE = (EntryState.DRAFT, EntryState.DELIVERED, EntryState.WITHDRAWN)
_DISCARDED = "draft-discarded"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was set right: seals removed and made, signed entries still without one, and seals that no row stands behind."""

    removed: int = 0
    made: int = 0
    lacking: int = 0
    without_row: int = 0


class Seals:
    """The seals of one cache. Synchronous: runs on the store's worker. Without a folder or a key it does nothing."""

    def __init__(
        self, folder: Path | None, disk: Disk, ids: Ids, *, journal: str, database: str, author: SealAuthor
    ) -> None:
        self._folder = folder
        self._disk = disk
        self._ids = ids
        self._journal = journal
        self._database = database
        self._author = author
        self._public: bytes | None = None

    @property
    def is_active(self) -> bool:
        """Tell whether what is signed now is sealed."""
        return self._folder is not None and self._public is not None

    @property
    def key(self) -> bytes | None:
        """The organisation's public key that is sealed to."""
        return self._public

    def use(self, public: bytes | None) -> None:
        """Seal to this public key from now on; one that cannot be a key counts as none."""
        self._public = public if public is not None and len(public) == PUBLIC_BYTES else None

    def seal(self, store: Store, entry_id: str) -> None:
        """Write the seal of a signed entry durably, to be called before its signature is committed.

        Raises:
            StoreFull, StoreFault: It could not be written; the signature must not be committed.
        """
        entry = store.entries.get(entry_id)
        if self._folder is None or self._public is None or entry is None:
            return
        self._write(store, entry, self._path(entry_id, PENDING))
        store.when_committed(lambda: self._confirm(entry_id))

    def refresh(self, store: Store, entry_id: str) -> None:
        """Seal an entry again that is another than it was sealed as, or needs it no more; in the transaction that changes it.

        Raises:
            StoreFull, StoreFault: It could not be done; the change must not be committed.
        """
        entry = store.entries.get(entry_id)
        if entry is not None and entry.state in _DONE:
            self.drop(entry_id)
        else:
            self.seal(store, entry_id)

    def _confirm(self, entry_id: str) -> None:
        """Say by its name that a seal holds what is committed; the next opening does it where this fails."""
        with contextlib.suppress(OSError):
            self._disk.relabel(self._path(entry_id, PENDING), self._path(entry_id))

    def _write(self, store: Store, entry: EntryRecord, path: Path) -> None:
        if self._public is None:
            return
        head = SealHead(
            key_id(self._public), self._journal, self._database, entry.entry_id, self._author.name
        )
        content = encode(sealed_entry(store, entry, self._author))
        raw = seal_format.make(head, content, public=self._public, secret=self._ids.secret(PUBLIC_BYTES))
        with as_store_errors():
            self._disk.replace(path, raw)

    @contextlib.contextmanager
    def or_nothing(self, entry_id: str) -> Iterator[None]:
        """Leave no seal behind when what is inside, the signature, does not come about."""
        try:
            yield
        except BaseException:
            with contextlib.suppress(CacheError):
                self._drop(self._path(entry_id, PENDING))
            raise

    @contextlib.contextmanager
    def back_if_undone(self, store: Store, entry_id: str) -> Iterator[None]:
        """Put the seal of what was to be taken back there again when that, with its commit, does not come about.

        To be entered before the transaction: the seal goes within it, and only after it is known that nothing was committed.
        """
        try:
            yield
        except BaseException:
            with contextlib.suppress(CacheError):
                entry = store.entries.get(entry_id) if self.is_active and entry_id else None
                if entry is not None and entry.state not in _DONE and not self.is_sealed(entry_id):
                    self._write(store, entry, self._path(entry_id))
            raise

    def drop(self, entry_id: str) -> None:
        """Remove the seal of an entry that nobody needs to rescue any more; nothing happens when there is none.

        Raises:
            StoreFault: It could not be removed.
        """
        if self._folder is not None:
            for ending in (PENDING, SUFFIX):
                self._drop(self._path(entry_id, ending))

    def _drop(self, path: Path) -> None:
        with as_store_errors():
            if self._disk.exists(path):
                self._disk.remove(path)

    def drop_if_possible(self, entry_id: str) -> None:
        """Remove the seal, or leave that to the next opening of the cache: rescue finds the entry in the journal meanwhile."""
        with contextlib.suppress(CacheError):
            self.drop(entry_id)

    def reconcile(self, store: Store) -> Reconciled:
        """Bring seals and rows together; to be called when the cache is opened and when the organisation's key comes.

        Seals of what is in the journal or taken back go. What is signed and unsent and has none, gets one. A seal of this
        database without a signed row is what a crash before the commit left, or what an older copy of the database does not know:
        it stays, unless the log says that the draft was thrown away after all. Seals of other databases are not touched.
        """
        if self._folder is None:
            return Reconciled()
        here, pending = self._here(), self._here(PENDING)
        removed = without_row = 0
        for entry_id in here | pending:
            entry = store.entries.get(entry_id)
            if entry.state in _DONE if entry else _thrown_away(store, entry_id):
                self.drop_if_possible(entry_id)
                removed += 1
            elif entry is None:
                without_row += 1
        made = lacking = 0
        for entry in self._unsent(store):
            if self._public is None:
                lacking += entry.entry_id not in here
            elif here.get(entry.entry_id) != key_id(self._public) or entry.entry_id in pending:
                try:
                    self._write(store, entry, self._path(entry.entry_id))
                    self._drop(self._path(entry.entry_id, PENDING))
                    made += 1
                except StoreError:
                    lacking += 1
        return Reconciled(removed, made, lacking, without_row)

    def is_sealed(self, entry_id: str) -> bool:
        """Tell whether the entry has its seal, so that it outlives the database."""
        if self._folder is None:
            return False
        with as_store_errors():
            return self._disk.exists(self._path(entry_id))

    def all_sealed(self, store: Store) -> bool:
        """Tell whether every signed entry that is not in the journal has its seal: only then may the database go."""
        here = self._here()
        return all(entry.entry_id in here for entry in self._unsent(store))

    def count(self, store: Store) -> int:
        """Return how many signed entries that are not in the journal have their seal."""
        here = self._here()
        return sum(entry.entry_id in here for entry in self._unsent(store))

    @staticmethod
    def _unsent(store: Store) -> list[EntryRecord]:
        return [entry for entry in store.entries.all() if entry.state not in _DONE]

    def _here(self, ending: str = "") -> dict[str, bytes]:
        """Return the ids of the entries of this database that have a seal (or one that is pending), and whose key it is."""
        if self._folder is None:
            return {}
        found: dict[str, bytes] = {}
        for path, raw in seals_in(self._folder, self._disk).items():
            if path.name.endswith(PENDING) != (ending == PENDING):
                continue
            with contextlib.suppress(SealDamaged):
                head = seal_format.read(raw).head
                if (head.journal, head.database) == (self._journal, self._database):
                    found[head.entry] = head.key
        return found

    def _path(self, entry_id: str, ending: str = SUFFIX) -> Path:
        if self._folder is None:
            raise SealDamaged("no folder")
        return self._folder / (seal_name(self._database, entry_id).removesuffix(SUFFIX) + ending)


def seal_name(database: str, entry_id: str) -> str:
    """Return the file name of a seal: the same for the same entry, so that signing again leaves one seal."""
    return hashlib.sha256(f"{database}\n{entry_id}".encode()).hexdigest()[:32] + SUFFIX


def seals_in(folder: Path, disk: Disk) -> dict[Path, bytes]:
    """Return the seals in a folder as they lie there. One that goes meanwhile, because the client delivers, is left out."""
    found: dict[Path, bytes] = {}
    with as_store_errors():
        for path in disk.list(folder):
            if path.suffix == SUFFIX and not path.name.startswith("."):
                with contextlib.suppress(FileNotFoundError):
                    found[path] = disk.read(path)
    return found


def kept_key(store: Store) -> bytes | None:
    """Return the organisation's public key as the journal last proved it."""
    return store.meta.get(_KEPT)


def keep_key(store: Store, public: bytes) -> None:
    """Keep the organisation's public key, so that sealing works without network."""
    if store.meta.get(_KEPT) != public:
        store.meta.put(_KEPT, public)


def _thrown_away(store: Store, entry_id: str) -> bool:
    """Tell whether the log of this database says that the draft behind a seal was discarded by a person."""
    if store.entries.draft(entry_id) is not None:
        return False
    return any(row.action == _DISCARDED and row.detail == entry_id for row in store.audit.records())

"""The store: one encrypted database, one connection, one process; its tables as the services see them."""

from __future__ import annotations

import contextlib
import hmac
from functools import partial
from typing import TYPE_CHECKING

from offline_cache.accesses import AccessTable
from offline_cache.audit import AuditLog
from offline_cache.changes import ChangeTable
from offline_cache.conflicts import ConflictTable
from offline_cache.cursors import CursorTable
from offline_cache.dependencies import Dependencies
from offline_cache.disk_faults import as_store_errors
from offline_cache.engine import Engine
from offline_cache.entries import EntryTable
from offline_cache.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFault,
    StoreRolledBack,
    StoreSwapped,
    StoreTooNew,
)
from offline_cache.holding import Holding
from offline_cache.meta import MetaTable
from offline_cache.notices import NoticeTable
from offline_cache.places import PlaceTable
from offline_cache.purges import PurgeTable
from offline_cache.receipts import ReceiptTable
from offline_cache.resources import ResourceTable
from offline_cache.safety_notices import SafetyNotices
from offline_cache.schema import migrate, require_readable
from offline_cache.scopes import ScopeTable
from offline_cache.search import Search
from offline_cache.search_index import SearchIndex
from offline_cache.strangers import StrangerTable
from offline_cache.sync_report import ReportTable
from offline_cache.told_log import ToldLog
from offline_cache.unsent_work import resources_under_unsent_work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from offline_cache.audit import AuditHead
    from offline_cache.keys import CacheKeys
    from ports.clock import Clock
    from ports.disk import Disk

_IDENTITY = "database-id"


class Store:
    """Everything that is kept. To be used from one thread."""

    def __init__(
        self,
        engine: Engine,
        keys: CacheKeys,
        clock: Clock,
        held: contextlib.ExitStack,
        *,
        read_only: bool = False,
        is_newer: bool = False,
    ) -> None:
        self._engine = engine
        self._keys = keys
        self.read_only = read_only
        self.is_newer = is_newer
        self._held = held
        self._clock = clock
        self._depth = 0
        self._doomed = False
        self._afterwards: list[Callable[[], None]] = []
        self.meta = MetaTable(engine)
        self._index = SearchIndex(engine, self.meta, self.transaction)
        self.search = Search(engine)
        self.resources = ResourceTable(engine, self._index, self.transaction)
        self.scopes = ScopeTable(engine)
        self.cursors = CursorTable(engine)
        self.places = PlaceTable(engine)
        self.notices = NoticeTable(engine)
        self.changes = ChangeTable(engine)
        self.reports = ReportTable(engine)
        self.purges = PurgeTable(engine)
        self.accesses = AccessTable(engine)
        self.entries = EntryTable(engine, clock, self.transaction)
        self.holding = Holding(engine, self.transaction)
        self.depends = Dependencies(engine)
        self.conflicts = ConflictTable(engine)
        self.receipts = ReceiptTable(engine)
        self.strangers = StrangerTable(engine, self.transaction)
        self.safety = SafetyNotices(engine)
        self.audit = AuditLog(engine, self.meta, keys.audit, clock)
        self.told = ToldLog(self.audit, self.meta)

    @classmethod
    def open(
        cls,
        path: Path | None,
        keys: CacheKeys,
        *,
        disk: Disk,
        clock: Clock,
        create: bool,
        read_only: bool = False,
    ) -> Store:
        """Open the store and check that it is the right one, whole and encrypted.

        Args:
            path: The database file; None keeps everything in memory and needs no file.
            keys: What the vault gave.
            disk: Where the file lies.
            clock: What stamps drafts and audit rows.
            create: Whether a missing or empty file is a first run; else it is an incident.
            read_only: Read beside the process that writes, or a store of a later version. No step of the schema
                is taken, and whatever would write raises StoreBusy or StoreTooNew.

        Raises:
            StoreBusy: Another process has it open.
            StoreMissing: There is no database where one must be.
            StoreDamaged: It does not open with these keys, or is another cache's.
            StoreTooNew: A later version of the program wrote it.
            StoreExposed, StoreRemote: Others may read the file, or it lies on a network disk.
            StoreFull, StoreReadOnly: There is no room, or the disk may not be written to.
            StoreFault: The disk or the engine failed otherwise.
        """
        with contextlib.ExitStack() as held:
            if path is not None and not read_only and not _locked(held, path, disk):
                raise StoreBusy("another process has the cache open")
            engine = Engine(path, keys.database, disk, create=create, read_only=read_only)
            held.callback(engine.close)
            is_newer = read_only and require_readable(engine)
            if is_newer:
                engine.refusal = StoreTooNew
            elif not read_only:
                migrate(engine, partial(_keep_copy, engine, path, keys, disk))
            kept = held.pop_all()
            try:
                store = cls(engine, keys, clock, kept, read_only=read_only, is_newer=is_newer)
                store._check(keys)
                if not read_only:
                    store._index.bring_up()
            except BaseException:
                kept.close()
                raise
        return store

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what happens inside, or nothing of it; one inside another joins it."""
        if self._depth:
            with self._inner():
                yield
            return
        self._engine.run("BEGIN IMMEDIATE")
        self._doomed = False
        self._afterwards = []
        try:
            with self._inner():
                yield
            self._commit()
        except BaseException:
            self._roll_back()
            raise
        for act in self._afterwards:
            act()

    def when_committed(self, act: Callable[[], None]) -> None:
        """Have something done once the transaction under way is on the disk, and not at all if it never is.

        Outside of a transaction it is done now. It must not raise: what is committed is committed.
        """
        if self._depth:
            self._afterwards.append(act)
        else:
            act()

    @property
    def database_id(self) -> str:
        """Return the id that the database keeps through every change of key."""
        return self._keys.database_id

    @property
    def mark(self) -> bytes:
        """Return what the file is told from another by, without a key."""
        return self._engine.mark

    def require_current(self, head: AuditHead | None, reach: int) -> None:
        """Refuse a store that lacks what is known to have been written.

        Args:
            head: The end of the audit chain as it was mirrored outside, or None.
            reach: A number of audit rows that is known to have been reached.

        Raises:
            StoreRolledBack: It is an older copy, or its WAL is gone.
        """
        if self.audit.head.sequence < reach or (head is not None and not self.audit.holds(head)):
            raise StoreRolledBack("an older copy")

    def rewrite_under(self, keys: CacheKeys, beside: Path, disk: Disk) -> None:
        """Write all of it anew under another key and go on with that; until the last step the old file stands.

        Args:
            keys: The new keys. Both they and the old ones must be wrapped in the header already.
            beside: Where the new file is made, in the folder of the store.
            disk: Where both lie.

        Raises:
            StoreBusy: Another process reads; the old file stands.
        """
        with as_store_errors():
            disk.remove(beside)
        self.audit.keep_key()
        head = self.audit.head
        self._engine.copy_under(beside, keys.database)
        copy = Store.open(beside, keys, disk=disk, clock=self._clock, create=False)
        try:
            copy.check()
            copy.require_current(head, head.sequence)
        finally:
            copy.close()
        self._engine.exchange(beside, self._keys.database, keys.database)
        self._keys = keys

    def under_unsent_work(self) -> frozenset[tuple[str, str]]:
        """Return type and id of what drafts and undelivered entries stand on."""
        return resources_under_unsent_work(self._engine)

    def check(self) -> None:
        """Read every page and every index; StoreDamaged when one does not hold."""
        if self._engine.run("PRAGMA quick_check") != [("ok",)]:
            raise StoreDamaged("quick_check")

    def compact(self) -> None:
        """Write the file anew without the pages of what was deleted; the log beside it is emptied."""
        self._engine.compact()

    def close(self) -> None:
        """Close the database and let the lock go; a second time does nothing."""
        self._held.close()

    @contextlib.contextmanager
    def _inner(self) -> Iterator[None]:
        """Count the depth, and let no failure inside be committed because somebody caught it on the way."""
        self._depth += 1
        try:
            yield
        except BaseException:
            self._doomed = True
            raise
        finally:
            self._depth -= 1

    def _commit(self) -> None:
        if self._doomed:
            raise StoreFault("a part of the transaction failed")
        self._engine.run("COMMIT")

    def _roll_back(self) -> None:
        """Undo; the engine may have done so itself, and a failure here must not hide the first one."""
        with contextlib.suppress(StoreError):
            if self._engine.in_transaction:
                self._engine.run("ROLLBACK")

    def _check(self, keys: CacheKeys) -> None:
        known = self.meta.get(_IDENTITY)
        if known is None and not self.read_only:
            self.meta.put(_IDENTITY, keys.database_id.encode())
            known = self.meta.get(_IDENTITY)
        if known is None or not hmac.compare_digest(known, keys.database_id.encode()):
            raise StoreSwapped("the database is another one than the header's")
        if not self._engine.is_encrypted():
            raise StoreDamaged("the database is not encrypted")
        self._engine.guard()


def _locked(held: contextlib.ExitStack, path: Path, disk: Disk) -> bool:
    """Take the lock file beside the database for as long as the store is open."""
    with as_store_errors():
        return held.enter_context(disk.lock(path.with_suffix(".lock")))


def _keep_copy(engine: Engine, path: Path | None, keys: CacheKeys, disk: Disk, version: int) -> None:
    """Copy the store of a version beside itself, under the same key; a copy that was cut off is made anew."""
    if path is not None:
        copy = path.with_name(f"{path.stem}.v{version}.db")
        engine.copy_under(path.with_name(f"{path.stem}.copy.db"), keys.database)
        with as_store_errors():
            disk.rename(path.with_name(f"{path.stem}.copy.db"), copy)

"""The store: one encrypted database, one connection, one process; its tables as the services see them."""

from __future__ import annotations

import contextlib
import hmac
from typing import TYPE_CHECKING

from offline_cache.audit import AuditLog
from offline_cache.disk_faults import as_store_errors
from offline_cache.engine import Engine
from offline_cache.entries import EntryTable
from offline_cache.errors import StoreBusy, StoreDamaged, StoreError, StoreFault
from offline_cache.meta import MetaTable
from offline_cache.purges import PurgeTable
from offline_cache.resources import ResourceTable
from offline_cache.schema import migrate
from offline_cache.scopes import ScopeTable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from offline_cache.keys import CacheKeys
    from ports.clock import Clock
    from ports.disk import Disk

_IDENTITY = "database-id"


class Store:
    """Everything that is kept. To be used from one thread."""

    def __init__(self, engine: Engine, keys: CacheKeys, clock: Clock, held: contextlib.ExitStack) -> None:
        self._engine = engine
        self._held = held
        self._depth = 0
        self._doomed = False
        self.meta = MetaTable(engine)
        self.resources = ResourceTable(engine)
        self.scopes = ScopeTable(engine)
        self.purges = PurgeTable(engine)
        self.entries = EntryTable(engine, clock, self.transaction)
        self.audit = AuditLog(engine, self.meta, keys.audit, clock)

    @classmethod
    def open(cls, path: Path | None, keys: CacheKeys, *, disk: Disk, clock: Clock, create: bool) -> Store:
        """Open the store and check that it is the right one, whole and encrypted.

        Args:
            path: The database file; None keeps everything in memory and needs no file.
            keys: What the vault gave.
            disk: Where the file lies.
            clock: What stamps drafts and audit rows.
            create: Whether a missing or empty file is a first run; else it is an incident.

        Raises:
            StoreBusy: Another process has it open.
            CacheMissing: There is no database where one must be.
            StoreDamaged: It does not open with these keys, or is another cache's.
            StoreFull: There is no room.
            StoreFault: The disk or the engine failed otherwise.
        """
        with contextlib.ExitStack() as held:
            if path is not None and not _locked(held, path, disk):
                raise StoreBusy("another process has the cache open")
            engine = Engine(path, keys.database, disk, create=create)
            held.callback(engine.close)
            migrate(engine)
            store = cls(engine, keys, clock, held.pop_all())
            try:
                store._check(keys)
            except BaseException:
                store.close()
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
        try:
            with self._inner():
                yield
            self._commit()
        except BaseException:
            self._roll_back()
            raise

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
        if known is None:
            self.meta.put(_IDENTITY, keys.database_id.encode())
            known = self.meta.get(_IDENTITY)
        if known is None or not hmac.compare_digest(known, keys.database_id.encode()):
            raise StoreDamaged("the database is another one than the header's")
        if not self._engine.is_encrypted():
            raise StoreDamaged("the database is not encrypted")
        self._engine.guard()


def _locked(held: contextlib.ExitStack, path: Path, disk: Disk) -> bool:
    """Take the lock file beside the database for as long as the store is open."""
    with as_store_errors():
        return held.enter_context(disk.lock(path.with_suffix(".lock")))

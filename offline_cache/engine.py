"""The encrypted database: SQLCipher 4 format by apsw-sqlite3mc, its settings, its guard and its errors.

Every statement of the store passes through `Engine.run`, where an engine's error becomes one of ours.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import apsw

from offline_cache.disk_faults import NO_ROOM, NOT_WRITABLE, as_store_errors
from offline_cache.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreExposed,
    StoreFault,
    StoreFull,
    StoreMissing,
    StoreReadOnly,
    StoreRemote,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ports.disk import Disk

Value = None | int | float | str | bytes
"""What SQLite stores."""

Row = tuple["Value", ...]

_KEY_BYTES = 32
_SECTOR_OF_PLAIN_TEXT = b"SQLite format 3\x00"
_TEMP_STORE = {"TEMP_STORE=2", "TEMP_STORE=3"}
_CACHE_KIB = 16_384
_MARK_BYTES = 16
_STATEMENTS = 512
"""How many compiled statements are kept: the store has some hundred and sixty."""
_READER_WAITS_MS = 2000
_FREE_PRAGMAS = {"quick_check", "integrity_check", "wal_checkpoint", "user_version", "data_version"}
_DENIED = {
    apsw.SQLITE_ATTACH,
    apsw.SQLITE_DETACH,
    apsw.SQLITE_CREATE_VTABLE,
    apsw.SQLITE_DROP_VTABLE,
    apsw.SQLITE_CREATE_TABLE,
    apsw.SQLITE_CREATE_TRIGGER,
    apsw.SQLITE_CREATE_VIEW,
    apsw.SQLITE_CREATE_TEMP_TABLE,
    apsw.SQLITE_CREATE_TEMP_TRIGGER,
    apsw.SQLITE_CREATE_TEMP_VIEW,
    apsw.SQLITE_DROP_TABLE,
    apsw.SQLITE_DROP_TRIGGER,
    apsw.SQLITE_DROP_INDEX,
    apsw.SQLITE_ALTER_TABLE,
}


class Engine:
    """One connection to one encrypted file (or to memory), opened, checked and guarded."""

    def __init__(
        self, path: Path | None, key: bytes, disk: Disk, *, create: bool, read_only: bool = False
    ) -> None:
        if (
            len(key) != _KEY_BYTES
        ):  # a shorter one would silently be taken for a passphrase (security.md §1.5)
            raise StoreFault("the key has the wrong length")
        if not _TEMP_STORE & set(apsw.compile_options):
            raise StoreFault("this SQLite may write temporary files")
        self._path = path
        self._disk = disk
        self._in_memory = path is None
        self._is_shared = disk.vfs is None  # a simulated disk has no shared memory for two processes
        self._read_only = read_only
        self.refusal: type[StoreError] = StoreBusy
        """What a write raises where only reading is allowed."""
        if path is not None:
            _require_file(path, disk, create=create)
        self._connect(key)

    def _connect(self, key: bytes) -> None:
        access = apsw.SQLITE_OPEN_READONLY if self._read_only else apsw.SQLITE_OPEN_READWRITE
        try:
            self._connection = apsw.Connection(
                str(self._path or ":memory:"),
                flags=access | apsw.SQLITE_OPEN_URI,  # a copy under another key is named by a URI
                vfs=self._disk.vfs if self._path else None,
                statementcachesize=_STATEMENTS,
            )
            # Else SQLite compiles a statement anew when other values are bound: for statistics that are not kept here.
            self._connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        except apsw.Error as error:
            raise _translated(error, 0) from error
        try:
            self._set_up(key)
        except BaseException:
            self.close()
            raise

    def run(self, statement: str, values: Iterable[Value] = ()) -> list[Row]:
        """Run one statement and return its rows; the engine's errors come out as ours."""
        try:
            return self._connection.execute(statement, tuple(values)).fetchall()
        except apsw.Error as error:
            raise self._translated(error) from error

    def run_many(self, statement: str, rows: Sequence[Iterable[Value]]) -> list[Row]:
        """Run one statement once for each row of values, and return the rows of all; as a loop over `run`, but quicker."""
        try:
            return self._connection.executemany(statement, map(tuple, rows)).fetchall()
        except apsw.Error as error:
            raise self._translated(error) from error

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.in_transaction

    @property
    def changes(self) -> int:
        """How many rows the last statement changed."""
        return self._connection.changes()

    def guard(self) -> None:
        """Refuse from now on other files, virtual tables, changed schemas and all but harmless pragmas."""
        self._connection.authorizer = _authorize

    def copy_under(self, target: Path, key: bytes) -> None:
        """Write the whole database, without its free pages, to an empty file under another key."""
        self._disk.replace(target, b"")  # made by the port, so that it is private from its first moment
        uri = f"{target.absolute().as_uri()}?cipher=sqlcipher&legacy=4&key=raw:{key.hex()}"
        guard, self._connection.authorizer = self._connection.authorizer, None
        try:
            self.run("VACUUM INTO ?", (uri,))
        finally:
            self._connection.authorizer = guard

    def exchange(self, source: Path, old: bytes, new: bytes) -> None:
        """Put `source`, which is under the key `new`, in the place of the database, and go on with it.

        Raises:
            StoreBusy: Another process reads; nothing was exchanged.
        """
        path = self._path
        if path is None:
            raise StoreFault("nothing to exchange in memory")
        guard = self._connection.authorizer
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        self.close()
        is_alone = not self._disk.exists(
            path.with_name(f"{path.name}-wal")
        )  # the last one to close removes it
        if is_alone:
            with as_store_errors():
                self._disk.rename(source, path)
        self._connect(new if is_alone else old)
        self._connection.authorizer = guard
        if not is_alone:
            raise StoreBusy("another process reads the cache")

    def compact(self) -> None:
        """Write the database anew and cut the log to nothing. The guard steps aside: VACUUM attaches a file of its own.

        Raises:
            StoreFull: There is no room for the copy; nothing is changed, and what was deleted stays zeroed in its page.
        """
        self._connection.authorizer = None
        try:
            self.run("VACUUM")
        finally:
            self.guard()
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")

    def is_encrypted(self) -> bool:
        """Tell whether the file's first bytes are ciphertext; memory counts as such."""
        if self._in_memory:
            return True
        return self.mark != _SECTOR_OF_PLAIN_TEXT

    @property
    def mark(self) -> bytes:
        """Return the first bytes of the file: the salt, unlike that of any other database."""
        _whole, head = self._connection.read("main", 0, 0, _MARK_BYTES)
        return head

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        with contextlib.suppress(apsw.Error):  # what the last checkpoint could not move stays in the WAL
            self._connection.close()

    def _set_up(self, key: bytes) -> None:
        if not self._in_memory:
            for name, value in (("cipher", "sqlcipher"), ("legacy", 4), ("key", f"raw:{key.hex()}")):
                self._pragma(name, value)
        if self._read_only:
            self._connection.set_busy_timeout(_READER_WAITS_MS)  # the writer may be looking through its WAL
        locking = "normal" if self._is_shared and not self._in_memory else "exclusive"
        self._pragma("locking_mode", locking)  # before the first read: it decides where the WAL's index lies
        self.run("SELECT count(*) FROM sqlite_schema")  # a wrong key or a damaged first page shows here
        self._pragma("page_size", 4096)
        for name, value, wanted in (
            ("locking_mode", locking, locking),
            ("journal_mode", "wal", "memory" if self._in_memory else "wal"),
            ("synchronous", "full", 2),
            ("temp_store", "memory", 2),
            ("secure_delete", 1, 1),
            ("foreign_keys", 1, 1),
            ("trusted_schema", 0, 0),
            ("cell_size_check", 1, 1),
            ("cache_size", -_CACHE_KIB, -_CACHE_KIB),
        ):
            self._pragma(name, value)
            if self._pragma(name) != wanted:
                raise StoreFault(f"the setting {name} was not taken")

    def _translated(self, error: apsw.Error) -> StoreError:
        """Return our error; a connection that is closed has no errno to ask for."""
        if self._read_only and isinstance(error, apsw.ReadOnlyError):
            return self.refusal(type(error).__name__)
        try:
            return _translated(error, self._connection.system_errno)
        except apsw.ConnectionClosedError:
            return _translated(error, 0)

    def _pragma(self, name: str, value: str | int | None = None) -> Value:
        try:
            result: Value = self._connection.pragma(name, *([] if value is None else [value]))
        except apsw.Error as error:
            raise self._translated(error) from error
        return result


def _require_file(path: Path, disk: Disk, *, create: bool) -> None:
    """Let no missing or empty file be opened as a new database, unless one is to be made; nor one others can read."""
    with as_store_errors():
        if disk.is_remote(path):
            raise StoreRemote("the cache lies on a network disk")
        wal = path.with_name(f"{path.name}-wal")
        if not all(disk.is_private(each) for each in (path, wal) if disk.exists(each)):
            raise StoreExposed("others may read the cache")
        if disk.exists(path) and disk.size(path) > 0:
            return
        if not create:
            raise StoreMissing("the database is missing or empty")
        disk.replace(path, b"")  # made by the port, so that it is private from its first moment


def _translated(error: apsw.Error, system_error: int) -> StoreError:
    """Return our error for the engine's, with the engine's class as the only text."""
    name = type(error).__name__
    if isinstance(error, apsw.FullError) or (isinstance(error, apsw.IOError) and system_error in NO_ROOM):
        return StoreFull(name)
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return StoreDamaged(name)
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return StoreBusy(name)
    if isinstance(error, apsw.ReadOnlyError) or system_error in NOT_WRITABLE:
        return StoreReadOnly(name)
    return StoreFault(name)


def _authorize(
    operation: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
) -> int:
    if operation in _DENIED:
        return int(apsw.SQLITE_DENY)
    if operation == apsw.SQLITE_PRAGMA and (first or "").lower() not in _FREE_PRAGMAS:
        return int(apsw.SQLITE_DENY)
    if operation == apsw.SQLITE_FUNCTION and (second or "").lower() == "load_extension":
        return int(apsw.SQLITE_DENY)
    return int(apsw.SQLITE_OK)

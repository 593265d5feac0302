"""Bugs planted in the store: what is durable, and what stands or falls together."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from offline_cache.audit import AuditLog
from offline_cache.engine import Engine
from offline_cache.seals import Seals
from offline_cache.store import Store
from services.access import Access
from services.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from offline_cache.engine import Row, Value
    from offline_cache.entries import NewPart
    from services.views import Draft


def acknowledged_before_commit() -> AbstractContextManager[object]:
    """A commit is left to the next transaction."""
    run = Engine.run

    def lazily(self: Engine, statement: str, values: Any = ()) -> list[Row]:
        if statement == "COMMIT":
            return []
        if statement == "BEGIN IMMEDIATE" and self.in_transaction:
            run(self, "COMMIT")
        return run(self, statement, values)

    return patch.object(Engine, "run", lazily)


def synchronous_normal() -> AbstractContextManager[object]:
    """A commit comes back before the disk has it."""
    pragma = Engine._pragma

    def weaker(self: Engine, name: str, value: str | int | None = None) -> Value:
        if name != "synchronous":
            return pragma(self, name, value)
        return pragma(self, name, "normal") if value is not None else 2

    return patch.object(Engine, "_pragma", weaker)


def audit_in_another_transaction() -> AbstractContextManager[object]:
    """The row of the log is written with whatever comes next."""
    append = AuditLog.append
    begin = Store.transaction

    def later(self: AuditLog, action: str, **more: Any) -> None:
        waiting = self.__dict__.setdefault("_waiting", [])
        waiting.append((action, more))

    @contextlib.contextmanager
    def transaction(self: Store) -> Any:
        with begin(self):
            if self._depth == 1:
                waiting = self.audit.__dict__.pop("_waiting", [])
                for action, more in waiting:
                    append(self.audit, action, **more)
            yield

    held = contextlib.ExitStack()
    held.enter_context(patch.object(AuditLog, "append", later))
    held.enter_context(patch.object(Store, "transaction", transaction))
    return held


def seal_not_written_before_the_commit() -> AbstractContextManager[object]:
    """The seal of a signature is left to the next opening of the cache."""
    sign = Writing.sign

    def unsealed(self: Writing, draft: Draft, parts: list[NewPart], title: str) -> datetime:
        with patch.object(Seals, "seal", lambda self, entry, parts: None):
            return sign(self, draft, parts, title)

    return patch.object(Writing, "sign", unsealed)


@contextlib.contextmanager
def opening_not_logged() -> Iterator[None]:
    """A chart is shown, and the log has no row of it: neither was it written, nor was it looked for."""
    append = AuditLog.append

    def silently(self: AuditLog, action: str, **more: Any) -> None:
        if action != "open-patient":
            append(self, action, **more)

    with (
        patch.object(AuditLog, "append", silently),
        patch.object(Access, "require", lambda _self, _opened: None),
    ):
        yield


def rewritten_in_the_clear() -> AbstractContextManager[object]:
    """The copy that a purge makes is not encrypted."""

    def plainly(self: Engine, target: Path, key: bytes) -> None:
        del key
        guard, self._connection.authorizer = self._connection.authorizer, None
        try:
            self.run("VACUUM INTO ?", (f"{target.absolute().as_uri()}?cipher=sqlcipher&legacy=4&key=",))
        finally:
            self._connection.authorizer = guard

    return patch.object(Engine, "copy_under", plainly)

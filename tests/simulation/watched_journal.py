"""The embedded journal with a log of all that was ever written to it, and by whom: the truth that promises are held against."""

from __future__ import annotations

import contextlib
import sqlite3
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.conduct import Conduct
from sandbox.fhir.journal import Journal
from sandbox.fhir.tables import open_tables
from tests.sandbox_acts import Acts

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.app import Parts
    from sandbox.fhir.writing import Writing

_URN = "urn:uuid:"


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose request is being carried out. One that is late is carried out although its client has given it up."""

    laptop: int
    op_id: str = ""
    is_late: bool = False


SOMEBODY_ELSE = Sender(-1)
sender: ContextVar[Sender] = ContextVar("sender", default=SOMEBODY_ELSE)


@dataclass(frozen=True, slots=True)
class Write:
    """One version that was stored; `op_id` is the part's own id where it is a create of ours."""

    sender: Sender
    type: str
    id: str
    number: int
    method: str
    body: bytes
    op_id: str
    moment: float


class WatchedJournal(Journal):
    """Keeps a log beside its tables. A copy that is put back takes nothing out of the log."""

    def __init__(self, tables: sqlite3.Connection, ids: Ids, clock: Clock) -> None:
        super().__init__(tables, ids)
        self.log: list[Write] = []
        self.filed: dict[str, list[tuple[str, str]]] = {}
        self._clock = clock

    @contextlib.contextmanager
    def writing(self, stamp: datetime) -> Iterator[Writing]:
        """Store, and log what was stored."""
        last = self.tables.execute("SELECT max(rowid) FROM version").fetchone()[0] or 0
        with super().writing(stamp) as writing:
            yield writing
        sql = "SELECT type, id, version, method, body FROM version WHERE rowid > ? ORDER BY rowid"
        for type_, id_, number, method, body in self.tables.execute(sql, (last,)).fetchall():
            self._note(str(type_), str(id_), int(number), str(method), bytes(body))

    def _note(self, type_: str, id_: str, number: int, method: str, body: bytes) -> None:
        by = sender.get()
        op_id = (op_id_of(msgspec.json.decode(body)) or by.op_id) if method == "POST" else ""
        self.log.append(Write(by, type_, id_, number, method, body, op_id, self._clock.monotonic()))
        if op_id:
            self.filed.setdefault(op_id, []).append((type_, id_))

    def there(self, op_id: str) -> list[tuple[str, str, dict[str, Any]]]:
        """Return type, id and content of everything that stands in the journal for a part."""
        found = [(t, i, self.read(t, i)) for t, i in self.filed.get(op_id, ())]
        return [(t, i, msgspec.json.decode(one.body)) for t, i, one in found if one is not None]


class Lagging:
    """The hooks of the journal: a stamp is given, and what bears it is published when the dice say so."""

    def __init__(self, chance: random.Random, clock: Clock) -> None:
        self.conduct = Conduct()
        self.lag = 0.0
        self._chance = chance
        self._clock = clock

    def stamp_clock(self, clock: Clock) -> datetime:
        """Return the time now; what makes it early is the commit that waits."""
        return clock.now()

    async def before_commit(self, kind: str) -> None:
        """Wait, now and then."""
        del kind
        if self.lag and self._chance.random() < 0.5:
            await self._clock.sleep(self._chance.uniform(0, self.lag))

    async def after_commit(self, kind: str) -> None:
        """Do nothing."""


class Behind(Acts):
    """What happens behind the clients' backs; a restored copy is remembered."""

    def __init__(self, parts: Parts, clock: Clock) -> None:
        super().__init__(parts)
        self.restored_at: float | None = None
        self.has_backup = False
        self._time = clock

    def backup(self) -> None:
        """Take a copy."""
        super().backup()
        self.has_backup = True

    def restore(self) -> None:
        """Put the copy back."""
        super().restore()
        self.restored_at = self._time.monotonic()


def op_id_of(tree: Any) -> str:
    """Return the id that a part of ours bears in its identifier; empty for none."""
    rows = tree.get("identifier") if isinstance(tree, dict) else None
    values = [str(row.get("value", "")) for row in rows or () if isinstance(row, dict)]
    return next((value.removeprefix(_URN) for value in values if value.startswith(_URN)), "")


def copy_in_memory(template: Path) -> sqlite3.Connection:
    """Return the template's tables in memory."""
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    source = open_tables(template)
    source.backup(memory)
    source.close()
    return memory

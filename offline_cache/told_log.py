"""How much of the audit log the journal has acknowledged: the rows go up in order, so one number says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offline_cache.audit import AuditLog, AuditRecord
    from offline_cache.meta import MetaTable

_TOLD = "audit.told"


class ToldLog:
    """What the journal was told. A number that is lost costs a repetition, which the journal itself takes once."""

    def __init__(self, audit: AuditLog, meta: MetaTable) -> None:
        self._audit = audit
        self._meta = meta

    @property
    def upto(self) -> int:
        """Return the sequence number of the last row that the journal has; 0 before the first."""
        return int.from_bytes(self._meta.get(_TOLD) or b"", "big")

    @property
    def count_waiting(self) -> int:
        """Return how many rows the journal does not have."""
        return self._audit.head.sequence - self.upto

    def waiting(self, most: int) -> list[AuditRecord]:
        """Return the next rows to tell, `most` at most, in order."""
        return self._audit.records(self.upto, most)

    def told(self, sequence: int) -> None:
        """Keep that the journal has acknowledged every row up to this one."""
        if sequence > self.upto:
            self._meta.put(_TOLD, sequence.to_bytes(8, "big"))

    def forget(self) -> None:
        """Begin again: the journal was put back from a copy, and lost some of it."""
        self._meta.delete(_TOLD)

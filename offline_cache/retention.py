"""Purging: removing charts that may no longer be kept, so that nothing of them is left in the file.

The order is committed first; the rows of one patient go in one commit with their audit row; then the file is written anew;
only then is the order forgotten. Whoever is killed on the way goes on from there at the next start. Entries, receipts and the
log stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from offline_cache.purges import HeldBy, PurgeReason, PurgeRecord, PurgeStep
from offline_cache.states import EntryState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from offline_cache.store import Store
    from ports.clock import Clock

_SETTLED = (EntryState.DELIVERED, EntryState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What one pass did: whose charts are gone, and whose had to stay, with the reason."""

    gone: tuple[str, ...]
    held: tuple[PurgeRecord, ...]


class Retention:
    """The purges of one store. Synchronous: runs on the store's worker.

    Args:
        store: The store.
        clock: What stamps the orders.
        actor: Whose cache it is, for the log.
        is_sealed: Tells whether a signed entry lies sealed beside the database, so that it survives it.
        rewrite: Writes the file anew, so that no page keeps what was deleted; by itself the store's own compacting.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        actor: str,
        is_sealed: Callable[[str], bool],
        rewrite: Callable[[], None] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._actor = actor
        self._is_sealed = is_sealed
        self._rewrite = rewrite or store.compact

    def order(self, patients: Iterable[str], reason: PurgeReason) -> None:
        """Commit that these charts must go; joins the transaction it is called in."""
        with self._store.transaction():
            for patient in patients:
                self._store.purges.order(patient, reason, self._clock.now())

    def order_all(self, reason: PurgeReason) -> None:
        """Commit that every chart must go, with what belongs to no patient and the round itself."""
        charted = self._store.purges.charted()
        if charted:
            self.order(charted, reason)

    def order_off_list(self, listed: Collection[str]) -> None:
        """Commit that whoever is not on a list that is proved whole must go, and that nobody on it must.

        An empty list removes nobody: that is what a journal says that has lost its own data. The hard end sees to it.
        """
        if not listed:
            return
        with self._store.transaction():
            for record in self._store.purges.all():
                if record.patient in listed and record.reason is not PurgeReason.JOURNAL:
                    self._store.purges.call_off(record.patient)
            self.order(set(self._store.purges.charted()) - set(listed) - {""}, PurgeReason.OFF_LIST)

    def carry_out(self, *, in_sight: Collection[str] = ()) -> PurgeReport:
        """Do what was ordered, as far as it may be done; to be called again at each start and each change.

        Args:
            in_sight: Patients whose chart is open on the screen: they merely left the list, so they wait until it is closed.
        """
        gone: list[str] = []
        for record in self._store.purges.all():
            if record.reason is PurgeReason.OFF_LIST and record.patient in in_sight:
                continue
            if record.step is PurgeStep.DELETED:
                gone.append(record.patient)
            elif (why := self._stands_in_the_way(record)) is not HeldBy.NOTHING:
                self._hold(record, why)
            else:
                self._remove(record)
                gone.append(record.patient)
        if gone:
            self._rewrite()
            with self._store.transaction():
                self._store.purges.close()
                self._store.audit.append("purge-complete", detail=str(len(gone)), actor=self._actor)
        return PurgeReport(tuple(gone), self.held())

    def held(self) -> tuple[PurgeRecord, ...]:
        """Return the charts that must go and had to stay."""
        return tuple(r for r in self._store.purges.all() if r.step is PurgeStep.HELD)

    def unsealed(self, patient: str | None = None) -> list[str]:
        """Return the signed entries that are neither in the journal nor sealed: they would be lost with the database."""
        return [id_ for id_ in self._unsent(patient) if not self._is_sealed(id_)]

    def _unsent(self, patient: str | None) -> list[str]:
        return [
            entry.entry_id
            for entry in self._store.entries.all()
            if entry.state not in _SETTLED and patient in (None, entry.patient)
        ]

    def _stands_in_the_way(self, record: PurgeRecord) -> HeldBy:
        if not record.patient:
            return HeldBy.NOTHING
        if self.unsealed(record.patient):
            return HeldBy.UNSEALED
        if record.reason is not PurgeReason.OFF_LIST:
            return HeldBy.NOTHING
        if self._unsent(record.patient):
            return HeldBy.UNSENT
        return HeldBy.DRAFT if self._store.entries.drafts(record.patient) else HeldBy.NOTHING

    def _hold(self, record: PurgeRecord, why: HeldBy) -> None:
        if (record.step, record.held_by) == (PurgeStep.HELD, why):
            return
        with self._store.transaction():
            self._store.purges.move(record.patient, PurgeStep.HELD, why)
            self._store.audit.append(
                "purge-held", patient=record.patient, basis=record.reason, detail=why, actor=self._actor
            )

    def _remove(self, record: PurgeRecord) -> None:
        with self._store.transaction():
            self._store.purges.remove_chart(record.patient)
            if record.reason in (PurgeReason.HARD_END, PurgeReason.JOURNAL):
                self._store.scopes.forget_round()
            self._store.purges.move(record.patient, PurgeStep.DELETED)
            self._store.audit.append("purge", patient=record.patient, basis=record.reason, actor=self._actor)

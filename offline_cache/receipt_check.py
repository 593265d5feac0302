"""Whether the journal still has what it once acknowledged: a journal put back from a copy is noticed, an emptied one refused.

Each receipt is asked for once, the newest of those again now and then; only when one is gone, or the journal calls itself
another, are all of them asked for. The newest alone would not do: what came after the copy was put back hides what it lost.
Nothing is sent again by this: a person is told what is missing and decides (offline-cache.md §1.5, S6, S7, S10).
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from client.errors import JournalError
from offline_cache.instants import from_text, to_text
from offline_cache.kept_differently import from_detail
from offline_cache.outbox_notes import note_differing
from offline_cache.part_sending import IDENTIFIER_SYSTEM
from offline_cache.places import RUN
from offline_cache.reading_back import keeps_identifier

if TYPE_CHECKING:
    from client.capability import Capabilities
    from client.journal import JournalClient
    from client.resource import Resource
    from offline_cache.entry_records import PartRecord
    from offline_cache.receipts import Receipt
    from offline_cache.store import Store
    from ports.clock import Clock
    from ports.worker import Worker

BETWEEN_PROBES = timedelta(hours=1)
"""How often one receipt is asked for while the journal calls itself the same."""

_INSTANCE = "journal.instance"
_PROBED = "journal.probed"
_GONE = frozenset({404, 410})


class Standing(StrEnum):
    """What the journal is to what it acknowledged before."""

    SAME = "same"
    RESTORED = "restored"  # some of it is missing
    OTHER = "other"  # nothing of it is there: emptied, or another journal; nothing is sent to it


class ReceiptCheck:
    """Asks. The caller delivers only to a journal that is not OTHER."""

    def __init__(self, client: JournalClient, store: Store, worker: Worker, clock: Clock) -> None:
        self._client = client
        self._store = store
        self._worker = worker
        self._clock = clock
        self.standing = Standing.SAME

    async def check(self, can: Capabilities) -> Standing:
        """Return what the journal is, having asked no more than is due.

        Raises:
            JournalError: the question failed; nothing is known, and nothing should be sent to a journal that changed its name.
        """
        known, receipts, is_due = await self._worker.run(self._known)
        is_renamed = known is not None and can.instance_id.encode() != known
        if not is_renamed and not is_due and self.standing is not Standing.OTHER:
            return self.standing
        before = self.standing
        if (
            is_renamed
            or self.standing is not Standing.SAME
            or not await self._are_there(_samples(receipts), can)
        ):
            self.standing = await self._verify_all(receipts, can)
        is_put_back = self.standing is Standing.RESTORED and before is not Standing.RESTORED
        await self._worker.run(self._note, can, is_renamed, is_put_back)
        return self.standing

    async def _verify_all(self, receipts: list[Receipt], can: Capabilities) -> Standing:
        there = 0
        for receipt in receipts:
            is_there = await self._is_there(receipt, can)
            there += is_there
            await self._worker.run(self._mark, receipt, is_there)
        if there == len(receipts) and (receipts or await self._has_a_patient()):
            return Standing.SAME
        return Standing.RESTORED if there or await self._has_a_patient() else Standing.OTHER

    async def _are_there(self, samples: list[Receipt], can: Capabilities) -> bool:
        """Ask for some receipts; the first that is gone says enough."""
        for receipt in samples:
            if not await self._is_there(receipt, can):
                return False
            await self._worker.run(self._mark, receipt, True)
        return True

    async def _is_there(self, receipt: Receipt, can: Capabilities) -> bool:
        """Tell whether the journal has what a receipt is for: under its id, and of ours."""
        try:
            found = await self._client.read(receipt.type, receipt.id)
        except JournalError as error:
            if error.status in _GONE:
                return False
            raise
        part = await self._worker.run(self._compared, receipt, found)
        if not keeps_identifier(receipt.type, can):
            return True
        if part is None or part.is_update:
            return True
        return IDENTIFIER_SYSTEM.encode() not in part.body or receipt.op_id.encode() in found.body

    def _compared(self, receipt: Receipt, found: Resource) -> PartRecord | None:
        """Return the part of a receipt; the first time, and while it is our version, it is held against what was signed."""
        part = self._store.entries.part(receipt.op_id)
        is_ours = not (receipt.version_id and found.version_id) or receipt.version_id == found.version_id
        if part is not None and is_ours and _is_fresh(receipt) and not from_detail(part.detail):
            with self._store.transaction():
                note_differing(self._store, part, found.body)
        return part

    async def _has_a_patient(self) -> bool:
        """Tell whether the journal has one of the patients of the cache; with none in the cache nothing speaks against it."""
        patients = await self._worker.run(self._store.resources.of_type, "Patient")
        if not patients:
            return True
        try:
            await self._client.read("Patient", patients[0].id)
        except JournalError as error:
            if error.status in _GONE:
                return False
            raise
        return True

    def _known(self) -> tuple[bytes | None, list[Receipt], bool]:
        at, probed = self._clock.now(), self._store.meta.get(_PROBED)
        since = at - from_text(probed.decode()) if probed else BETWEEN_PROBES
        is_due = not timedelta(0) <= since < BETWEEN_PROBES
        return self._store.meta.get(_INSTANCE), self._store.receipts.all(), is_due

    def _mark(self, receipt: Receipt, is_there: bool) -> None:  # noqa: FBT001  a fact, not an option
        if is_there:
            self._store.receipts.verified(receipt.op_id, self._clock.now())
        else:
            self._store.receipts.lost(receipt.op_id, self._clock.now())

    def _note(self, can: Capabilities, is_renamed: bool, is_put_back: bool) -> None:  # noqa: FBT001  facts, not options
        with self._store.transaction():
            if is_put_back:  # what it has again is stamped before the cursors, and no delta would bring it
                self._store.cursors.drop_all()
                self._store.places.drop_all()
                self._store.told.forget()  # what it has of the log it keeps once, what it lost it gets again
                self._store.meta.delete(RUN)  # what came whole in it came of the journal as it was before
            self._store.meta.put(_PROBED, str(to_text(self._clock.now())).encode())
            if self.standing is not Standing.OTHER:
                self._store.meta.put(_INSTANCE, can.instance_id.encode())
            if is_renamed or self.standing is not Standing.SAME:
                self._store.audit.append(f"journal-{self.standing.value}", detail="receipts", actor="")


def _is_fresh(receipt: Receipt) -> bool:
    """Tell whether a receipt was never asked for."""
    return receipt.verified_at is None or receipt.verified_at <= receipt.given_at


def _samples(receipts: list[Receipt]) -> list[Receipt]:
    """Return the receipts that were never asked for, and the newest of the others: a copy put back loses the newest first."""
    fresh = [one for one in receipts if _is_fresh(one)]
    return [*[one for one in receipts if not _is_fresh(one)][-1:], *fresh]

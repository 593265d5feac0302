"""What a clinician decides over signed entries: hold, review, resend, correct, lost receipts. Runs on the worker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from offline_cache.errors import WrongState
from offline_cache.states import EntryKind, EntryState
from services.fhir_time import parse_time
from services.outbox_views import MissingReceipt, SafetyNoticeRow
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from offline_cache.entries import EntryRecord
    from offline_cache.store import Store
    from ports.clock import Clock
    from services.session import Clinician
    from services.views import Draft
    from services.writing import Writing

_WRITTEN = (EntryKind.NEWS2, EntryKind.NOTE)
_INSTEAD = (EntryState.SIGNED, EntryState.HELD, EntryState.REFUSED)


class OutboxDesk:
    """Each act is one commit with its audit row."""

    def __init__(self, store: Store, clock: Clock, clinician: Clinician, writing: Writing) -> None:
        self._store = store
        self._clock = clock
        self._clinician = clinician
        self._writing = writing

    def hold(self, entry_id: str) -> None:
        """Keep an entry from being sent until it is released. What refers to it waits with it."""
        self._act("hold", entry_id, lambda: self._store.holding.hold(entry_id))

    def release(self, entry_id: str) -> None:
        """Let a held entry go."""
        self._act("release", entry_id, lambda: self._store.holding.release(entry_id, self._clock.now()))

    def review(self, visit_id: str) -> int:
        """Release what waits for the review of a visit; return how many entries."""
        with self._store.transaction():
            released = self._store.holding.release_reviewed(visit_id, self._clock.now())
            for entry_id in released:
                self._audit("reviewed", self._entry(entry_id), basis=visit_id)
        return len(released)

    def resend(self, entry_id: str) -> None:
        """Send an unknown entry again: the clinician was warned that it may then be there twice, and decided."""
        self._act("resend", entry_id, lambda: self._store.holding.resend(entry_id, self._clock.now()))

    def settle_as_there(self, entry_id: str, reference: str, part: int = 0) -> None:
        """Take a resource of the journal for a part whose answer was lost: the clinician looked, and decided.

        Args:
            entry_id: the unknown entry.
            reference: `Type/id` in the journal.
            part: the number of the part; 0 for the first one that is unknown.
        """
        type_, _, id_ = reference.partition("/")
        entry = self._entry(entry_id)
        open_ = [
            p
            for p in self._store.entries.parts(entry_id)
            if p.state is EntryState.UNKNOWN and not p.server_id and part in (0, p.number)
        ]
        if entry.state is not EntryState.UNKNOWN or not open_ or open_[0].type != type_ or not id_:
            raise Trouble(TroubleCode.NOT_WAITING)
        at = self._clock.now()
        with self._store.transaction():
            self._store.entries.set_part(
                open_[0].op_id, EntryState.DELIVERED, server_id=id_, detail="by-hand"
            )
            left = [p for p in self._store.entries.parts(entry_id) if not p.server_id]
            if not left:
                self._store.entries.set_state(entry_id, EntryState.DELIVERED, delivered_at=at)
            elif not any(p.state is EntryState.UNKNOWN for p in left):
                self._store.entries.set_state(entry_id, EntryState.SIGNED)
            self._audit("settled-as-there", entry, basis=reference)

    def correct(self, entry_id: str) -> Draft:
        """Begin a new draft from an entry: a dated correction that refers to what the journal has or may have.

        Of an entry that the journal cannot have it is a copy; when that is signed, the unsent one is taken back.

        Raises:
            Trouble: NOT_WAITING for an entry that cannot be corrected so: a change of a task or a plan is made anew.
        """
        entry = self._entry(entry_id)
        if entry.kind not in _WRITTEN or entry.state is EntryState.WITHDRAWN:
            raise Trouble(TroubleCode.NOT_WAITING)
        may_be_there = any(
            p.server_id or p.state in (EntryState.SENDING, EntryState.UNKNOWN)
            for p in self._store.entries.parts(entry_id)
        )
        name = "corrects" if may_be_there or entry.state not in _INSTEAD else "instead"
        kept = {key: value for key, value in entry.fields.items() if key not in ("corrects", "instead")}
        begun = self._writing.begun(entry.kind, entry.patient, entry.visit, name, entry_id)
        if begun.saved_at is None and not begun.fields:
            begun = replace(begun, fields={**kept, name: entry_id}, event_at=entry.event_at)
        return self._writing.save(begun)

    def missing(self) -> tuple[MissingReceipt, ...]:
        """Return what the journal had acknowledged and no longer has."""
        rows = []
        for receipt in self._store.receipts.missing():
            entry = self._store.entries.get(receipt.entry_id)
            if entry is not None:
                rows.append(
                    MissingReceipt(
                        receipt.entry_id,
                        receipt.op_id,
                        entry.title,
                        entry.patient,
                        f"{receipt.type}/{receipt.id}",
                        receipt.given_at,
                        receipt.missing_since,
                    )
                )
        return tuple(rows)

    def queue_missing(self) -> int:
        """Queue again what is missing: the clinician has seen the list. Each is asked for once more before it is sent."""
        at = self._clock.now()
        with self._store.transaction():
            missing = self._store.receipts.missing()
            for receipt in missing:
                self._store.holding.requeue(receipt.entry_id, receipt.op_id, at)
                self._store.receipts.verified(receipt.op_id, at)
                self._audit(
                    "queued-again", self._entry(receipt.entry_id), basis=f"{receipt.type}/{receipt.id}"
                )
        return len(missing)

    def notices(self) -> tuple[SafetyNoticeRow, ...]:
        """Return the acts that may have been done twice, which nobody has seen yet."""
        return tuple(
            SafetyNoticeRow(
                n.notice_id,
                n.kind,
                n.patient,
                n.about,
                n.first_by,
                parse_time(n.first_at).at,
                n.second_by,
                parse_time(n.second_at).at,
            )
            for n in self._store.safety.unseen()
        )

    def notice_seen(self, notice_id: str) -> None:
        """Write down that the clinician has seen a notice."""
        with self._store.transaction():
            self._store.safety.seen(notice_id, self._clock.now())
            self._store.audit.append("notice-seen", detail=notice_id, actor=self._clinician.fhir_user)

    def _entry(self, entry_id: str) -> EntryRecord:
        entry = self._store.entries.get(entry_id)
        if entry is None:
            raise Trouble(TroubleCode.NOT_WAITING)
        return entry

    def _act(self, action: str, entry_id: str, act: Callable[[], None]) -> None:
        entry = self._entry(entry_id)
        try:
            with self._store.transaction():
                act()
                self._audit(action, entry)
        except WrongState:
            raise Trouble(TroubleCode.NOT_WAITING) from None

    def _audit(self, action: str, entry: EntryRecord, basis: str = "") -> None:
        self._store.audit.append(
            action,
            patient=entry.patient,
            basis=basis,
            detail=entry.entry_id,
            actor=self._clinician.fhir_user,
        )

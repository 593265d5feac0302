"""Writing: drafts that are kept as they are typed, and signing, which is one commit of entry, outbox and audit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from offline_cache.entries import REGRET, DraftRecord
from offline_cache.states import EntryKind
from services.referring import referred_entries
from services.trouble import Trouble, TroubleCode
from services.views import Draft

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.entries import NewPart
    from offline_cache.seals import Seals
    from offline_cache.store import Store
    from ports.clock import Clock
    from ports.ids import Ids
    from services.session import Clinician


class Writing:
    """Drafts and signatures of one clinician. Synchronous: runs on the store's worker."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        clinician: Clinician,
        seals: Seals,
        *,
        awaits_review: bool = False,
    ) -> None:
        self._awaits_review = awaits_review
        self._store = store
        self._seals = seals
        self._clock = clock
        self._ids = ids
        self._clinician = clinician

    def new_draft(self, kind: EntryKind, patient_id: str, visit_id: str) -> Draft:
        """Give back the unfinished draft of this kind and visit, or begin one. Nothing is stored before something is typed."""
        for record in self._store.entries.drafts(patient_id):
            if record.kind == kind and record.visit == visit_id:
                return _view(record)
        return Draft(self._ids.uuid(), kind, patient_id, visit_id, self._clock.now())

    def begun(self, kind: EntryKind, patient_id: str, visit_id: str, name: str, value: str) -> Draft:
        """Give back the unfinished draft of this kind whose field has this value, or begin one."""
        for record in self._store.entries.drafts(patient_id):
            if record.kind is kind and record.fields.get(name) == value:
                return _view(record)
        return Draft(self._ids.uuid(), kind, patient_id, visit_id, self._clock.now())

    def drafts(self, patient_id: str) -> list[Draft]:
        """Return the drafts of a patient, or of all (empty id)."""
        return [_view(r) for r in self._store.entries.drafts(patient_id)]

    def save(self, draft: Draft) -> Draft:
        """Keep a draft as it stands.

        Raises:
            Trouble: DRAFT_OTHER_PATIENT when a draft of this id is bound to somebody else; it is never moved.
        """
        kept = self._store.entries.draft(draft.entry_id)
        if kept is not None and kept.patient != draft.patient_id:
            raise Trouble(TroubleCode.DRAFT_OTHER_PATIENT)
        self._store.entries.save_draft(
            DraftRecord(
                entry_id=draft.entry_id,
                kind=draft.kind,
                patient=draft.patient_id,
                visit=draft.visit_id,
                event_at=draft.event_at,
                fields=dict(draft.fields),
                author=self._clinician.fhir_user,
            )
        )
        return replace(draft, saved_at=self._clock.now())

    def discard(self, entry_id: str) -> None:
        """Throw a draft away; that it was there stays in the audit log."""
        kept = self._store.entries.draft(entry_id)
        if kept is None:
            return
        with self._store.transaction():
            self._store.entries.discard(entry_id)
            self._store.audit.append(
                "draft-discarded", patient=kept.patient, detail=entry_id, actor=self._clinician.fhir_user
            )
        self._seals.drop_if_possible(entry_id)  # what a crash just before the signature left

    def draft(self, entry_id: str) -> Draft:
        """Return one draft.

        Raises:
            Trouble: DRAFT_INCOMPLETE when there is none of this id (it was signed or thrown away).
        """
        kept = self._store.entries.draft(entry_id)
        if kept is None:
            raise Trouble(TroubleCode.DRAFT_INCOMPLETE)
        return _view(kept)

    def sign(self, draft: Draft, parts: list[NewPart], title: str) -> datetime:
        """Sign: the entry, its parts and the audit row in one commit. Return when it may be sent at the earliest.

        The seal is on the disk before the commit: a signature without one would be lost with the database.
        """
        signed_at = self._clock.now()
        send_after = signed_at + REGRET
        with self._seals.or_nothing(draft.entry_id), self._store.transaction():
            self._store.entries.sign(
                draft.entry_id,
                parts,
                title=title,
                signed_at=signed_at,
                send_after=send_after,
                author=self._clinician.fhir_user,
            )
            self._store.depends.add(draft.entry_id, referred_entries(self._store, draft.entry_id, parts))
            if self._awaits_review:
                self._store.holding.await_review(draft.entry_id)
            self._store.audit.append(
                "sign",
                patient=draft.patient_id,
                basis=draft.visit_id,
                detail=draft.entry_id,
                actor=self._clinician.fhir_user,
            )
            self._seals.seal(self._store, draft.entry_id)
        return send_after


def _view(record: DraftRecord) -> Draft:
    return Draft(
        record.entry_id,
        EntryKind(record.kind),
        record.patient,
        record.visit,
        record.event_at,
        dict(record.fields),
    )

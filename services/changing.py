"""Changing what the journal has: from which version an update is made, and the short way from a word to a signed entry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from offline_cache.entry_records import Base
from offline_cache.states import EntryKind, EntryState
from services.changed_resource import target_of
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.store import Store
    from services.views import Draft
    from services.writing import Writing


def base_of(store: Store, draft: Draft) -> Base:
    """Return the version that the clinician sees: the journal's, or what our own entry on its way makes of it.

    Raises:
        Trouble: NOT_CACHED, DRAFT_OTHER_PATIENT, or CANNOT_CHANGE where something was cut out of what is kept.
    """
    type_, id_ = target_of(draft)
    stored = store.resources.get(type_, id_)
    if stored is None:
        raise Trouble(TroubleCode.NOT_CACHED)
    if stored.patient != draft.patient_id:
        raise Trouble(TroubleCode.DRAFT_OTHER_PATIENT)
    if stored.address_cut:
        raise Trouble(TroubleCode.CANNOT_CHANGE)
    own = store.entries.updates_of(type_, id_)
    last = own[-1] if own else None
    entry = store.entries.get(last.entry_id) if last else None
    if last is None or entry is None:
        return Base(id_, stored.version_id, stored.body)
    if entry.state is not EntryState.DELIVERED or not last.server_id:
        return Base(id_, "", last.body, follows=last.op_id)
    if entry.delivered_at is not None and entry.delivered_at > stored.fetched_at:
        return Base(id_, last.version_id, last.body)
    return Base(id_, stored.version_id, stored.body)


class Changing:
    """Makes drafts of changes. Signing them is as for every other entry. Synchronous: runs on the store's worker."""

    def __init__(self, store: Store, writing: Writing) -> None:
        self._store = store
        self._writing = writing

    def task_draft(
        self, task_id: str, visit_id: str, *, outcome: str, reason: str, happened_at: datetime | None
    ) -> Draft:
        """Return the saved draft of a task that is done or was not."""
        fields = {"target": f"Task/{task_id}", "outcome": outcome, "reason": reason}
        return self._draft(EntryKind.TASK, "Task", task_id, visit_id, fields, happened_at)

    def plan_draft(self, target: str, visit_id: str, fields: dict[str, str]) -> Draft:
        """Return the saved draft of a change to `CarePlan/…` or `Goal/…`."""
        type_, _, id_ = target.partition("/")
        return self._draft(EntryKind.PLAN, type_, id_, visit_id, {**fields, "target": target}, None)

    def _draft(
        self,
        kind: EntryKind,
        type_: str,
        id_: str,
        visit_id: str,
        fields: dict[str, str],
        happened_at: datetime | None,
    ) -> Draft:
        stored = self._store.resources.get(type_, id_)
        if stored is None:
            raise Trouble(TroubleCode.NOT_CACHED)
        begun = self._writing.begun(kind, stored.patient, visit_id, "target", fields["target"])
        draft = replace(begun, fields=fields, event_at=happened_at or begun.event_at)
        base_of(self._store, draft)
        return self._writing.save(draft)

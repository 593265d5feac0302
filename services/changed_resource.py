"""What an update says: a task that is done or was not, a line of the care plan, a goal. Made on the bytes of the version seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.entry_records import NewPart
from offline_cache.states import EntryKind
from services.coded import concept_text
from services.fhir_time import wire
from services.journal_tree import child, read_tree, word
from services.raw_edit import items, members, raw, with_item, with_members
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.entry_records import Base
    from ports.ids import Ids
    from services.views import Draft

CHANGED_TYPES = {EntryKind.TASK: ("Task",), EntryKind.PLAN: ("CarePlan", "Goal")}
"""What an entry of each kind may be an update of; a Patient never is."""

DONE, NOT_DONE = "done", "not-done"


def target_of(draft: Draft) -> tuple[str, str]:
    """Return type and id of what a draft changes.

    Raises:
        Trouble: DRAFT_INCOMPLETE when it names nothing that this kind may change.
    """
    type_, _, id_ = draft.fields.get("target", "").partition("/")
    if type_ not in CHANGED_TYPES.get(draft.kind, ()) or not id_:
        raise Trouble(TroubleCode.DRAFT_INCOMPLETE, count="1", missing="target")
    return type_, id_


def update_part(draft: Draft, base: Base, ids: Ids, now: datetime) -> NewPart:
    """Return the one part of an update.

    Raises:
        Trouble: DRAFT_INCOMPLETE when something is lacking, CANNOT_CHANGE when the base cannot be changed so.
    """
    type_, _ = target_of(draft)
    body = {"Task": _task, "CarePlan": _activity, "Goal": _goal}[type_](base.body, draft, now)
    return NewPart(ids.uuid(), 1, type_, body, base)


def update_title(draft: Draft, base: Base) -> str:
    """Return what the entry is called in the outbox."""
    tree = read_tree(base.body) or {}
    if draft.kind is EntryKind.TASK:
        what = word(tree, "description") or concept_text(child(tree, "code")) or "tiltak"
        return f"{'Utført' if draft.fields.get('outcome') == DONE else 'Ikke utført'}: {what}"
    return "Endring i mål" if tree.get("resourceType") == "Goal" else "Endring i tiltaksplan"


def _task(body: bytes, draft: Draft, now: datetime) -> bytes:
    """Return a task done, or not done and why, with when it happened."""
    outcome, reason = draft.fields.get("outcome", ""), draft.fields.get("reason", "").strip()
    if outcome not in (DONE, NOT_DONE):
        raise _lacks("outcome")
    if outcome == NOT_DONE and not reason:
        raise _lacks("reason")
    period = members(body).get("executionPeriod")
    start = draft.fields.get("started", "")
    times = {"start": raw(start)} if start else {}
    done_at = with_members(bytes(period) if period else b"{}", {**times, "end": raw(wire(draft.event_at))})
    return with_members(
        body,
        {
            "status": raw("completed" if outcome == DONE else "failed"),
            "statusReason": raw({"text": reason}) if reason else None,
            "executionPeriod": done_at,
            "lastModified": raw(wire(now)),
        },
    )


def _activity(body: bytes, draft: Draft, _now: datetime) -> bytes:
    """Return a care plan with the text or the status of one of its activities changed; the list is the base's own."""
    activities = members(body).get("activity")
    index = draft.fields.get("activity", "")
    if activities is None or not index.isdecimal() or int(index) >= len(items(bytes(activities))):
        raise _lacks("activity")
    one = items(bytes(activities))[int(index)]
    detail = members(one).get("detail")
    if detail is None:
        raise Trouble(TroubleCode.CANNOT_CHANGE)
    changed = with_members(bytes(detail), _said(draft, {"text": "description", "status": "status"}))
    return with_members(
        body, {"activity": with_item(bytes(activities), int(index), with_members(one, {"detail": changed}))}
    )


def _goal(body: bytes, draft: Draft, _now: datetime) -> bytes:
    """Return a goal with its text or its status changed; codes beside the text are not ours to keep when the text is another."""
    changes = _said(draft, {"status": "lifecycleStatus"}, needs_one=False)
    text = draft.fields.get("text", "").strip()
    if text:
        changes["description"] = raw({"text": text})
    if not changes:
        raise _lacks("text")
    return with_members(body, changes)


def _said(draft: Draft, names: dict[str, str], *, needs_one: bool = True) -> dict[str, bytes | None]:
    said = {member: draft.fields.get(name, "").strip() for name, member in names.items()}
    changes: dict[str, bytes | None] = {member: raw(value) for member, value in said.items() if value}
    if needs_one and not changes:
        raise _lacks(next(iter(names)))
    return changes


def _lacks(name: str) -> Trouble:
    return Trouble(TroubleCode.DRAFT_INCOMPLETE, count="1", missing=name)

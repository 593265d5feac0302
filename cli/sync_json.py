"""The sync report for scripts: codes and ids, no name of a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from offline_cache.states import EntryState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from services.views import EntryRow, SyncView

_SETTLED = (EntryState.DELIVERED, EntryState.WITHDRAWN)


def sent_as_json(entries: Sequence[EntryRow], before: Collection[str]) -> dict[str, Any]:
    """Return what went and what waits, as codes and ids: no title and no words of the journal, which may say what was found.

    Args:
        entries: the whole outbox.
        before: ids of the entries that were in the journal already when this sync began.
    """
    delivered = [one.entry_id for one in entries if one.state is EntryState.DELIVERED]
    return {
        "now": sum(id_ not in before for id_ in delivered),
        "delivered": len(delivered),
        "waiting": sum(one.state not in _SETTLED for one in entries),
        "entries": [
            {
                "entry": one.entry_id,
                "kind": one.kind.value,
                "patient": one.patient_id,
                "state": one.state.name.lower(),
                "reason": one.detail,
                "parts": one.parts_all,
                "parts_delivered": one.parts_done,
                "delivered_at": one.delivered_at.isoformat(timespec="seconds") if one.delivered_at else None,
                "resources": list(one.journal_ids),
                "changed_by_journal": bool(one.changed),
            }
            for one in entries
        ],
    }


def as_json(report: SyncView) -> dict[str, Any]:
    """Return the report as plain JSON values."""
    return {
        "started": report.started.isoformat(timespec="seconds"),
        "ended": report.ended.isoformat(timespec="seconds"),
        "profile": report.profile,
        "complete": report.whole,
        "error": report.error,
        "visits": report.visits,
        "journal_count": report.journal_count,
        "requests": report.requests,
        "bytes": report.received,
        "seconds": round(report.seconds, 3),
        "patients": [
            {
                "patient": one.patient_id,
                "came": one.came,
                "changed": one.changed,
                "gone": one.gone,
                "missing": [{"part": part, "reason": reason} for part, reason in one.missing],
            }
            for one in report.patients
        ],
        "notices": [
            {"code": row.code.value, "patient": row.patient_id, "resource": f"{row.type}/{row.id}".strip("/")}
            for row in report.told
        ],
    }

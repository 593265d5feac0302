"""The sync report for scripts: codes and ids, no name of a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.views import SyncView


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

"""What the pull has to tell, as rows for the screens: news of a chart, notices, and the report of the last sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.chart_parts import CHART_PARTS
from services.journal_tree import read_tree
from services.names import full_name, name_of
from services.sections import NAMES
from services.views import NewsRow, NoticeRow, PatientSync, SyncView

if TYPE_CHECKING:
    from offline_cache.store import Store

_PART_OF = {part.type: NAMES[part.name] for part in CHART_PARTS} | {
    "Patient": NAMES["patient"],
    "Appointment": "besøk",
}


def news_in(store: Store, patient_id: str) -> tuple[NewsRow, ...]:
    """Return the unseen changes of a chart, the latest first."""
    return tuple(
        NewsRow(c.sequence, c.kind, _PART_OF.get(c.type, c.type), c.title, c.at, c.author, c.type, c.id)
        for c in store.changes.of(patient_id)
    )


def told_in(store: Store, patient_id: str = "") -> tuple[NoticeRow, ...]:
    """Return the notices of one patient, or all of them."""
    found = store.notices.of(patient_id) if patient_id else store.notices.all()
    return tuple(
        NoticeRow(n.code, n.patient, _name(store, n.patient), n.type, n.id, n.detail, n.at) for n in found
    )


def sync_view(store: Store) -> SyncView | None:
    """Return how the last sync went."""
    report = store.reports.last()
    if report is None:
        return None
    patients = tuple(
        PatientSync(
            p.patient,
            _name(store, p.patient),
            p.came,
            p.changed,
            p.gone,
            tuple((NAMES.get(part, part), reason) for part, reason in p.missing),
        )
        for p in report.patients
    )
    return SyncView(
        started=report.started,
        ended=report.ended,
        profile=report.profile,
        whole=report.whole,
        visits=report.visits,
        journal_count=report.journal_count,
        requests=report.requests,
        received=report.received,
        seconds=report.seconds,
        patients=patients,
        told=told_in(store),
        error=report.error,
    )


def _name(store: Store, patient_id: str) -> str:
    """Return a patient's name, empty for one who is not here."""
    held = store.resources.get("Patient", patient_id) if patient_id else None
    return full_name(*name_of(read_tree(held.body) or {})) if held is not None else ""

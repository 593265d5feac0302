"""The lists put down: the round, the shifts to come, their visits and Patients, and what must be told of them, in one commit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from offline_cache.chart_parts import CHART_PARTS
from offline_cache.cursors import Cursor
from offline_cache.notices import OF_VISIT
from offline_cache.patient_of import patient_of
from offline_cache.pull_codes import NoticeCode
from offline_cache.pull_list import list_shape
from offline_cache.scopes import RoundRecord

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.resource import Resource
    from offline_cache.pull_list import Listed
    from offline_cache.pull_work import Work
    from offline_cache.rounds import Span


def keep_list(work: Work, found: Listed, span: Span, actor: str) -> RoundRecord:
    """Keep the lists. The round is not complete yet: its charts are still to come."""
    store, now = work.store, work.clock.now()
    record = _record(work, span, found.round, found.counted)
    with store.transaction():
        _land(work, found.visits if work.is_purged else found.fresh)
        work.landing.plain(found.patients.values(), {p: p for p in found.patients})
        store.scopes.put_round(record)
        store.scopes.put_ahead(
            [replace(_record(work, s, visits, len(visits)), complete=False) for s, visits in found.ahead]
        )
        _tell(work, found)
        spans = (span, *(s for s, _ in found.ahead))
        if found.since is not None and found.whole:
            store.cursors.put("", "list", Cursor(found.since, list_shape(actor, spans), now))
        else:
            store.cursors.drop("", "list")
    return record


def close_round(work: Work, record: RoundRecord, found: Listed) -> RoundRecord:
    """Keep the round as it stands at the end; the shifts to come are as whole, and as old, as the charts of their patients."""
    store = work.store
    closed = replace(record, as_of=_as_of(work, _patients(work, record)))
    ahead = []
    for one in store.scopes.ahead():
        patients = _patients(work, one)
        here = all(p in found.patients and not work.lacking(p) for p in patients)
        ahead.append(replace(one, as_of=_as_of(work, patients), complete=found.whole and here))
    store.scopes.put_round(closed)
    store.scopes.put_ahead(ahead)
    return closed


def purged_meanwhile(work: Work, found: Listed) -> set[str]:
    """Put down again what a purge took of the lists while the charts came; return the patients of whose charts it took a part."""
    if not work.is_purged:
        return set()
    _land(work, found.visits)
    work.landing.plain(found.patients.values(), {p: p for p in found.patients})
    parts = {part.name for part in CHART_PARTS}
    return {p for p in found.patients if parts - {mark.name for mark in work.store.scopes.sections(p)}}


def _land(work: Work, visits: Sequence[Resource]) -> None:
    work.landing.plain(visits, {visit.id: patient_of(visit.type, visit.body) for visit in visits})


def _patients(work: Work, record: RoundRecord) -> set[str]:
    return {work.store.resources.owner("Appointment", visit) or "" for visit in record.visit_ids}


def _as_of(work: Work, patients: set[str]) -> datetime:
    """Return as of when the charts are: the oldest part that counts as whole; one that does not is told with its own age.

    What came before a break may not have been asked for again, and "komplett per" stands beside it.
    """
    marks = (mark for patient in patients for mark in work.store.scopes.sections(patient) if mark.complete)
    return min((work.clock.now(), *(mark.as_of for mark in marks if mark.as_of is not None)))


def _record(work: Work, span: Span, visits: Sequence[Resource], counted: int | None) -> RoundRecord:
    return RoundRecord(
        name=span.name,
        day=span.day,
        start=span.start,
        end=span.end,
        zone="",
        visit_ids=tuple(visit.id for visit in visits),
        journal_count=counted,
        as_of=work.clock.now(),
        complete=False,
    )


def _tell(work: Work, found: Listed) -> None:
    """Put the notices of the list in the place of the earlier ones."""
    notices, now = work.store.notices, work.clock.now()
    at = {(n.code, n.patient, n.type, n.id): n.at or now for n in notices.all()}
    notices.clear_everywhere((*OF_VISIT, NoticeCode.NO_VISIT))
    for patient in found.order:
        notices.clear_whole_patient(patient)
    for notice in found.notices:
        notices.put(notice, at.get((notice.code, notice.patient, notice.type, notice.id), now))

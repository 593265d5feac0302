"""What the journal has no more: by tombstones, by the type's history, or by counting and comparing ids.

A missing id is never taken for a deletion: it is read by name first, and only 404 or 410 removes it (journal.md §4a).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.notices import Notice
from offline_cache.patient_of import patient_of
from offline_cache.pull_codes import ChangeKind, NoticeCode
from offline_cache.pull_ids import ask_ids
from offline_cache.pull_plan import DeletesBy
from offline_cache.server_time import OVERLAP, instant_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.resource import Deletion
    from offline_cache.chart_parts import ChartPart
    from offline_cache.pull_work import Work

_ABSENT = frozenset({ErrorKind.NOT_FOUND, ErrorKind.GONE})


async def read_deletions(work: Work, part: ChartPart, since: datetime) -> None:
    """Take what the journal itself says was deleted of a type. Comes before the delta, whose cursor moves for both."""
    by_history = work.deletes_by(part) is DeletesBy.HISTORY
    found: list[Deletion] = []
    begin = instant_text(since - OVERLAP)
    async for deletions in work.client.deletions(part.type, begin, by_history=by_history):
        found += deletions.gone
        work.asking.hear(deletions.stamps, deletions.server_time)
    if found:
        await work.worker.run(work.landing.deletions, part.type, found)


async def sweep_ids(work: Work, part: ChartPart, patients: Sequence[str]) -> None:
    """Compare what is here with what is there: first by number for all, then by id for those who differ."""
    query = (*part.of_many(patients, work.clock.now()), *work.narrowing(part))
    here = {patient: await work.worker.run(_ids_here, work, patient, part) for patient in patients}
    if await work.asking.count(part.type, query) == sum(len(ids) for ids in here.values()):
        return
    for patient in patients:
        first = (*part.first(patient, work.clock.now()), *work.narrowing(part))
        asked, _ = await ask_ids(work, part, first, frozenset([patient]))
        if asked.left_out:
            continue  # an answer that lacks something tells nothing of what is gone
        for id_ in sorted(here[patient] - asked.found):
            await _confirm(work, patient, part, id_)


async def _confirm(work: Work, patient: str, part: ChartPart, id_: str) -> None:
    """Ask for one resource by name and do what the answer says."""
    try:
        resource = await work.client.read(part.type, id_)
    except JournalError as error:
        if error.kind in _ABSENT:
            await work.worker.run(work.landing.gone, patient, part.type, id_)
        elif error.kind is ErrorKind.FORBIDDEN:
            notice = Notice(NoticeCode.ACCESS_WITHDRAWN, patient, part.type, id_, part.name)
            await work.worker.run(work.store.notices.put, notice, work.clock.now())
        else:
            raise
        return
    is_his = patient_of(resource.type, resource.body) == patient
    if not is_his or not part.shows(resource.body) or work.narrowing(part):
        await work.worker.run(work.landing.gone, patient, part.type, id_, ChangeKind.ENDED)


def _ids_here(work: Work, patient: str, part: ChartPart) -> set[str]:
    """Return the ids that the journal's answer to the part's question must hold."""
    now = work.clock.now()
    ghosts = work.store.notices.ghosts(patient, part.type)
    if part.days_back is None:
        return set(work.store.resources.ids_of_patient(patient, part.type)) - ghosts
    held = work.store.resources.of_patient(patient, part.type)
    return {r.id for r in held if r.id not in ghosts and part.is_recent(r.body, now)}

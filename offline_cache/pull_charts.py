"""The charts of a round: what can be asked for as news is asked for all patients at once, the rest patient by patient.

The order is that of clinical need: parts as chart_parts.py ranks them, patients as they are visited.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.errors import JournalError
from offline_cache.chart_parts import CHART_PARTS, ChartPart
from offline_cache.pull_chart import read_part
from offline_cache.pull_deletes import read_deletions, sweep_ids
from offline_cache.pull_delta import PATIENTS_IN_ONE, read_news, usable
from offline_cache.pull_plan import DeletesBy

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence
    from datetime import datetime
    from typing import Any

    from offline_cache.cursors import Cursor
    from offline_cache.pull_work import Work

AT_ONCE = 3
"""How many questions are under way side by side; the journal is shared with others (norway.md §4.3)."""

_OR_PROVED = "pull.or"


@dataclass(frozen=True, slots=True)
class ChartOutcome:
    """What became of one patient's chart: the parts that did not come down, with the kind of error of each."""

    patient_id: str
    missing: tuple[tuple[str, str], ...]

    @property
    def complete(self) -> bool:
        """Tell whether every part came down to its last page."""
        return not self.missing


@dataclass(slots=True)
class _Sorted:
    """Which parts of whom are read how."""

    news: dict[str, dict[str, Cursor]]
    whole: dict[str, list[ChartPart]]


async def read_charts(
    work: Work,
    patients: Sequence[str],
    resumed: datetime | None,
    progress: Callable[[int, int, ChartOutcome], None],
) -> list[ChartOutcome]:
    """Bring the charts of these patients.

    Args:
        work: the pull.
        patients: whose, the first to be visited first.
        resumed: when the pull began that was interrupted and is gone on with; what came whole since then is not asked again.
        progress: told each patient as it is done.
    """
    sorted_ = await work.worker.run(_sort, work, patients, resumed)
    gate = asyncio.Semaphore(AT_ONCE)
    done: list[ChartOutcome] = []

    def tell(patient: str) -> None:
        done.append(ChartOutcome(patient, work.lacking(patient)))
        progress(len(done), len(patients), done[-1])

    async def news(part: ChartPart) -> None:
        async with gate:
            await _news_of(work, part, sorted_.news[part.name])

    async def whole(patient: str) -> None:
        async with gate:
            for part in sorted_.whole[patient]:
                await read_part(work, patient, part)
        tell(patient)

    if any(sorted_.news.values()):
        await _prove_or(work, sorted_.news)
    await _all(news(part) for part in CHART_PARTS if sorted_.news[part.name])
    for patient in patients:
        if not sorted_.whole[patient]:
            tell(patient)
    await _all(whole(patient) for patient in patients if sorted_.whole[patient])
    return done


def _sort(work: Work, patients: Sequence[str], resumed: datetime | None) -> _Sorted:
    """Sort the parts by how they are to be read."""
    now = work.clock.now()
    sorted_ = _Sorted({part.name: {} for part in CHART_PARTS}, {patient: [] for patient in patients})
    for patient in patients:
        marks = {s.name: s for s in work.store.scopes.sections(patient)}
        for part in CHART_PARTS:
            cursor = work.store.cursors.get(patient, part.name)
            if cursor is not None and work.plan.has_delta(part.type) and usable(cursor, part, now):
                sorted_.news[part.name][patient] = cursor
                continue
            mark = marks.get(part.name)
            came = mark.as_of if mark is not None and mark.complete else None
            if resumed is None or came is None or came < resumed:
                sorted_.whole[patient].append(part)
    return sorted_


async def _news_of(work: Work, part: ChartPart, cursors: dict[str, Cursor]) -> None:
    """Deletions first, then what is new: the cursor, which holds for both, moves with the second."""
    deletes_by = work.plan.deletes_by(part.type)
    since = min(cursor.since for cursor in cursors.values())
    try:
        if deletes_by is not DeletesBy.SWEEP and not work.asking.line.lost:
            await read_deletions(work, part, since)
    except JournalError as error:
        for patient in cursors:
            await work.lacks(patient, part, work.met(error))
        return
    in_one = PATIENTS_IN_ONE if await _or_is_proved(work) else 1
    patients = list(cursors)
    for start in range(0, len(patients), in_one):
        some = patients[start : start + in_one]
        await read_news(work, part, some, [cursors[patient] for patient in some])
        whole = [patient for patient in some if part.name not in dict(work.lacking(patient))]
        if deletes_by is DeletesBy.SWEEP and whole:
            await _swept(work, part, whole)


async def _swept(work: Work, part: ChartPart, patients: Sequence[str]) -> None:
    try:
        await sweep_ids(work, part, patients)
    except JournalError as error:
        for patient in patients:
            await work.lacks(patient, part, work.met(error))


async def _or_is_proved(work: Work) -> bool:
    return await work.worker.run(work.store.meta.get, _OR_PROVED) == work.plan.software.encode()


async def _prove_or(work: Work, news: dict[str, dict[str, Cursor]]) -> None:
    """See once per journal and version that `patient=a,b` means either: where it does not, nothing would look like no news."""
    if await _or_is_proved(work):
        return
    pair = await work.worker.run(_pair, work, news)
    if pair is None:
        return
    part, patients, most = pair
    try:
        counted = await work.asking.count(part.type, part.of_many(patients, work.clock.now()))
    except JournalError:
        return
    if counted > most:
        await work.worker.run(work.store.meta.put, _OR_PROVED, work.plan.software.encode())


def _pair(work: Work, news: dict[str, dict[str, Cursor]]) -> tuple[ChartPart, list[str], int] | None:
    """Return a part, two patients who both have something in it, and the larger number."""
    for part in CHART_PARTS:
        if part.days_back is not None:
            continue
        counts = {p: len(work.store.resources.ids_of_patient(p, part.type)) for p in news[part.name]}
        some = [patient for patient, count in counts.items() if count]
        if len(some) > 1:
            return part, some[:2], max(counts[patient] for patient in some[:2])
    return None


async def _all(calls: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run side by side; the first failure says it: a full disk is full for every patient."""
    try:
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(call)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None

"""The charts of a round: what can be asked for as news is asked for all patients at once.

What must be read from its beginning is read alone for the next visits, so that they are whole early, and for the others in
groups where the journal takes such a question.

The order is that of clinical need: parts as chart_parts.py ranks them, patients as they are visited.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from client.errors import JournalError
from offline_cache.chart_parts import CHART_PARTS, ChartPart
from offline_cache.pull_chart import read_part
from offline_cache.pull_deletes import read_deletions, sweep_ids
from offline_cache.pull_delta import PATIENTS_IN_ONE, read_news, usable
from offline_cache.pull_many import in_groups, read_part_of
from offline_cache.pull_or import prove_or, proved_for
from offline_cache.pull_plan import DeletesBy, Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
    from datetime import datetime
    from typing import Any

    from offline_cache.cursors import Cursor
    from offline_cache.pull_work import Work

AT_ONCE = 3
"""How many questions are under way side by side; the journal is shared with others (norway.md §4.3)."""

AHEAD = 2
"""So many are read alone before the others are read together: who is visited next has a whole chart early."""


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
    """Which parts of whom are read how: the news, those of what came in this very run before it broke off, and all of it."""

    news: dict[str, dict[str, Cursor]]
    later: dict[str, dict[str, Cursor]]
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
    charts = _Charts(work, sorted_, asyncio.Semaphore(AT_ONCE), len(patients), progress)
    await charts.read_news(sorted_.news)
    for patient in patients:
        if not sorted_.whole[patient]:
            charts.tell(patient)
    rest = list(patients)
    alone = AHEAD if work.plan.profile is Profile.FULL else len(rest)
    while any(sorted_.whole[patient] for patient in rest):
        some, rest = rest[:alone], rest[alone:]
        await _all(charts.read_alone(patient) for patient in some if sorted_.whole[patient])
        waiting = sum(bool(sorted_.whole[patient]) for patient in rest)
        if waiting > 1 and await prove_or(work, charts.done):
            await _all(charts.read_together(rest))
            break
    if not work.asking.line.lost:  # else they stay what they are: whole as of a few minutes ago
        await charts.read_news(sorted_.later)
    return [ChartOutcome(patient, work.lacking(patient)) for patient in charts.done]


@dataclass(slots=True)
class _Charts:
    """The reading of the charts under way."""

    work: Work
    sorted: _Sorted
    gate: asyncio.Semaphore
    count: int
    progress: Callable[[int, int, ChartOutcome], None]
    done: list[str] = field(default_factory=list)

    def tell(self, patient: str) -> None:
        """Say that a patient's chart has come as far as it will."""
        self.done.append(patient)
        self.progress(len(self.done), self.count, ChartOutcome(patient, self.work.lacking(patient)))

    async def read_news(self, news: dict[str, dict[str, Cursor]]) -> None:
        """Bring what is new of parts that are here."""
        if any(news.values()):
            patients = list(dict.fromkeys(p for cursors in news.values() for p in cursors))
            await prove_or(self.work, patients, PATIENTS_IN_ONE)

        async def of(part: ChartPart) -> None:
            async with self.gate:
                await _news_of(self.work, part, news[part.name])

        await _all(of(part) for part in CHART_PARTS if news[part.name])

    async def read_alone(self, patient: str) -> None:
        """Bring one patient's chart, part by part."""
        async with self.gate:
            for part in self.sorted.whole[patient]:
                await read_part(self.work, patient, part)
        self.tell(patient)

    def read_together(self, patients: Sequence[str]) -> Iterator[Coroutine[Any, Any, None]]:
        """Yield the questions in the order in which they are to be asked: group after group, in each part after part.

        The groups are the same when a pull is gone on with, so that an answer that broke off is found again.
        """
        for group in in_groups(patients):
            left = [part for part in CHART_PARTS if any(part in self.sorted.whole[p] for p in group)]
            for part in tuple(left):
                yield self._read_of(group, part, left)

    async def _read_of(self, group: Sequence[str], part: ChartPart, left: list[ChartPart]) -> None:
        """Bring one part of a group; the last one to come tells of the patients."""
        async with self.gate:
            await read_part_of(self.work, [p for p in group if part in self.sorted.whole[p]], part)
        left.remove(part)
        if not left:
            for patient in group:
                if self.sorted.whole[patient]:
                    if not await self.work.worker.run(self._is_here, patient):
                        async with self.gate:
                            await self._read_again(patient)
                    self.tell(patient)

    def _is_here(self, patient: str) -> bool:
        """Tell whether anything of a chart is here that a common question may have brought."""
        held = self.work.store.resources
        return any(held.ids_of_patient(patient, part.type) for part in CHART_PARTS if not part.latest_instead)

    async def _read_again(self, patient: str) -> None:
        """Ask alone about somebody of whom nothing came: a journal may cut a list short, or leave out whom it would refuse."""
        lacking = dict(self.work.lacking(patient))
        doubted = [part for part in self.sorted.whole[patient] if part.name not in lacking]
        for part in doubted:
            await self.work.worker.run(self.work.landing.doubted, patient, part)
        for part in doubted:
            await read_part(self.work, patient, part)


def _sort(work: Work, patients: Sequence[str], resumed: datetime | None) -> _Sorted:
    """Sort the parts by how they are to be read."""
    now = work.clock.now()
    news: dict[str, dict[str, Cursor]] = {part.name: {} for part in CHART_PARTS}
    later: dict[str, dict[str, Cursor]] = {part.name: {} for part in CHART_PARTS}
    sorted_ = _Sorted(news, later, {patient: [] for patient in patients})
    for patient in patients:
        marks = {s.name: s for s in work.store.scopes.sections(patient)}
        for part in CHART_PARTS:
            cursor = work.store.cursors.get(patient, part.name)
            mark = marks.get(part.name)
            came = mark.as_of if mark is not None and mark.complete else None
            if came is not None and came > now:
                came = None  # marked under a clock that was ahead: nobody knows when that was
            if cursor is not None and work.plan.has_delta(part.type) and usable(cursor, part, now):
                is_of_this_run = resumed is not None and came is not None and came >= resumed
                (later if is_of_this_run else news)[part.name][patient] = cursor
                continue
            if resumed is None or came is None or came < resumed:
                sorted_.whole[patient].append(part)
    return sorted_


async def _news_of(work: Work, part: ChartPart, cursors: dict[str, Cursor]) -> None:
    """Deletions first, then what is new: the cursor, which holds for both, moves with the second."""
    deletes_by = work.deletes_by(part)
    since = min(cursor.since for cursor in cursors.values())
    try:
        if deletes_by is not DeletesBy.SWEEP and not work.asking.line.lost:
            await read_deletions(work, part, since)
    except JournalError as error:
        for patient in cursors:
            await work.lacks(patient, part, work.met(error))
        return
    in_one = min(PATIENTS_IN_ONE, await proved_for(work)) or 1
    for some in in_groups(list(cursors), in_one):
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


async def _all(calls: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run side by side; the first failure says it: a full disk is full for every patient."""
    try:
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(call)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None

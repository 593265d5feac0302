"""One part of several charts in one question: the first reading of a round, where that costs most (decision 0014).

Nothing is whole for anybody before the whole answer is in and proved. What may be one patient's trouble, or the question's
own, is asked again for each alone: a common question never leaves more undone than single ones would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import TIMED_OUT, JournalError
from offline_cache.asking import WHOLE_LINE
from offline_cache.pull_chart import LeftOut, Pages, ask_whole, keeping_what_came, read_newest, read_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from offline_cache.chart_parts import ChartPart
    from offline_cache.pull_work import Work

IN_ONE = 10
"""How many patients one question names: what a broken line makes undone is no more than their part."""

_LETTERS = 1000
"""How long their ids may be together, so that no address becomes longer than any server takes."""


def in_groups(patients: Sequence[str], most: int = IN_ONE) -> Iterator[list[str]]:
    """Yield the patients in their order, as many at a time as one question may name."""
    group: list[str] = []
    for patient in patients:
        if group and (len(group) == most or sum(len(p) + 1 for p in (*group, patient)) > _LETTERS):
            yield group
            group = []
        group.append(patient)
    if group:
        yield group


async def read_part_of(work: Work, patients: Sequence[str], part: ChartPart) -> None:
    """Bring one part for these patients, or mark for each why it is not whole."""
    if len(patients) == 1 or work.alone or not await _came(work, patients, part):
        for patient in patients:
            await read_part(work, patient, part)


async def _came(work: Work, patients: Sequence[str], part: ChartPart) -> bool:
    """Ask for all of them at once; False where each is to be asked for alone."""
    if work.asking.line.lost:
        return False
    pages = Pages(work, patients, part)
    try:
        async with keeping_what_came(pages):
            asked = await ask_whole(work, part, part.of_many(patients, work.clock.now()), pages)
            missed = await work.worker.run(_missed, work, patients, part, pages)
            without = [p for p in patients if p not in pages.given] if part.latest_instead else []
            await pages.close([p for p in patients if p not in (*missed, *without)], asked.heard)
    except LeftOut:
        return False
    except JournalError as error:
        return await _failed(work, patients, part, error)
    for patient in patients:
        if patient in missed:
            await read_part(work, patient, part)
        elif patient in without:
            await read_newest(work, patient, part, asked.heard)
    return True


def _missed(work: Work, patients: Sequence[str], part: ChartPart, pages: Pages) -> list[str]:
    """Return who has something here and nothing in the answer: a journal may leave out whom it would refuse alone."""
    held = work.store.resources
    return [p for p in patients if p not in pages.given and held.ids_of_patient(p, part.type)]


async def _failed(work: Work, patients: Sequence[str], part: ChartPart, error: JournalError) -> bool:
    """Mark the part where the failure says nothing of the question; False where each is to be asked for alone."""
    if error.detail == TIMED_OUT:
        work.alone = True  # it may be quick with one, and is not to be tried out twice
        return False
    if error.kind not in WHOLE_LINE and error.retry_after is None:
        return False
    for patient in patients:
        await work.lacks(patient, part, work.met(error))
    return True

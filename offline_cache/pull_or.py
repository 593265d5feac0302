"""Whether the journal takes `patient=a,b` for either, and how long a list it takes: learnt by its own counts, version by version.

Where it does not, a question for several would bring one of them, or some, or nobody, and look like no news.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import JournalError
from offline_cache.chart_parts import CHART_PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offline_cache.chart_parts import ChartPart
    from offline_cache.pull_work import Work

_OR_PROVED = "pull.or"


async def proved_for(work: Work) -> int:
    """Tell for how many patients in one question it is known of this journal in this version; 0 where it is not known."""
    kept = await work.worker.run(work.store.meta.get, _OR_PROVED) or b""
    software, _, number = kept.decode().rpartition("\n")
    return int(number) if number.isdecimal() and software == work.plan.software else 0


async def prove_or(work: Work, patients: Sequence[str], most: int = 2) -> int:
    """Return for how many patients it is known, after a look where that is fewer than these, or than `most` of them.

    Two halves of a list are together what the whole list is. In either the first has something, and so has the very last: a
    journal that takes some of a list, or one, or asks for all at once, cannot say so.
    """
    known = await proved_for(work)
    if known >= min(len(patients), most):
        return known
    lists = await work.worker.run(_halves, work, patients, most)
    if lists is None or len(lists[1]) + len(lists[2]) <= known:
        return known
    part, first, second = lists
    now = work.clock.now()
    try:
        one, other, both = [
            await work.asking.count(part.type, (*part.of_many(some, now), *work.narrowing(part)))
            for some in (first, second, [*first, *second])
        ]
    except JournalError:
        return known
    if not one or not other or one + other != both:
        return known
    proved = len(first) + len(second)
    await work.worker.run(work.store.meta.put, _OR_PROVED, f"{work.plan.software}\n{proved}".encode())
    return proved


def _halves(work: Work, patients: Sequence[str], most: int) -> tuple[ChartPart, list[str], list[str]] | None:
    """Return a part and two lists of patients of whom enough have something of it here, as long as can be."""
    best: tuple[ChartPart, list[str], list[str]] | None = None
    for part in CHART_PARTS:
        if part.days_back is None and work.plan.counts(part.type):
            some = [p for p in patients if work.store.resources.ids_of_patient(p, part.type)]
            if len(some) > 2:
                first, start, end = some[:3]
                rest = [p for p in patients if p not in (first, start, end)][: max(most - 3, 0)]
                half = len(rest) // 2
                return part, [first, *rest[:half]], [start, *rest[half:], end]
            if len(some) == 2 and best is None:
                best = part, some[:1], some[1:]
    return best

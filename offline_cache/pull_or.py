"""Whether the journal takes `patient=a,b` for either: learnt once per journal and version, by its own counts.

Where it does not, a question for several would bring one of them, or nobody, and look like no news.
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


async def or_is_proved(work: Work) -> bool:
    """Tell whether it is known of this journal in this version."""
    return await work.worker.run(work.store.meta.get, _OR_PROVED) == work.plan.software.encode()


async def prove_or(work: Work, patients: Sequence[str]) -> bool:
    """Tell whether it is known, after a look at two of these patients who both have something of one part."""
    if await or_is_proved(work):
        return True
    pair = await work.worker.run(_pair, work, patients)
    if pair is None:
        return False
    part, first, second = pair
    now = work.clock.now()
    try:
        one, other, both = [
            await work.asking.count(part.type, (*part.of_many(some, now), *work.narrowing(part)))
            for some in ([first], [second], [first, second])
        ]
    except JournalError:
        return False
    if not one or not other or one + other != both:
        return False
    await work.worker.run(work.store.meta.put, _OR_PROVED, work.plan.software.encode())
    return True


def _pair(work: Work, patients: Sequence[str]) -> tuple[ChartPart, str, str] | None:
    """Return a part and two patients who have something of it here."""
    for part in CHART_PARTS:
        if part.days_back is None and work.plan.counts(part.type):
            some = [p for p in patients if work.store.resources.ids_of_patient(p, part.type)]
            if len(some) > 1:
                return part, some[0], some[1]
    return None

"""What is new in many charts at once: one question per type for all patients, from a little before where was read last.

The question carries no filter but the patients: a prescription that was stopped would never be seen by one that asks for active
ones. What belongs to the part is decided here (decision 0014). Kinds are named where the journal answers no search without them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.landing import Window
from offline_cache.left_out import UNPROVEN
from offline_cache.pull_chart import read_part
from offline_cache.server_time import OVERLAP, instant_text
from offline_cache.whose import refuse_others

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.resource import Page, Resource
    from offline_cache.chart_parts import ChartPart, Query
    from offline_cache.cursors import Cursor
    from offline_cache.pull_work import Work

PATIENTS_IN_ONE = 50
"""How many patients one question names: an address stays within 4 kB."""

WHOLE_EVERY = timedelta(days=7)
"""Everything is read anew this often, whatever the cursors say (offline-cache.md §1.4)."""

_PER_PATIENT = frozenset(
    {ErrorKind.FORBIDDEN, ErrorKind.NOT_FOUND, ErrorKind.GONE, ErrorKind.REFUSED, ErrorKind.WRONG_RESOURCE}
)
"""Refusals that may be about one of the patients, or about the form of the question: each is asked for alone then."""

_FAULTS_IN_A_ROW = 3
"""One record over which a journal stumbles makes the common question fail; so many tell that it is not one record."""


class _Gathered:
    """Holds the pages of a window until all of it is in."""

    def __init__(self, patients: Sequence[str], type_: str) -> None:
        self._patients = frozenset(patients)
        self._type = type_
        self.resources: dict[str, Resource] = {}

    async def begin(self) -> None:
        """Forget what came of an answer that broke off."""
        self.resources.clear()

    async def page(self, page: Page) -> None:
        """Take a page; a resource that comes twice counts as it came last."""
        refuse_others(page, self._patients, self._type)
        self.resources.update((r.id, r) for r in page.resources)


def usable(cursor: Cursor | None, part: ChartPart, now: datetime) -> bool:
    """Tell whether a cursor may be read on from: of this very question, and everything read within the week."""
    return (
        cursor is not None
        and cursor.shape == part.shape
        and timedelta(0) <= now - cursor.whole_at < WHOLE_EVERY
    )


async def read_news(work: Work, part: ChartPart, patients: Sequence[str], cursors: Sequence[Cursor]) -> None:
    """Bring what is new of one part for these patients, from the oldest of their cursors."""
    if work.asking.line.lost:
        for patient in patients:
            await work.lacks(patient, part, work.asking.line.lost)
        return
    since = min(cursor.since for cursor in cursors) - OVERLAP
    latest = max(cursor.since for cursor in cursors)
    stamped = ("_lastUpdated", f"ge{instant_text(since)}")
    query = (("patient", ",".join(patients)), stamped, *work.narrowing(part))
    try:
        if not await _window(work, part, patients, query, latest):
            await _each_alone(work, part, patients, len(patients))
    except JournalError as error:
        reason = work.met(error)
        if error.kind in _PER_PATIENT:
            await _each_alone(work, part, patients, len(patients))
        elif error.kind is ErrorKind.SERVER_FAULT and error.retry_after is None:
            await _each_alone(work, part, patients, _FAULTS_IN_A_ROW)
        else:
            for patient in patients:
                await work.lacks(patient, part, reason)


async def _each_alone(work: Work, part: ChartPart, patients: Sequence[str], most: int) -> None:
    """Read the part of each by itself, until so many in a row failed: then it is not one patient's trouble."""
    failed = 0
    for patient in patients:
        if failed == most:
            await work.lacks(patient, part, str(ErrorKind.SERVER_FAULT))
            continue
        await read_part(work, patient, part)
        failed = failed + 1 if part.name in dict(work.lacking(patient)) else 0


async def _window(
    work: Work, part: ChartPart, patients: Sequence[str], query: Query, latest: datetime
) -> bool:
    """Gather the window, prove it, and put it down with its cursors in one commit.

    False, and nothing put down, where the journal's clock shows less than the `latest` of the cursors: they are of a day when it
    was ahead, and what was stamped since it was set right lies before them.
    """
    gathered = _Gathered(patients, part.type)
    asked = await work.asking.ask(part.type, query, gathered)
    if asked.date is not None and asked.date < latest - OVERLAP:
        return False
    reason = asked.left_out
    if not reason and asked.pages > 1 and await work.asking.count(part.type, query) != len(asked.found):
        asked = await work.asking.ask(part.type, query, gathered)
        counted = await work.asking.count(part.type, query)
        reason = asked.left_out or ("" if counted == len(asked.found) else UNPROVEN)
    if reason:
        for patient in patients:
            await work.lacks(patient, part, reason)
        return True
    window = Window(part, patients, list(gathered.resources.values()), asked.heard, work.limit_of(part))
    await work.worker.run(work.landing.window, window)
    for patient in patients:
        work.has(patient, part)
    return True

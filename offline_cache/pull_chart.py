"""One part of one chart from its beginning to its last page: the first time, once a week, and where there is no delta."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.landing import LastPage
from offline_cache.left_out import UNPROVEN
from offline_cache.patient_of import patient_of

if TYPE_CHECKING:
    from datetime import datetime

    from client.resource import Page, Resource
    from offline_cache.asking import Asked
    from offline_cache.chart_parts import ChartPart, Query
    from offline_cache.pull_work import Work

_PROOFS = 2
_MISSING_PARAMETER = 400


class _LeftOut(Exception):
    """The answer is not the whole; the reason is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Pages:
    """Puts each page down as it comes, under a generation that begins anew with the question.

    The last page waits for the proof that the answer is whole, and goes down in one commit with what follows from that.
    """

    def __init__(self, work: Work, patient: str, part: ChartPart) -> None:
        self._work = work
        self._patient = patient
        self._part = part
        self._generation = 0
        self._last: tuple[Resource, ...] = ()

    async def begin(self) -> None:
        """Begin a generation."""
        await self.keep()
        self._generation = 0

    async def page(self, page: Page) -> None:
        """Keep a page that is about this patient and nothing else."""
        refuse_others(page, frozenset([self._patient]), self._part.type)
        await self.keep()
        self._last = page.resources
        if not page.is_last:
            await self.keep()

    async def keep(self) -> None:
        """Put down what waits, though the answer is not proved whole: it is true as far as it goes."""
        if self._last:
            self._generation = await self._work.worker.run(
                self._work.landing.page, self._patient, self._part, self._last, self._generation
            )
            self._last = ()

    async def close(self, since: datetime | None) -> None:
        """Put down the last page of an answer that is whole."""
        last = LastPage(self._last, self._generation, since, self._work.limit_of(self._part))
        await self._work.worker.run(self._work.landing.last_page, self._patient, self._part, last)


async def read_part(work: Work, patient: str, part: ChartPart) -> None:
    """Bring one part, or mark why it is not whole. A line that was lost is not tried again and again."""
    if work.asking.line.lost:
        await work.lacks(patient, part, work.asking.line.lost)
        return
    pages = _Pages(work, patient, part)
    try:
        heard = await _read(work, patient, part, pages)
    except JournalError as error:
        await pages.keep()
        await work.lacks(patient, part, work.met(error))
    except _LeftOut as lack:
        await pages.keep()
        await work.lacks(patient, part, lack.reason)
    else:
        await pages.close(heard if work.plan.has_delta(part.type) else None)
        work.has(patient, part)


async def _read(work: Work, patient: str, part: ChartPart, pages: _Pages) -> datetime | None:
    """Ask until the answer is whole and proved; return the journal's time when it began."""
    asked = await _asked_as_demanded(work, part, part.first(patient, work.clock.now()), pages)
    latest = part.instead(patient)
    if not asked.found and latest is not None:
        newest = await work.asking.ask(part.type, latest, pages, most=part.latest_instead)
        if newest.left_out:
            raise _LeftOut(newest.left_out)
    return asked.heard


async def _asked_as_demanded(work: Work, part: ChartPart, query: Query, pages: _Pages) -> Asked:
    """Ask; where the journal refuses the question and could be asked more closely, do that, and remember that it was needed."""
    narrow = (*query, *part.if_demanded)
    if part.name in work.demanding:
        return await _proved(work, part, narrow, pages)
    try:
        return await _proved(work, part, query, pages)
    except JournalError as error:
        could = all(work.plan.capabilities.has_search(part.type, name) for name, _ in part.if_demanded)
        if error.status != _MISSING_PARAMETER or not (part.if_demanded and could):
            raise
    asked = await _proved(work, part, narrow, pages)
    work.demanding.add(part.name)
    await work.worker.run(work.keep_demanding)
    return asked


async def _proved(work: Work, part: ChartPart, query: Query, pages: _Pages) -> Asked:
    """Ask; an answer of several pages, under which the records may have shifted, is held against the journal's count."""
    for _ in range(_PROOFS):
        asked = await work.asking.ask(part.type, query, pages)
        if asked.left_out:
            raise _LeftOut(asked.left_out)
        if asked.pages == 1 or not work.plan.counts(part.type):
            return asked
        if await work.asking.count(part.type, query) == len(asked.found):
            return asked
    raise _LeftOut(UNPROVEN)


def refuse_others(page: Page, patients: frozenset[str], type_: str) -> None:
    """Refuse a whole page that brings somebody else's data, or another type than was asked for (fault H20)."""
    for resource in page.resources:
        if resource.type != type_ or patient_of(resource.type, resource.body) not in patients:
            raise JournalError(ErrorKind.WRONG_RESOURCE)

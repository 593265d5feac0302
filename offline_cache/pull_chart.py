"""One part of one chart from its beginning to its last page: the first time, once a week, and where there is no delta."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.landing import LastPage
from offline_cache.left_out import UNPROVEN, left_out_of
from offline_cache.places import Place
from offline_cache.pull_place import go_on
from offline_cache.whose import by_patient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from client.resource import Page, Resource
    from offline_cache.asking import Asked
    from offline_cache.chart_parts import ChartPart, Query
    from offline_cache.pull_work import Work

_PROOFS = 2
_MISSING_PARAMETER = 400


class LeftOut(Exception):
    """The answer is not the whole; the reason is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Pages:
    """Puts each page down as it comes, under a generation that begins anew with the question.

    The last page waits for the proof that the answer is whole, and goes down in one commit with what follows from that. With
    every page before it goes down where the answer is gone on with if it breaks off.
    """

    def __init__(self, work: Work, patients: Sequence[str], part: ChartPart) -> None:
        self._work = work
        self.patients = frozenset(patients)
        self.question = ""
        """What is asked, where the answer may be gone on with; empty where it may not."""
        self._place: Place | None = None
        self._after: Place | None = None
        self._part = part
        self._generation = 0
        self._begun_at = work.clock.now()
        self._last: dict[str, list[Resource]] = {}
        self.owners: dict[str, str] = {}
        """Whose each resource is that came so far."""

    @property
    def given(self) -> frozenset[str]:
        """Of whom the answer, as far as it came, holds anything."""
        return frozenset(self.owners.values())

    async def begin(self) -> None:
        """Begin a generation."""
        await self.keep()
        self._generation, self._after = 0, None
        self.owners.clear()
        heard, now = self._work.asking.heard, self._work.clock.now()
        place = Place(tuple(sorted(self.patients)), self.question, "", heard, now)
        self._place, self._begun_at = (place if self.question else None), now

    def go_on(self, place: Place, owners: Mapping[str, str]) -> None:
        """Take the pages to come as those of an answer that broke off: under its generation, beside what it had brought."""
        self._place = self._after = place
        self._generation, self._begun_at = place.generation, place.begun_at
        self.owners = dict(owners)

    async def page(self, page: Page) -> None:
        """Keep a page that is about these patients and nobody else."""
        rows = by_patient(page, self.patients, self._part.type)
        for patient, resources in rows.items():
            if any(self.owners.setdefault(r.id, patient) != patient for r in resources):
                raise JournalError(ErrorKind.WRONG_RESOURCE, detail="a resource of two patients")
        await self.keep()
        self._last = rows
        if left_out_of(page):
            self._place = None  # whoever went on from a later page would not hear of it
        if not page.is_last:
            await self._put(replace(self._place, link=page.next) if self._place and page.next else None)

    async def keep(self) -> None:
        """Put down what waits, though the answer is not proved whole: it is true as far as it goes."""
        await self._put(None)

    async def _put(self, place: Place | None) -> None:
        if not self._last and place is None:
            return
        rows, self._last = self._last, {}
        self._generation = await self._work.worker.run(
            self._work.landing.page,
            self._part,
            rows,
            self._generation,
            common=self._common,
            place=place,
            after=self._after,
        )
        self._after = place or self._after

    async def close(self, patients: Sequence[str], since: datetime | None) -> None:
        """Put down the last page of an answer that is whole, and mark the part whole for these of the patients."""
        waiting, self._last = self._last, {}
        rows = {patient: waiting.get(patient, []) for patient in patients}
        since = since if self._work.plan.has_delta(self._part.type) else None
        limit = self._work.limit_of(self._part)
        last = LastPage(rows, self._generation, since, self._begun_at, limit, self._after)
        await self._work.worker.run(self._work.landing.last_page, self._part, last, common=self._common)
        for patient in patients:
            self._work.has(patient, self._part)

    @property
    def _common(self) -> bool:
        return len(self.patients) > 1


async def read_part(work: Work, patient: str, part: ChartPart) -> None:
    """Bring one part, or mark why it is not whole. A line that was lost is not tried again and again."""
    if work.asking.line.lost:
        await work.lacks(patient, part, work.asking.line.lost)
        return
    pages = Pages(work, [patient], part)
    async with lacking_where_it_fails(work, patient, part, pages):
        asked = await ask_whole(work, part, part.first(patient, work.clock.now()), pages)
        if asked.found or not part.latest_instead:
            await pages.close([patient], asked.heard)
        else:
            await _read_newest(work, patient, part, pages, asked.heard)


async def read_newest(work: Work, patient: str, part: ChartPart, heard: datetime | None) -> None:
    """Bring the newest resources of any age for a patient who has none within the days of the part.

    Args:
        work: The pull.
        patient: Whose.
        part: The part.
        heard: The journal's time when it said that there are none within those days.
    """
    pages = Pages(work, [patient], part)
    async with lacking_where_it_fails(work, patient, part, pages):
        await _read_newest(work, patient, part, pages, heard)


async def _read_newest(
    work: Work, patient: str, part: ChartPart, pages: Pages, heard: datetime | None
) -> None:
    query = part.instead(patient)
    pages.question = ""
    newest = await work.asking.ask(part.type, query, pages, most=part.latest_instead)
    if newest.left_out:
        raise LeftOut(newest.left_out)
    await pages.close([patient], heard)


@asynccontextmanager
async def lacking_where_it_fails(
    work: Work, patient: str, part: ChartPart, pages: Pages
) -> AsyncIterator[None]:
    """Keep what came and mark why the part is not whole, where it is not."""
    try:
        async with keeping_what_came(pages):
            yield
    except JournalError as error:
        await work.lacks(patient, part, work.met(error))
    except LeftOut as lack:
        await work.lacks(patient, part, lack.reason)


@asynccontextmanager
async def keeping_what_came(pages: Pages) -> AsyncIterator[None]:
    """Put down what waits when the question fails; where that is refused, the refusal is the failure."""
    try:
        yield
    except (JournalError, LeftOut):
        await pages.keep()
        raise


async def ask_whole(work: Work, part: ChartPart, query: Query, pages: Pages) -> Asked:
    """Ask until the answer is proved whole; where the journal wants to be asked more closely, do that and remember it.

    Raises:
        JournalError: No whole answer came.
        LeftOut: The journal, or its count, says that the answer is not the whole.
    """
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


async def _proved(work: Work, part: ChartPart, query: Query, pages: Pages) -> Asked:
    """Ask, or go on with an answer that broke off: in an earlier pull, or just now in the middle of a page."""
    pages.question = "&".join(f"{name}={value}" for name, value in query)
    asked = await go_on(work, part, query, pages)
    if asked is None:
        try:
            asked = await _from_its_beginning(work, part, query, pages)
        except JournalError as error:
            asked = await go_on(work, part, query, pages) if error.kind is ErrorKind.BROKEN else None
            if asked is None:
                raise
    return asked


async def _from_its_beginning(work: Work, part: ChartPart, query: Query, pages: Pages) -> Asked:
    """Ask; an answer of several pages, under which the records may have shifted, is held against the journal's count."""
    for _ in range(_PROOFS):
        asked = await work.asking.ask(part.type, query, pages)
        if asked.left_out:
            raise LeftOut(asked.left_out)
        if asked.pages == 1 or not work.plan.counts(part.type):
            return asked
        if await work.asking.count(part.type, query) == len(asked.found):
            return asked
    raise LeftOut(UNPROVEN)

"""Bugs planted in the pull: how far was read, what is swept, and what counts as whole."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

from offline_cache import asking, pull_charts, pull_delta, store
from offline_cache.cursors import Cursor
from offline_cache.landing import Landing, Window
from offline_cache.pull_chart import Pages
from offline_cache.server_time import instant_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from client.resource import Page
    from offline_cache.chart_parts import ChartPart
    from offline_cache.landing import LastPage
    from offline_cache.pull_work import Work


def cursor_before_data() -> AbstractContextManager[object]:
    """How far was read is written down before it is read (android-fhir, D2)."""
    read = pull_delta.read_news

    async def eagerly(
        work: Work, part: ChartPart, patients: Sequence[str], cursors: Sequence[Cursor]
    ) -> None:
        heard = work.asking._time.heard
        if heard is not None:
            for patient, cursor in zip(patients, cursors, strict=True):
                moved = Cursor(max(heard, cursor.since), cursor.shape, cursor.whole_at)
                await work.worker.run(work.store.cursors.put, patient, part.name, moved)
        await read(work, part, patients, cursors)

    return patch.object(pull_charts, "read_news", eagerly)


def gt_cursor() -> AbstractContextManager[object]:
    """What is new is asked for from exactly where was read last, and not from a little before."""
    text = instant_text
    held = contextlib.ExitStack()
    held.enter_context(patch.object(pull_delta, "OVERLAP", timedelta(0)))
    after = timedelta(milliseconds=1)
    held.enter_context(patch.object(pull_delta, "instant_text", lambda moment: text(moment + after)))
    return held


def cursor_by_our_own_clock() -> AbstractContextManager[object]:
    """How far was read is told by the clock of the laptop."""
    window, last_page = Landing.window, Landing.last_page

    def by_wall(self: Landing, told: Window) -> None:
        window(self, Window(told.part, told.patients, told.resources, self._clock.now(), told.limit))

    def closed(self: Landing, part: ChartPart, last: LastPage, *, common: bool = False) -> None:
        since = self._clock.now() if last.since is not None else None
        last_page(self, part, replace(last, since=since), common=common)

    held = contextlib.ExitStack()
    held.enter_context(patch.object(Landing, "window", by_wall))
    held.enter_context(patch.object(Landing, "last_page", closed))
    return held


def sweep_on_a_partial_answer() -> AbstractContextManager[object]:
    """What a page does not hold is swept out when the page is in."""
    take = Pages.page

    async def swept(self: Pages, page: Page) -> None:
        await take(self, page)
        await self.keep()
        for patient in self.patients:
            await self._work.worker.run(self._work.landing._sweep, patient, self._part, self._generation)

    return patch.object(Pages, "page", swept)


def ghost_swept_under_unsent_work() -> AbstractContextManager[object]:
    """What the journal gives no more goes, although unsent work stands on it."""
    return patch.object(store, "resources_under_unsent_work", lambda engine: frozenset())


def partial_chart_marked_complete() -> AbstractContextManager[object]:
    """What the journal says it leaves out counts as not there."""
    return patch.object(asking, "left_out_of", lambda page: "")


def deletions_not_asked_for() -> AbstractContextManager[object]:
    """What was deleted stays in the cache for a week."""

    async def none(work: Work, part: ChartPart, since: datetime) -> None:
        del work, part, since

    return patch.object(pull_charts, "read_deletions", none)


def news_of_the_first_page_only() -> AbstractContextManager[object]:
    """The first page of an answer counts as all of it."""

    async def page(self: pull_delta._Gathered, page: Page) -> None:
        if not self.resources:
            self.resources.update((r.id, r) for r in page.resources)

    return patch.object(pull_delta._Gathered, "page", page)

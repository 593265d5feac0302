"""Asking a search to its last page: page size, Retry-After, links that expire, and a line that is lost only once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from client.errors import TIMED_OUT, ErrorKind, JournalError
from offline_cache.left_out import CUT_OFF, left_out_of
from offline_cache.server_time import later, not_ahead

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from datetime import datetime

    from client.journal import JournalClient
    from client.resource import Page
    from offline_cache.chart_parts import Query
    from offline_cache.page_size import PageSize
    from offline_cache.server_time import ServerTime
    from ports.clock import Clock

WHOLE_LINE = frozenset({ErrorKind.UNREACHABLE, ErrorKind.UNAUTHORIZED, ErrorKind.NOT_FHIR})
"""Kinds after which nothing more is asked in this pull: each further question would only wait for its own time limit."""

_EXPIRED = frozenset({ErrorKind.NOT_FOUND, ErrorKind.GONE, ErrorKind.REFUSED})
_RESTARTS = 2
_TIMEOUTS = 2
_WAITS = 2
LONGEST_WAIT = 60.0
"""Seconds: a journal that wants to be left alone for longer is asked again in the next sync."""

_TOO_MUCH = frozenset({"too-costly", "too-long"})


@dataclass(slots=True)
class Line:
    """What is known of the line to the journal within one pull: why it was lost, and until when it asks for peace."""

    lost: str = ""
    quiet_until: float = 0.0


class Taker(Protocol):
    """Takes the pages of one question."""

    async def begin(self) -> None:
        """Start anew: what came before belongs to an answer that broke off."""
        ...

    async def page(self, page: Page) -> None:
        """Take one page."""
        ...


@dataclass(slots=True)
class Asked:
    """What one whole answer amounted to. `heard` is the journal's time when its first page was made, `date` its clock then.

    `claimed` is the largest `total` that a page gave; `filled` says that the last page was as large as it was asked to be.
    """

    found: set[str] = field(default_factory=set)
    pages: int = 0
    heard: datetime | None = None
    date: datetime | None = None
    left_out: str = ""
    claimed: int = 0
    filled: bool = False


@dataclass(slots=True)
class _Patience:
    """How often one question may still be asked again, by cause."""

    restarts: int = _RESTARTS
    timeouts: int = _TIMEOUTS
    waits: int = _WAITS


class Asking:
    """One way of asking for all parts of a pull, side by side.

    `counts` tells of which types the journal's numbers mean anything.
    """

    def __init__(
        self,
        client: JournalClient,
        clock: Clock,
        size: PageSize,
        time: ServerTime,
        counts: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._client = client
        self._clock = clock
        self._size = size
        self._time = time
        self._counts = counts
        self.line = Line()

    async def ask(
        self,
        type_: str,
        query: Query,
        taker: Taker,
        *,
        most: int = 0,
        waits: bool = True,
        per_page: int = 1,
    ) -> Asked:
        """Ask, and ask again where that can help; each beginning is told to the taker.

        Args:
            type_: The resource type.
            query: The search parameters but for `_count`.
            taker: Who takes the pages.
            most: Stop after so many resources; 0 is all.
            per_page: How many times as many resources as usual a page may hold: little is asked of each.
            waits: Keep quiet as long as the journal asks and try again; else somebody is told at once, who may wait.

        Raises:
            JournalError: no whole answer came; what was taken is a part.
        """
        patience = _Patience(waits=_WAITS if waits else 0)
        while True:
            await self._keep_quiet()
            await taker.begin()
            asked = Asked()
            try:
                if await self._once(type_, query, taker, asked, most, per_page):
                    await self._see_that_it_was_the_last(type_, query, asked)
            except JournalError as error:
                if not self._may_ask_again(error, asked, patience):
                    raise
            else:
                return asked

    def hear(self, stamps: Iterable[str], date: datetime | None) -> None:
        """Take in the stamps of an answer that was no search."""
        self._time.hear(stamps, date)

    @property
    def heard(self) -> datetime | None:
        """The journal's time as far as it has been heard."""
        return self._time.heard

    async def go_on(self, type_: str, link: str, taker: Taker, asked: Asked) -> None:
        """Ask an answer that broke off on from a link to its last page; nothing is begun anew.

        Args:
            type_: The resource type.
            link: The journal's own, to the page that did not come.
            taker: Who takes the pages.
            asked: What the answer had amounted to; added to.

        Raises:
            JournalError: it broke off again, or the journal does not know the link any more.
        """
        await self._keep_quiet()
        await self._take(self._client.search_on(type_, link), self._size.now, taker, asked, 0)

    async def count(self, type_: str, query: Query) -> int:
        """Return the journal's own count."""
        await self._keep_quiet()
        return await self._client.count(type_, query)

    async def _once(
        self, type_: str, query: Query, taker: Taker, asked: Asked, most: int, per_page: int
    ) -> bool:
        """Take the pages; tell whether the journal was asked to the end."""
        size = min(most, self._size.now) if most else self._size.now * per_page
        return await self._take(self._client.search(type_, query, page_size=size), size, taker, asked, most)

    async def _take(
        self, pages: AsyncIterator[Page], size: int, taker: Taker, asked: Asked, most: int
    ) -> bool:
        """Take pages of a size; tell whether the last one was among them."""
        since = self._clock.monotonic()
        before = (
            self._time.heard
        )  # what other answers tell from now on may be later than this answer's first page
        async for page in pages:
            resources = (*page.resources, *page.included)
            heard = self._time.hear((r.last_updated for r in resources), page.server_time)
            if not asked.pages:
                asked.heard = later(not_ahead(before, page.server_time), heard)
                asked.date = page.server_time
            if size == self._size.now:
                self._size.went(self._clock.monotonic() - since, len(page.resources))
            asked.pages += 1
            asked.claimed = max(asked.claimed, page.total or 0)
            asked.filled = len(page.resources) >= size
            asked.found.update(r.id for r in page.resources)
            asked.left_out = asked.left_out or left_out_of(page)
            await taker.page(page)
            if most and len(asked.found) >= most:
                return False
            since = self._clock.monotonic()
        return True

    async def _see_that_it_was_the_last(self, type_: str, query: Query, asked: Asked) -> None:
        """A page without `next` may still not be the last one: a journal may know no links, a proxy may take them away.

        Asked for is the journal's own count, and only where something speaks for more: a page that is full, or a larger `total`.
        """
        if asked.left_out or not self._counts(type_):
            return
        if (asked.filled or asked.claimed > len(asked.found)) and await self.count(type_, query) > len(
            asked.found
        ):
            asked.left_out = CUT_OFF

    def _may_ask_again(self, error: JournalError, asked: Asked, patience: _Patience) -> bool:
        if _is_too_much(error):
            return self._size.too_large()
        if error.kind is ErrorKind.UNREACHABLE and error.detail == TIMED_OUT:
            patience.timeouts -= 1
            return patience.timeouts >= 0 and self._size.timed_out()
        if error.retry_after is not None and error.status in (429, 503):
            patience.waits -= 1
            self.line.quiet_until = self._clock.monotonic() + error.retry_after
            return patience.waits >= 0 and error.retry_after <= LONGEST_WAIT
        if asked.pages and error.kind in _EXPIRED:
            patience.restarts -= 1
            return patience.restarts >= 0
        return False

    async def _keep_quiet(self) -> None:
        """Wait as long as the journal asked to be left alone: that holds for every question, not only for the refused one."""
        wait = self.line.quiet_until - self._clock.monotonic()
        if 0 < wait <= LONGEST_WAIT:
            await self._clock.sleep(wait)


def _is_too_much(error: JournalError) -> bool:
    """Tell whether the journal, or our own cap, found the page too large."""
    said = {code for one in error.outcomes for code in (one.code, *one.codes)}
    return error.status == 413 or error.kind is ErrorKind.TOO_LARGE or bool(_TOO_MUCH & said)

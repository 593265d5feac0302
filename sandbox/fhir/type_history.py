"""The history of a type: every version of every resource since a moment, deletions among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sandbox.fhir import bundles, instants
from sandbox.fhir.pages import Pages
from sandbox.fhir.refusal import Refusal
from sandbox.fhir.requests import Answer
from sandbox.fhir.search_query import LARGEST_PAGE

if TYPE_CHECKING:
    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.conduct import Conduct
    from sandbox.fhir.access import Access
    from sandbox.fhir.journal import Journal
    from sandbox.fhir.requests import Request

_ORDINARY_PAGE = 50


@dataclass(frozen=True, slots=True)
class _Place:
    """A history and the version before which its next page begins."""

    since: str
    count: int
    before: tuple[str | int, ...] = ()


class TypeHistory:
    """Answers `GET Type/_history`."""

    def __init__(
        self, base_url: str, journal: Journal, access: Access, clock: Clock, ids: Ids, conduct: Conduct
    ) -> None:
        self._base_url = base_url
        self._journal = journal
        self._access = access
        self._clock = clock
        self._ids = ids
        self._pages: Pages[_Place] = Pages(clock, ids, conduct)

    def answer(self, type_: str, request: Request) -> Answer:
        """Return one page, the newest version first.

        Raises:
            Refusal: a value that cannot be read, an unknown parameter under `strict`, or an expired page.
        """
        asked = dict(request.query)
        url = f"{self._base_url}/{type_}/_history"
        if "_page" in asked:
            place = self._pages.find(asked["_page"], type_)
            return self._page(type_, place, f"{url}?_page={asked['_page']}")
        if request.is_strict and asked.keys() - {"_since", "_count", "_format"}:
            raise Refusal(400, "not-supported", "A history takes _since and _count alone.")
        place = _Place(_since(asked.get("_since", "")), _count(asked.get("_count", "")))
        applied = urlencode([pair for pair in request.query if pair[0] in {"_since", "_count"}])
        return self._page(type_, place, url + (f"?{applied}" if applied else ""))

    def _page(self, type_: str, place: _Place, self_url: str) -> Answer:
        changes = self._journal.changes(type_, place.since, place.before, place.count)
        links = [("self", self_url)]
        if changes.following:
            token = self._pages.keep(type_, _Place(place.since, place.count, changes.following))
            links.append(("next", f"{self._base_url}/{type_}/_history?_page={token}"))
        body = bundles.history(
            self._base_url,
            [version for version in changes.versions if self._access.sees(type_, version.id)],
            total=changes.total,
            links=links,
            bundle_id=self._ids.uuid(),
            now=instants.instant(self._clock.now()),
        )
        return Answer(200, body)


def _since(text: str) -> str:
    bounds = instants.span(text) if text else ("", "")
    if bounds is None:
        raise Refusal(400, "value", "_since cannot be read as an instant.")
    return bounds[0]


def _count(text: str) -> int:
    if not text:
        return _ORDINARY_PAGE
    if not (text.isascii() and text.isdecimal()):
        raise Refusal(400, "value", "_count must be a whole number.")
    return max(1, min(int(text), LARGEST_PAGE))

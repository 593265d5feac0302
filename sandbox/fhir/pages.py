"""Where the next pages of running searches begin. The links are opaque and hold no value of the search."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.fhir.refusal import Refusal

if TYPE_CHECKING:
    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.fhir.search_query import Search

_MOST = 10_000
_LIFETIME = 3600.0


@dataclass(frozen=True, slots=True)
class Place:
    """A search and the row after which its next page begins."""

    search: Search
    after: tuple[str, ...]
    kept_at: float


class Pages:
    """Open searches by token. They are forgotten after an hour and when the journal stops."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._places: OrderedDict[str, Place] = OrderedDict()

    def keep(self, search: Search, after: tuple[str, ...]) -> str:
        """Return the token of the page that begins after a row."""
        token = self._ids.uuid()
        self._places[token] = Place(search, after, self._clock.monotonic())
        while len(self._places) > _MOST:
            self._places.popitem(last=False)
        return token

    def find(self, token: str, type_: str) -> Place:
        """Return the place that a token stands for.

        Raises:
            Refusal: the page has expired, or never was.
        """
        place = self._places.get(token)
        if (
            place is None
            or place.search.type_ != type_
            or self._clock.monotonic() - place.kept_at > _LIFETIME
        ):
            raise Refusal(410, "expired", "This page has expired; search again.")
        return place

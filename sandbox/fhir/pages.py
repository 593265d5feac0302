"""Where the next pages of running searches begin. The links are opaque and hold no value of the search."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from sandbox.fhir.refusal import Refusal

if TYPE_CHECKING:
    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.conduct import Conduct

_MOST = 10_000
PlaceT = TypeVar("PlaceT")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[PlaceT]):
    place: PlaceT
    type_: str
    at: float


class Pages(Generic[PlaceT]):
    """Open searches by token. They are forgotten after their time and when the journal stops."""

    def __init__(self, clock: Clock, ids: Ids, conduct: Conduct) -> None:
        self._clock = clock
        self._ids = ids
        self._conduct = conduct
        self._kept: OrderedDict[str, _Kept[PlaceT]] = OrderedDict()

    def keep(self, type_: str, place: PlaceT) -> str:
        """Return the token of the page that begins at a place."""
        token = self._ids.uuid()
        self._kept[token] = _Kept(place, type_, self._clock.monotonic())
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return token

    def find(self, token: str, type_: str, *, status: int = 410, number: str = "") -> PlaceT:
        """Return the place that a token stands for.

        Raises:
            Refusal: the page has expired, or never was.
        """
        kept = self._kept.get(token)
        if (
            kept is None
            or kept.type_ != type_
            or self._clock.monotonic() - kept.at >= self._conduct.page_lifetime
        ):
            raise Refusal(status, "expired", "This page has expired; search again.", number=number)
        return kept.place

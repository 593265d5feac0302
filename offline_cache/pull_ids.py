"""The ids alone of what the journal has to a question: to compare with what is here, at the price of a few bytes each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from offline_cache.patient_of import patient_of
from offline_cache.whose import refuse_others

if TYPE_CHECKING:
    from client.resource import Page
    from offline_cache.asking import Asked
    from offline_cache.chart_parts import ChartPart, Query
    from offline_cache.pull_work import Work

_ELEMENTS = ("_elements", "id,subject,patient,for")
_PER_PAGE = 5
"""So many times as many as usual: an id and a reference are a tenth of what a resource is."""


async def ask_ids(
    work: Work, part: ChartPart, query: Query, patients: frozenset[str]
) -> tuple[Asked, dict[str, str]]:
    """Ask what the journal has, by id, and whose each is as far as the journal says it; nothing that came is kept.

    Raises:
        JournalError: No whole answer came, or one about other patients.
    """
    ids = _Ids(patients, part.type)
    asked = await work.asking.ask(part.type, (*query, _ELEMENTS), ids, per_page=_PER_PAGE)
    return asked, ids.owners


class _Ids:
    """Takes pages for their ids alone."""

    def __init__(self, patients: frozenset[str], type_: str) -> None:
        self._patients = patients
        self._type = type_
        self.owners: dict[str, str] = {}

    async def begin(self) -> None:
        """Begin anew."""
        self.owners.clear()

    async def page(self, page: Page) -> None:
        """Refuse other patients' ids, where the journal gave the reference along."""
        named = {r.id: owner for r in page.resources if (owner := patient_of(r.type, r.body))}
        if named and len(named) == len(page.resources):
            refuse_others(page, self._patients, self._type)
        self.owners |= named

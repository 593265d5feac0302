"""An answer that broke off is gone on with at the page that did not come, and believed only against the journal's own ids.

A link leads to the same records only as long as nothing moved under it, which nobody can tell. So when the last page is in,
the journal is asked for the ids of the whole answer: what it names and whose it is must be what is here, else all is asked anew.
What was changed after it was read comes as news: the cursor is as old as the first page (decision 0014).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from client.errors import TIMED_OUT, ErrorKind, JournalError
from offline_cache.asking import Asked
from offline_cache.pull_ids import ask_ids

if TYPE_CHECKING:
    from offline_cache.chart_parts import ChartPart, Query
    from offline_cache.places import Place
    from offline_cache.pull_chart import Pages
    from offline_cache.pull_work import Work

HOLDS_FOR = timedelta(minutes=30)
"""After that what came first is too old to be shown as read with the rest."""

_KEEPS_PLACE = frozenset(
    {
        ErrorKind.UNREACHABLE,
        ErrorKind.UNAUTHORIZED,
        ErrorKind.NOT_FHIR,
        ErrorKind.BROKEN,
        ErrorKind.TOO_MANY,
    }
)
"""Failures that say nothing of the link. A page that did not come in time is another matter: its size is part of the link."""


async def go_on(work: Work, part: ChartPart, query: Query, pages: Pages) -> Asked | None:
    """Ask an answer to its end that broke off; None where there is none, or where it must be asked from its beginning.

    Raises:
        JournalError: It broke off again; the next pull may go on with it.
    """
    if not work.plan.has_delta(part.type):
        return None
    place = await work.worker.run(_recall, work, part, pages)
    if place is None:
        return None
    came = await work.worker.run(_owners, work, part, place)
    pages.go_on(place, came)
    asked = Asked(found=set(came), pages=1, heard=place.since)
    try:
        await work.asking.go_on(part.type, place.link, pages, asked)
        if not asked.left_out:
            ids, owners = await ask_ids(work, part, query, pages.patients)
            if not ids.left_out and ids.found == asked.found and owners.items() <= pages.owners.items():
                return asked
    except JournalError as error:
        if error.kind in _KEEPS_PLACE and error.detail != TIMED_OUT:
            raise
    await pages.keep()
    await work.worker.run(work.store.places.drop, part.name, place.patients)
    return None


def _recall(work: Work, part: ChartPart, pages: Pages) -> Place | None:
    """Return where the answer broke off, if that was lately."""
    place = work.store.places.get(part.name, sorted(pages.patients), pages.question)
    if place is None or not timedelta(0) <= work.clock.now() - place.begun_at <= HOLDS_FOR:
        return None
    return place


def _owners(work: Work, part: ChartPart, place: Place) -> dict[str, str]:
    """Return whose the resources are that came before it broke off."""
    held = work.store.resources
    return {
        id_: patient
        for patient in place.patients
        for id_ in held.ids_since(patient, part.type, place.generation)
    }

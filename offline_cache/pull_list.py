"""Who is to be visited: the list of the shift and of those to come, whole or asked only for what is new of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from client.errors import ErrorKind, JournalError
from client.resource import is_id
from offline_cache.notices import Notice
from offline_cache.patient_of import patient_of
from offline_cache.pull_codes import NoticeCode
from offline_cache.pull_patients import ONE_PATIENT_ONLY, bring_patients
from offline_cache.rounds import between, start_of, visit_query, visits_in
from offline_cache.server_time import OVERLAP, instant_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.resource import Page, Resource
    from offline_cache.chart_parts import Query
    from offline_cache.pull_work import Work
    from offline_cache.rounds import Span


@dataclass(slots=True)
class Listed:
    """The lists as they came. `since` is how far they were read; None where that cannot be known.

    `counted` is the journal's own count for the round; None when it could not be had.
    """

    round: list[Resource]
    ahead: list[tuple[Span, list[Resource]]]
    patients: dict[str, Resource]
    counted: int | None
    whole: bool
    since: datetime | None = None
    fresh: list[Resource] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def visits(self) -> list[Resource]:
        """All visits, the round's first."""
        return [*self.round, *(visit for _, visits in self.ahead for visit in visits)]

    @property
    def order(self) -> list[str]:
        """The patients in the order in which they are visited, those of the round first."""
        found: dict[str, None] = {}
        for visits in (self.round, *(visits for _, visits in self.ahead)):
            placed = sorted(visits, key=lambda v: (str(start_of(v.body) or ""), v.id))
            found.update((patient_of(v.type, v.body), None) for v in placed)
        return [patient for patient in found if patient]


class Gathering:
    """Takes the pages of the list; what breaks off is forgotten."""

    def __init__(self) -> None:
        self.visits: dict[str, Resource] = {}
        self.patients: dict[str, Resource] = {}

    async def begin(self) -> None:
        """Begin anew."""
        self.visits.clear()
        self.patients.clear()

    async def page(self, page: Page) -> None:
        """Take one page."""
        self.visits.update((r.id, r) for r in page.resources if r.type == "Appointment")
        self.patients.update((r.id, r) for r in page.included if r.type == "Patient")


def list_shape(actor: str, spans: Sequence[Span]) -> str:
    """Name the question of the list, so that its cursor holds for no other."""
    return f"{actor}|{spans[0].start.timestamp()}|{spans[-1].end.timestamp()}"


async def list_by_actor(work: Work, span: Span, ahead: Sequence[Span], actor: str) -> Listed:
    """Bring the visits of one clinician.

    Raises:
        JournalError: the list did not come.
    """
    spans = (span, *ahead)
    whole_span = visit_query(actor, span.start, spans[-1].end)
    listed = await _news_of_list(work, spans, whole_span, actor)
    if listed is None:
        listed = await _whole_list(work, spans, whole_span)
    listed.counted = await work.asking.count("Appointment", visit_query(actor, span.start, span.end))
    return listed


def split(
    spans: Sequence[Span], visits: Sequence[Resource]
) -> tuple[list[Resource], list[tuple[Span, list[Resource]]]]:
    """Return the round's visits, and those of each shift to come."""
    first = visits_in(visits, spans[0], unplaced=True)
    return first, [(span, visits_in(visits, span, unplaced=False)) for span in spans[1:]]


async def _whole_list(work: Work, spans: Sequence[Span], query: Query) -> Listed:
    gathering = Gathering()
    includes = work.plan.capabilities.of("Appointment").includes
    include = (("_include", "Appointment:patient"),) if {"Appointment:patient", "*"} & includes else ()
    asked = await work.asking.ask("Appointment", (*query, *include), gathering, waits=False)
    visits = list(gathering.visits.values())
    this, ahead = split(spans, visits)
    listed = Listed(this, ahead, {}, None, not asked.left_out, asked.heard, visits)
    await bring_patients(work, listed, gathering.patients)
    return listed


async def _news_of_list(work: Work, spans: Sequence[Span], query: Query, actor: str) -> Listed | None:
    """Ask what is new of a list that is here already; None when it must be read whole.

    A visit that moved away is not among the news; the journal's count tells of it.
    """
    known = await work.worker.run(_known_list, work, spans, actor)
    if known is None or not work.plan.has_delta("Appointment") or not work.plan.has_delta("Patient"):
        return None
    since, here = known
    gathering = Gathering()
    news = (*query, ("_lastUpdated", f"ge{instant_text(since - OVERLAP)}"))
    asked = await work.asking.ask("Appointment", news, gathering, waits=False)
    visits = {**here, **gathering.visits}
    if asked.left_out or await work.asking.count("Appointment", query) != len(visits):
        return None
    this, ahead = split(spans, list(visits.values()))
    listed = Listed(
        this, ahead, {}, None, whole=True, since=asked.heard, fresh=list(gathering.visits.values())
    )
    await bring_patients(work, listed, {}, since)
    return listed


def _known_list(work: Work, spans: Sequence[Span], actor: str) -> tuple[datetime, dict[str, Resource]] | None:
    """Return how far the list of these very shifts was read, and its visits; None when anything of it is not here."""
    cursor = work.store.cursors.get("", "list")
    record = work.store.scopes.round()
    if cursor is None or record is None or cursor.shape != list_shape(actor, spans):
        return None
    ids = [*record.visit_ids, *(i for later in work.store.scopes.ahead() for i in later.visit_ids)]
    held = [work.store.resources.get("Appointment", id_) for id_ in ids]
    if any(one is None for one in held):
        return None
    return cursor.since, {one.id: one.resource for one in held if one is not None}


def members_of(body: bytes) -> list[str]:
    """Return the patients whom a Group or a List names, in its order; those taken off it are left out."""
    tree = msgspec.json.decode(body)
    found: dict[str, None] = {}
    for row in (*(tree.get("member") or ()), *(tree.get("entry") or ())):
        if not isinstance(row, dict) or row.get("inactive") is True or row.get("deleted") is True:
            continue
        link = row.get("entity") or row.get("item")
        reference = str(link.get("reference") or "") if isinstance(link, dict) else ""
        kind, _, id_ = reference.rpartition("/")
        if kind.endswith("Patient") and is_id(id_):
            found[id_] = None
    return list(found)


async def list_by_patients(work: Work, span: Span, ahead: Sequence[Span]) -> Listed:
    """Bring the visits of the patients on the configured Group or List: where visits cannot be asked for by who makes them.

    Raises:
        JournalError: the list of patients did not come, or the visits of one of them.
    """
    type_, _, id_ = work.plan.patient_list.partition("/")
    source = await work.client.read(type_, id_)
    spans = (span, *ahead)
    visits: dict[str, Resource] = {}
    whole = True
    members = members_of(source.body)
    for patient in members:
        gathering = Gathering()
        query = (("patient", patient), *between(span.start, spans[-1].end))
        try:
            asked = await work.asking.ask("Appointment", query, gathering, waits=False)
        except JournalError as error:
            if error.kind not in ONE_PATIENT_ONLY:
                raise
            whole = False
            continue
        whole = whole and not asked.left_out
        for visit in gathering.visits.values():
            if patient_of(visit.type, visit.body) != patient:
                raise JournalError(ErrorKind.WRONG_RESOURCE)
        visits.update(gathering.visits)
    this, later = split(spans, list(visits.values()))
    listed = Listed(this, later, {}, len(this) if whole else None, whole, None, list(visits.values()))
    listed.notices += [Notice(NoticeCode.NO_VISIT, p) for p in members if p not in set(listed.order)]
    await bring_patients(work, listed, {})
    return listed

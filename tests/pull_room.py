"""What the tests of the pull share: a journal by hand that keeps resources, stamps them, and answers what a pull asks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from client.capability import Capabilities, TypeCapabilities
from client.errors import ErrorKind, JournalError
from client.meter import Meter
from client.resource import Deletion, DeletionPage, Page, Resource
from offline_cache.chart_parts import CHART_PARTS
from offline_cache.patient_of import patient_of
from offline_cache.pull import Pull
from offline_cache.server_time import instant_of, instant_text
from ports.worker import InlineWorker
from tests.store_room import NOON, HandClock, memory_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from datetime import date

    from client.outcome import Outcome
    from offline_cache.scopes import RoundRecord
    from offline_cache.store import Store

ME = "Practitioner/kari-nordmann"
TODAY = NOON.date()
TYPES = ("Patient", "Appointment", *(part.type for part in CHART_PARTS))


@dataclass
class Shift:
    """The shift of the tests."""

    name: str = "dag"
    day: date = TODAY
    start: datetime = NOON - timedelta(hours=4)
    end: datetime = NOON + timedelta(hours=3)


def statement(
    search: Mapping[str, Sequence[str]], interactions: Sequence[str] = ("read", "search-type")
) -> Capabilities:
    """Return what a journal can do: search parameters by type."""
    types = {
        type_: TypeCapabilities(
            frozenset(interactions),
            frozenset(params),
            frozenset({"Appointment:patient"}),
            conditional_create=True,
            update_create=False,
            versioning="versioned",
        )
        for type_, params in search.items()
    }
    return Capabilities(types, frozenset(), "4.0.1", "Håndlaget", "1", "")


def full(*more: str, interactions: Sequence[str] = ("read", "search-type")) -> Capabilities:
    """Return a journal with stamps, and more search parameters on every type."""
    params = ("_lastUpdated", "_id", "actor", "patient", *more)
    return statement(dict.fromkeys(TYPES, params), interactions)


@dataclass
class Kept:
    """A journal that is kept in memory. Its clock is its own; stamps may be given early and published late."""

    can: Capabilities = field(default_factory=full)
    at: datetime = NOON
    meter: Meter = field(default_factory=Meter)
    here: dict[tuple[str, str], Resource] = field(default_factory=dict)
    gone: list[Deletion] = field(default_factory=list)
    asked: list[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=list)
    refuse: dict[tuple[str, str], JournalError] = field(default_factory=dict)
    warns: dict[str, Outcome] = field(default_factory=dict)
    on_page: Callable[[str, int], None] = lambda _type, _number: None
    page_cap: int = 1000
    has_next: bool = True
    total_is: Callable[[int, int], int | None] = lambda page, _all: page
    has_meta: bool = True
    says_date: bool = True
    versions: int = 0

    def put(self, type_: str, id_: str, *, stamp: datetime | None = None, **body: Any) -> Resource:
        """Write a resource, stamped now unless said otherwise."""
        self.versions += 1
        moment = instant_text(stamp or self.at)
        meta = {"meta": {"versionId": str(self.versions), "lastUpdated": moment}} if self.has_meta else {}
        raw = json.dumps({"resourceType": type_, "id": id_, **meta, **body}).encode()
        version, updated = (str(self.versions), moment) if self.has_meta else ("", "")
        self.here[type_, id_] = Resource(type_, id_, version, updated, raw)
        return self.here[type_, id_]

    def about(self, type_: str, id_: str, patient: str, **body: Any) -> Resource:
        """Write a resource about a patient."""
        link = {"AllergyIntolerance": "patient", "Task": "for"}.get(type_, "subject")
        about: dict[str, Any] = {link: {"reference": f"Patient/{patient}"}}
        return self.put(type_, id_, **about, **body)

    def visit(
        self, id_: str, patient: str, *, actor: str = ME, start: datetime = NOON, **body: Any
    ) -> Resource:
        """Write a visit."""
        people = [
            {"actor": {"reference": f"Patient/{patient}"}},
            {"actor": {"reference": actor, "display": actor}},
        ]
        return self.put("Appointment", id_, participant=people, start=instant_text(start), **body)

    def delete(self, type_: str, id_: str) -> None:
        """Delete a resource."""
        del self.here[type_, id_]
        self.gone.append(Deletion(type_, id_, instant_text(self.at)))

    async def capabilities(self) -> Capabilities:
        """Tell what it can do."""
        self.meter.asked()
        return self.can

    async def read(self, type_: str, id_: str) -> Resource:
        """Read one."""
        self._met(type_, (("_id", id_),), id_)
        if (type_, id_) not in self.here:
            was = any(d.type == type_ and d.id == id_ for d in self.gone)
            raise JournalError(ErrorKind.GONE if was else ErrorKind.NOT_FOUND)
        return self.here[type_, id_]

    async def read_if_changed(self, type_: str, id_: str, version: str) -> Resource | None:
        """Read one unless it is the version at hand."""
        found = await self.read(type_, id_)
        return None if version and found.version_id == version else found

    async def count(self, type_: str, query: Sequence[tuple[str, str]]) -> int:
        """Count."""
        self._met(type_, (*query, ("_summary", "count")))
        return len(self._matches(type_, query))

    async def search(
        self, type_: str, query: Sequence[tuple[str, str]], *, page_size: int = 100
    ) -> AsyncIterator[Page]:
        """Search, by offset: what happens between pages shifts them."""
        async for page in self._pages(type_, tuple(query), page_size, 0):
            yield page

    async def search_on(self, type_: str, link: str) -> AsyncIterator[Page]:
        """Search on from a link."""
        start, size, query = json.loads(link)
        async for page in self._pages(type_, tuple((name, value) for name, value in query), size, start):
            yield page

    async def _pages(
        self, type_: str, query: tuple[tuple[str, str], ...], page_size: int, start: int
    ) -> AsyncIterator[Page]:
        while True:
            self._met(type_, query if not start else (*query, ("_page", str(start))))
            matches = self._matches(type_, query)
            size = min(page_size, self.page_cap)
            some = tuple(matches[start : start + size])
            start += size
            is_last = start >= len(matches) or not self.has_next
            included: tuple[Resource, ...] = ()
            if dict(query).get("_include"):
                ids = {patient_of(r.type, r.body) for r in some}
                included = tuple(self.here["Patient", i] for i in sorted(ids) if ("Patient", i) in self.here)
            self.meter.came(sum(len(r.body) for r in (*some, *included)) + 200)
            warnings = (self.warns[type_],) if type_ in self.warns else ()
            date = self.at if self.says_date else None
            total = self.total_is(len(some), len(matches))
            link = "" if is_last else json.dumps([start, page_size, query])
            yield Page(some, included, total, warnings, date, is_last, link)
            if is_last:
                return
            self.on_page(type_, start // size)

    async def deletions(
        self, type_: str, since: str, *, by_history: bool, page_size: int = 100
    ) -> AsyncIterator[DeletionPage]:
        """Tell what was deleted."""
        self._met(type_, (("_history" if by_history else "_deleted", since),))
        begin = instant_of(since)
        found = tuple(
            d for d in self.gone if d.type == type_ and (begin is None or (instant_of(d.at) or NOON) >= begin)
        )
        yield DeletionPage(found, tuple(d.at for d in found), self.at)

    def _met(self, type_: str, query: tuple[tuple[str, str], ...], id_: str = "") -> None:
        self.meter.asked()
        self.asked.append((type_, query))
        if (type_, id_) in self.refuse:
            raise self.refuse[type_, id_]

    def _matches(self, type_: str, query: Sequence[tuple[str, str]]) -> list[Resource]:
        found = [r for (kind, _), r in self.here.items() if kind == type_]
        for name, value in query:
            found = [r for r in found if _is_match(r, name, value)]
        return sorted(found, key=lambda r: r.id)

    def take(self, store: Store, clock: HandClock | None = None, **more: Any) -> Taking:
        """Return a pull from this journal into a store."""
        return Taking(Pull(self, store, InlineWorker(), clock or HandClock(), **more))  # type: ignore[arg-type]  # by hand


@dataclass
class Taking:
    """A pull, and how to take the round with it."""

    pull: Pull

    async def round(self, *ahead: Any, span: Any = None, actor: str = ME) -> RoundRecord:
        """Take the round."""
        return await self.pull.take_round(span or Shift(), actor, lambda _: None, lambda *_: None, ahead)


def _is_match(resource: Resource, name: str, value: str) -> bool:
    tree = json.loads(resource.body)
    match name:
        case "patient":
            return patient_of(resource.type, resource.body) in value.split(",")
        case "actor":
            return any(p["actor"]["reference"] == value for p in tree["participant"])
        case "_id":
            return resource.id in value.split(",")
        case "_lastUpdated":
            stamp, limit = instant_of(resource.last_updated), instant_of(value[2:])
            assert stamp is not None
            assert limit is not None
            return stamp > limit if value.startswith("gt") else stamp >= limit
        case "status":
            return tree.get("status") in value.split(",")
        case "date" if "start" in tree:
            start, limit = instant_of(tree["start"]), instant_of(value[2:])
            assert start is not None
            return limit is None or (start >= limit if value.startswith("ge") else start < limit)
    return True


def a_round(can: Capabilities | None = None, patients: int = 3) -> tuple[Store, Kept]:
    """Return an empty store and a journal with a round: each patient with a visit, a flag and a prescription."""
    journal = Kept(can or full())
    for number in range(1, patients + 1):
        journal.put("Patient", f"p{number}", name=[{"family": f"Prøve{number}"}])
        journal.visit(f"v{number}", f"p{number}")
        journal.about("Flag", f"f{number}", f"p{number}", status="active", code={"text": "Fall"})
        journal.about("MedicationRequest", f"m{number}", f"p{number}", status="active")
    return memory_store(), journal

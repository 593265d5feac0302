"""Journals that answer a question about several patients otherwise than hoped: nobody's part may look whole that is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from client.errors import ErrorKind, JournalError
from client.outcome import Outcome
from client.resource import Page
from offline_cache.patient_of import patient_of
from tests.pull_room import TYPES, Kept, a_round, full, statement
from tests.store_room import NOON, HandClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.resource import Resource
    from offline_cache.store import Store

FEW = 6
EVERYBODY = [f"p{number}" for number in range(1, FEW + 1)]
WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)


def lacking(store: Store) -> dict[str, dict[str, str]]:
    """Return the parts that are not whole with the reason, by patient; whoever lacks nothing is left out."""
    found = {p: {s.name: s.reason for s in store.scopes.sections(p) if not s.complete} for p in EVERYBODY}
    return {patient: parts for patient, parts in found.items() if parts}


def flags(store: Store) -> dict[str, list[str]]:
    """Return the ids of the flags that are here, by patient."""
    return {p: store.resources.ids_of_patient(p, "Flag") for p in EVERYBODY}


def naming(journal: Kept, read_as: Callable[[list[str]], list[str]]) -> None:
    """Let the journal understand a list of patients in its own way, where it searches and where it counts."""
    plain = journal._matches

    def matches(type_: str, query: Any) -> list[Resource]:
        names = dict(query)
        if type_ in ("Patient", "Appointment") or "patient" not in names:
            return plain(type_, query)
        found: list[Resource] = []
        for patient in read_as(names["patient"].split(",")):
            found += plain(type_, tuple({**names, "patient": patient}.items()))
        return found

    journal._matches = matches  # type: ignore[method-assign]  # a journal of another make


@pytest.mark.parametrize(
    "read_as",
    [lambda some: some if len(some) == 1 else [], lambda some: some[:1], lambda some: some[-1:]],
    ids=["and", "first", "last"],
)
async def test_comma_that_is_something_else_than_or(read_as: Callable[[list[str]], list[str]]) -> None:
    """Fault: P14."""
    store, journal = a_round(patients=FEW)
    naming(journal, read_as)
    assert (await journal.take(store).round()).complete
    assert flags(store) == {f"p{n}": [f"f{n}"] for n in range(1, FEW + 1)}


async def test_list_that_the_journal_cuts_short() -> None:
    """Two of several are looked for, so that the proof with two holds. Fault: P14."""
    store, journal = a_round(patients=FEW)
    naming(journal, lambda some: some[:2])
    assert (await journal.take(store).round()).complete
    assert flags(store) == {f"p{n}": [f"f{n}"] for n in range(1, FEW + 1)}


async def test_journal_that_leaves_out_whom_it_would_refuse_alone_first() -> None:
    """It narrows a list to those who may be seen, without a word. Fault: P14, S4, H3."""
    store, journal = a_round(patients=FEW)
    narrowed(journal, "p5")
    assert not (await journal.take(store).round()).complete
    assert set(lacking(store)) == {"p5"}
    assert lacking(store)["p5"]["alerts"] == "forbidden"


async def test_journal_that_leaves_out_whom_it_would_refuse_alone_later() -> None:
    """Fault: P14, S4, K18, H3."""
    store, journal = a_round(patients=FEW)
    clock = HandClock()
    assert (await journal.take(store, clock).round()).complete
    clock.at += WEEK
    narrowed(journal, "p5")
    assert not (await journal.take(store, clock).round()).complete
    assert flags(store)["p5"] == ["f5"]
    assert lacking(store)["p5"]["alerts"] == "forbidden"
    assert not store.changes.of("p5")


def narrowed(journal: Kept, hidden: str) -> None:
    """Let the journal refuse one patient alone, and leave the same one out of a list."""
    naming(journal, lambda some: [p for p in some if p != hidden])
    plain = journal._met

    def met(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ != "Patient" and dict(query).get("patient") == hidden:
            raise JournalError(ErrorKind.FORBIDDEN, status=403)

    journal._met = met  # type: ignore[method-assign]  # a journal of another make


async def test_answer_that_warns_and_names_one_who_changed_hands() -> None:
    """Each is asked for alone; the pull goes on. Fault: H20, P10."""
    store, journal = a_round(patients=FEW)
    clock = HandClock()
    assert (await journal.take(store, clock).round()).complete
    clock.at += WEEK
    journal.about("Flag", "f4", "p5", status="active")
    plain = journal.search

    async def search(type_: str, query: Any, *, page_size: int = 100) -> Any:
        async for page in plain(type_, query, page_size=page_size):
            both = type_ == "Flag" and "," in dict(query)["patient"]
            warnings = (Outcome("warning", "suppressed", (), ""),) if both else ()
            yield replace(page, warnings=warnings)

    journal.search = search  # type: ignore[method-assign]  # a journal of another make
    assert (await journal.take(store, clock).round()).complete
    assert flags(store)["p4"] == []
    assert flags(store)["p5"] == ["f4", "f5"]


async def test_resource_moved_between_break_and_going_on() -> None:
    """Fault: H20, S1, P5."""
    store, journal = a_round(full("_deleted"), 5)
    clock = HandClock()
    journal.page_cap = 2
    plain, left = journal._met, [2]

    def met(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "Flag" and "," in dict(query).get("patient", "") and "_summary" not in dict(query):
            left[0] -= 1
            if left[0] == 0:
                raise JournalError(ErrorKind.UNREACHABLE)

    for more in range(3):
        journal.about("Flag", f"f3x{more}", "p3", status="active")
    journal._met = met  # type: ignore[method-assign]  # a journal of another make
    assert not (await journal.take(store, clock).round()).complete
    left[0] = 1000
    clock.at += MINUTE
    assert flags(store)["p3"] == ["f3", "f3x0"]
    journal.about("Flag", "f3", "p4", status="active")
    assert (await journal.take(store, clock).round()).complete
    assert flags(store)["p3"] == ["f3x0", "f3x1", "f3x2"]
    assert flags(store)["p4"] == ["f3", "f4"]


async def test_purge_between_two_pages() -> None:
    """Fault: K27."""
    store, journal = a_round(patients=FEW)
    journal.page_cap = 2
    purges = [1]

    def page(type_: str, _number: int) -> None:
        if type_ == "Flag" and purges and store.resources.ids_of_patient("p3", "Flag"):
            purges.clear()
            store.purges.remove_chart("p3")

    journal.on_page = page
    await journal.take(store).round()
    whole = {s.name for s in store.scopes.sections("p3") if s.complete}
    assert not purges
    assert "alerts" not in whole or flags(store)["p3"] == ["f3"]


async def test_purge_between_two_pages_of_one_patient() -> None:
    """Fault: K27."""
    store, journal = a_round(patients=1)
    journal.page_cap = 2
    for more in range(5):
        journal.about("Flag", f"f1x{more}", "p1", status="active")

    def page(type_: str, number: int) -> None:
        if type_ == "Flag" and number == 2:
            store.purges.remove_chart("p1")

    journal.on_page = page
    assert not (await journal.take(store).round()).complete
    assert lacking(store)["p1"].keys() == {"alerts"}


async def test_clock_that_was_ahead_and_is_set_right() -> None:
    """What came under the wrong clock did not come in the pull that is gone on with. Fault: C1."""
    store, journal = a_round(statement(dict.fromkeys(TYPES, ("actor", "patient"))), patients=3)
    clock = HandClock()
    clock.at += timedelta(days=1)
    assert (await journal.take(store, clock).round()).complete
    clock.at = NOON
    journal.about("Flag", "x3", "p3", status="active")
    plain = journal._met

    def met(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "AllergyIntolerance":
            raise MemoryError

    journal._met = met  # type: ignore[method-assign]  # the process dies
    with pytest.raises(MemoryError):
        await journal.take(store, clock).round()
    journal._met = plain  # type: ignore[method-assign]  # a journal of another make
    clock.at += MINUTE
    assert (await journal.take(store, clock).round()).complete
    assert store.resources.ids_of_patient("p3", "Flag") == ["f3", "x3"]


async def test_ids_that_are_alike() -> None:
    """A journal that looks for the beginning of an id, whatever its case. Fault: H20, F10."""
    store, journal = a_round(patients=0)
    alike = ["p1", "p10", "P1", "p1.", "p1-a"]
    for number, patient in enumerate(alike):
        journal.put("Patient", patient, name=[{"family": f"Prøve{number}"}])
        journal.visit(f"v{number}", patient)
        journal.about("Flag", f"x{number}", patient, status="active")
    plain = journal._matches

    def matches(type_: str, query: Any) -> list[Resource]:
        if type_ != "Flag":
            return plain(type_, query)
        wanted = [p.lower() for p in dict(query)["patient"].split(",")]
        found = [r for (k, _), r in journal.here.items() if k == type_]
        return [r for r in found if any(patient_of(type_, r.body).lower().startswith(w) for w in wanted)]

    journal._matches = matches  # type: ignore[method-assign]  # a journal of another make
    await journal.take(store).round()
    for number, patient in enumerate(alike):
        held = store.resources.ids_of_patient(patient, "Flag")
        assert held in ([], [f"x{number}"])
        mark = next(s for s in store.scopes.sections(patient) if s.name == "alerts")
        assert mark.complete == bool(held)


@pytest.mark.parametrize(
    ("subject", "comes"),
    [
        ({"reference": "https://journal.example/fhir/Patient/p4"}, True),
        ({"reference": "Patient/p4/_history/7"}, True),
        ({"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "01817012345"}}, False),
        ({"reference": "#p4"}, False),
        ({"reference": "Group/p4"}, False),
    ],
    ids=["absolute", "versioned", "logical", "contained", "group"],
)
async def test_other_ways_to_name_a_patient(subject: dict[str, Any], *, comes: bool) -> None:
    """What names nobody is nobody's, and makes one chart incomplete, not four. Fault: P12, H20."""
    store, journal = a_round(patients=FEW)
    journal.put("Flag", "odd", subject=subject, status="active")
    plain = journal._matches

    def matches(type_: str, query: Any) -> list[Resource]:
        found = [r for r in plain(type_, query) if r.id != "odd"]
        asked = dict(query).get("patient", "").split(",")
        return [*found, journal.here["Flag", "odd"]] if type_ == "Flag" and "p4" in asked else found

    journal._matches = matches  # type: ignore[method-assign]  # a journal of another make
    assert (await journal.take(store).round()).complete == comes
    assert flags(store)["p4"] == (["f4", "odd"] if comes else [])
    assert lacking(store) == ({} if comes else {"p4": {"alerts": "wrong-resource"}})


@pytest.mark.parametrize(
    "order", [[0, 0, 1, 2], [0, 2], [0, 1, 0, 2], [2, 1, 0]], ids=["repeated", "skipped", "back", "reversed"]
)
async def test_pages_that_come_otherwise(order: list[int]) -> None:
    """Fault: P2, P5, P13."""
    store, journal = a_round(patients=FEW)
    journal.page_cap = 2
    plain = journal.search

    async def search(type_: str, query: Any, *, page_size: int = 100) -> Any:
        pages = [page async for page in plain(type_, query, page_size=page_size)]
        if len(pages) == 3 and type_ == "Flag":
            pages = [replace(pages[n], is_last=n == order[-1], next="") for n in order]
        for page in pages:
            yield page

    journal.search = search  # type: ignore[method-assign]  # a journal of another make
    await journal.take(store).round()
    for n in range(1, FEW + 1):
        mark = next(s for s in store.scopes.sections(f"p{n}") if s.name == "alerts")
        assert mark.complete
        assert flags(store)[f"p{n}"] == [f"f{n}"]


@pytest.mark.parametrize("total", [None, 0, 1, 10_000], ids=str)
@pytest.mark.parametrize("cap", [1, 2, 3], ids=str)
async def test_caps_and_totals(total: int | None, cap: int) -> None:
    """Fault: P4."""
    store, journal = a_round(patients=FEW)
    journal.page_cap, journal.total_is = cap, lambda _page, _all: total
    assert (await journal.take(store).round()).complete
    assert flags(store) == {f"p{n}": [f"f{n}"] for n in range(1, FEW + 1)}


async def test_included_entries_are_nobodys_part() -> None:
    """Fault: H20."""
    store, journal = a_round(patients=FEW)
    other = Kept()
    plain = journal.search

    async def search(type_: str, query: Any, *, page_size: int = 100) -> Any:
        async for page in plain(type_, query, page_size=page_size):
            more = (other.about("Flag", "strange", "p9", status="active"),) if type_ == "Flag" else ()
            yield Page(
                page.resources,
                (*page.included, *more),
                page.total,
                (),
                page.server_time,
                page.is_last,
                page.next,
            )

    journal.search = search  # type: ignore[method-assign]  # a journal of another make
    assert (await journal.take(store).round()).complete
    assert store.resources.get("Flag", "strange") is None


async def test_list_cut_short_hides_no_news() -> None:
    """Fault: P14."""
    store, journal = a_round(full("_deleted"), FEW)
    naming(journal, lambda some: some[:2])
    assert (await journal.take(store).round()).complete
    journal.about("Flag", "x5", "p5", status="active")
    assert (await journal.take(store).round()).complete
    assert flags(store)["p5"] == ["f5", "x5"]

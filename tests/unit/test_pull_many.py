"""The first reading of a round in few questions: whole for each patient or for none, and one patient's trouble is one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from client.errors import TIMED_OUT, ErrorKind, JournalError
from client.outcome import Outcome
from client.resource import Page
from offline_cache.chart_parts import CHART_PARTS
from offline_cache.pull_codes import NoticeCode
from offline_cache.pull_many import in_groups
from tests.pull_room import ME, TYPES, Kept, Shift, a_round, full, statement
from tests.store_room import HandClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from offline_cache.store import Store

FEW = 6
"""Patients: the first two are read alone, the other four in one question."""

EVERYBODY = [f"p{number}" for number in range(1, FEW + 1)]
TOGETHER = ",".join(EVERYBODY[2:])
WEEK = timedelta(days=7)


def named(journal: Kept, type_: str) -> list[str]:
    """Return the patients whom each question of a type named, counts left out."""
    asked = [dict(q) for kind, q in journal.asked if kind == type_ and "_summary" not in dict(q)]
    return [q["patient"] for q in asked if "patient" in q]


def lacking(store: Store) -> dict[str, list[str]]:
    """Return the parts that are not whole, by patient; whoever lacks nothing is left out."""
    found = {p: [s.name for s in store.scopes.sections(p) if not s.complete] for p in EVERYBODY}
    return {patient: parts for patient, parts in found.items() if parts}


def when_asked(journal: Kept, fails: Callable[[str, str], JournalError | None]) -> None:
    """Let questions fail, by type and by whom they name; counts are left alone."""
    plain = journal._met

    def met(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        error = None if "_summary" in dict(query) else fails(type_, dict(query).get("patient", ""))
        if error is not None:
            raise error

    journal._met = met  # type: ignore[method-assign]  # a journal with a trouble


async def test_the_next_visits_are_read_alone_and_the_others_together() -> None:
    store, journal = a_round(patients=FEW)
    told: list[str] = []
    pull = journal.take(store)
    record = await pull.pull.take_round(
        Shift(), ME, lambda _: None, lambda _done, _of, outcome: told.append(outcome.patient_id)
    )
    assert record.complete
    for part in CHART_PARTS:
        if not part.latest_instead:
            assert named(journal, part.type) == ["p1", "p2", TOGETHER]
    assert told == EVERYBODY
    for number in range(1, FEW + 1):
        held = store.resources.of_patient(f"p{number}", "Flag")
        assert [r.id for r in held] == [f"f{number}"]
        assert all(store.cursors.get(f"p{number}", part.name) for part in CHART_PARTS)


async def test_one_common_question_sweeps_for_each_patient_what_is_gone_and_nothing_else() -> None:
    """Everything is read anew after a week; what one patient has no more goes, and only that. Fault: K18."""
    store, journal = a_round(patients=FEW)
    clock = HandClock()
    assert (await journal.take(store, clock).round()).complete
    journal.here.pop(("Flag", "f4"))
    journal.about("Flag", "x5", "p5", status="active")
    clock.at += WEEK
    journal.asked.clear()
    assert (await journal.take(store, clock).round()).complete
    assert named(journal, "Flag") == [
        "p1",
        "p2",
        TOGETHER,
        "p4",
    ]  # who had something is believed to have none alone
    flags = {p: [r.id for r in store.resources.of_patient(p, "Flag")] for p in EVERYBODY}
    assert flags == {
        "p1": ["f1"],
        "p2": ["f2"],
        "p3": ["f3"],
        "p4": [],
        "p5": ["f5", "x5"],
        "p6": ["f6"],
    }


@pytest.mark.parametrize("page_cap", [1, 1000], ids=["many pages", "one page"])
async def test_comma_that_does_not_mean_or_leaves_everybody_to_be_read_alone(page_cap: int) -> None:
    """The journal takes the first of several: nothing may look as if the others had nothing. Fault: P14."""
    store, journal = a_round(patients=FEW)
    journal.page_cap = page_cap
    plain = journal._matches

    def first_only(type_: str, query: Any) -> Any:
        names = dict(query)
        if "patient" in names:
            query = [*names.items(), ("patient", names["patient"].partition(",")[0])]
        return plain(type_, query)

    journal._matches = first_only  # type: ignore[method-assign]  # a journal of another make
    assert (await journal.take(store).round()).complete
    assert named(journal, "Flag") == EVERYBODY
    assert all(store.resources.of_patient(p, "MedicationRequest") for p in EVERYBODY)


@pytest.mark.parametrize(
    "error",
    [
        JournalError(ErrorKind.FORBIDDEN, status=403),
        JournalError(ErrorKind.NOT_FOUND, status=404),
        JournalError(ErrorKind.REFUSED, status=400),
        JournalError(ErrorKind.SERVER_FAULT, status=500),
        JournalError(ErrorKind.BROKEN),
    ],
    ids=lambda error: str(error.kind),
)
async def test_trouble_with_one_patient_stays_with_that_one(error: JournalError) -> None:
    """Fault: P14, S4, K19."""
    store, journal = a_round(patients=FEW)
    when_asked(journal, lambda type_, who: error if type_ == "Task" and "p5" in who.split(",") else None)
    assert not (await journal.take(store).round()).complete
    assert lacking(store) == {"p5": ["tasks"]}
    assert named(journal, "Task")[-5:] == [TOGETHER, "p3", "p4", "p5", "p6"]
    told = [n.code for n in store.notices.of("p5")]
    assert told == ([NoticeCode.ACCESS_WITHDRAWN] if error.kind is ErrorKind.FORBIDDEN else [])


async def test_what_the_journal_holds_back_of_one_patient_makes_no_other_chart_incomplete() -> None:
    """A warning in a common answer names nobody. Fault: P10."""
    store, journal = a_round(patients=FEW)
    plain = journal.search

    async def search(type_: str, query: Any, *, page_size: int = 100) -> Any:
        hides = type_ == "Flag" and "p5" in dict(query)["patient"].split(",")
        async for page in plain(type_, query, page_size=page_size):
            warnings = (Outcome("warning", "suppressed", (), ""),) if hides else ()
            yield Page(page.resources, page.included, None, warnings, page.server_time, page.is_last)

    journal.search = search  # type: ignore[method-assign]  # a journal that holds something back
    assert not (await journal.take(store).round()).complete
    assert lacking(store) == {"p5": ["alerts"]}


async def test_line_that_goes_in_the_middle_of_a_common_answer_makes_nobody_whole() -> None:
    """What came is kept and swept by nothing; the next pull asks for that part alone. Fault: K14, K17, K18, N1."""
    store, journal = a_round(patients=FEW)
    clock = HandClock()
    assert (await journal.take(store, clock).round()).complete
    clock.at += WEEK
    journal.page_cap = 2

    def cut(type_: str, _number: int) -> None:
        if type_ == "Flag":
            raise JournalError(ErrorKind.UNREACHABLE)

    journal.on_page = cut
    assert not (await journal.take(store, clock).round()).complete
    assert {p for p, parts in lacking(store).items() if "alerts" in parts} == set(EVERYBODY[2:])
    assert all(store.resources.get("Flag", f"f{number}") for number in range(1, FEW + 1))
    journal.on_page = lambda _type, _number: None
    journal.asked.clear()
    clock.at += timedelta(minutes=1)
    assert (await journal.take(store, clock).round()).complete
    whole = [q for t, q in journal.asked if t == "AllergyIntolerance" and "_lastUpdated" not in dict(q)]
    assert not [q for q in whole if "_summary" not in dict(q)]  # it came before the line went


async def test_journal_that_is_slow_with_many_is_asked_for_each_and_not_tried_out_again() -> None:
    """Fault: N6."""
    store, journal = a_round(patients=FEW)
    slow = JournalError(ErrorKind.UNREACHABLE, detail=TIMED_OUT)
    when_asked(journal, lambda _type, who: slow if "," in who else None)
    assert (await journal.take(store).round()).complete
    common = [type_ for part in CHART_PARTS for type_ in named(journal, part.type) if "," in type_]
    assert len(common) <= 3 * 3  # three questions are under way, each with three tries


async def test_journal_that_asks_for_peace_is_not_asked_for_each() -> None:
    store, journal = a_round(patients=FEW)
    busy = JournalError(ErrorKind.TOO_MANY, status=429, retry_after=900.0)
    when_asked(journal, lambda type_, who: busy if type_ == "Goal" and "," in who else None)
    assert not (await journal.take(store).round()).complete
    assert lacking(store) == {patient: ["goals"] for patient in EVERYBODY[2:]}
    assert named(journal, "Goal") == ["p1", "p2", TOGETHER]


async def test_resource_that_changed_hands_is_not_taken_from_a_common_answer() -> None:
    """It is known as another patient's: each is asked for alone, and what the journal says then is its word. Fault: H20."""
    store, journal = a_round(patients=FEW)
    clock = HandClock()
    assert (await journal.take(store, clock).round()).complete
    journal.about("Flag", "f4", "p5", status="active")
    clock.at += WEEK
    journal.asked.clear()
    assert (await journal.take(store, clock).round()).complete
    assert named(journal, "Flag") == ["p1", "p2", TOGETHER, "p3", "p4", "p5", "p6"]
    held = store.resources.get("Flag", "f4")
    assert held is not None
    assert held.patient == "p5"


async def test_resource_that_a_common_answer_gives_to_two_is_given_to_neither() -> None:
    """Fault: H20."""
    store, journal = a_round(patients=FEW)
    twin = Kept()
    plain = journal.search

    async def search(type_: str, query: Any, *, page_size: int = 100) -> Any:
        async for page in plain(type_, query, page_size=page_size):
            both = type_ == "Flag" and "," in dict(query)["patient"]
            more = (twin.about("Flag", "f3", "p4", status="active"),) if both else ()
            yield Page((*page.resources, *more), (), None, (), page.server_time, page.is_last)

    journal.search = search  # type: ignore[method-assign]  # a journal that mixes people up
    assert (await journal.take(store).round()).complete
    assert [r.id for r in store.resources.of_patient("p3", "Flag")] == ["f3"]
    assert [r.id for r in store.resources.of_patient("p4", "Flag")] == ["f4"]


async def test_who_was_not_measured_of_late_shows_the_last_values_beside_those_who_were() -> None:
    store, journal = a_round(patients=FEW)
    plain = journal._matches

    def matches(type_: str, query: Any) -> Any:
        limit = dict(query).get("date", "")[2:] if type_ == "Observation" else ""
        return [r for r in plain(type_, query) if not limit or f'"{limit}'.encode() <= _date_of(r.body)]

    journal._matches = matches  # type: ignore[method-assign]  # `Kept` looks at no date
    for patient, date in (("p3", "2020-01-01"), ("p4", "2026-11-20"), ("p4", "2020-01-02")):
        category = [{"coding": [{"code": "vital-signs"}]}]
        journal.about(
            "Observation", f"o{patient}-{date[:4]}", patient, category=category, effectiveDateTime=date
        )
    assert (await journal.take(store).round()).complete
    assert [r.id for r in store.resources.of_patient("p3", "Observation")] == ["op3-2020"]
    assert [r.id for r in store.resources.of_patient("p4", "Observation")] == ["op4-2026"]
    assert store.cursors.get("p3", "vitals") is not None


def _date_of(body: bytes) -> bytes:
    return body.partition(b'"effectiveDateTime": ')[2]


async def test_journal_that_cannot_be_asked_for_news_is_asked_patient_by_patient() -> None:
    store, journal = a_round(statement(dict.fromkeys(TYPES, ("actor", "patient"))), patients=FEW)
    assert (await journal.take(store).round()).complete
    assert named(journal, "Flag") == EVERYBODY


def test_question_names_no_more_than_an_address_bears() -> None:
    """Fault: F10."""
    short, long = [f"p{n}" for n in range(25)], [f"{n:0256}" for n in range(7)]
    assert [len(group) for group in in_groups(short)] == [10, 10, 5]
    assert [len(group) for group in in_groups(long)] == [3, 3, 1]
    assert [p for group in in_groups([*short, *long]) for p in group] == [*short, *long]
    assert list(in_groups([])) == []


@pytest.mark.parametrize("page_cap", [2, 1000], ids=["many pages", "one page"])
async def test_nothing_half_is_shown_as_whole_wherever_it_stops(page_cap: int) -> None:
    """Stop after each request in turn: a part is whole only with all that the journal has. Fault: K14, K16, K17, K19."""
    left, stop = -1, 0
    while left < 0:
        stop += 1
        left = await _stopped(stop, page_cap)
    assert stop > 40  # that last one one was not stopped at all


async def _stopped(stop: int, page_cap: int) -> int:
    """Take a round that is stopped after so many requests and then gone on with; return how many were left."""
    store, journal = a_round(full(), patients=FEW)
    journal.page_cap = page_cap
    plain, left = journal._met, [stop]

    def met(type_: str, query: Any, id_: str = "") -> None:
        left[0] -= 1
        if left[0] < 0:
            raise JournalError(ErrorKind.UNREACHABLE)
        plain(type_, query, id_)

    journal._met = met  # type: ignore[method-assign]  # the line ends after so many requests
    try:
        record = await journal.take(store).round()
    except JournalError:
        store.close()
        return left[0]
    for number in range(1, FEW + 1):
        whole = {s.name for s in store.scopes.sections(f"p{number}") if s.complete}
        assert "alerts" not in whole or store.resources.get("Flag", f"f{number}")
        assert "medicines" not in whole or store.resources.get("MedicationRequest", f"m{number}")
    assert record.complete == (left[0] >= 0)
    journal._met = plain  # type: ignore[method-assign]  # the line is back
    assert (await journal.take(store).round()).complete
    assert not lacking(store)
    store.close()
    return left[0]

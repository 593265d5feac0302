"""Pages: links that expire, pages that are empty, counts that lie, journals that want less at a time or to be left alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from client.errors import TIMED_OUT, ErrorKind, JournalError
from client.outcome import Outcome
from client.resource import Page
from offline_cache.asking import Asking
from offline_cache.chart_parts import CHART_PARTS
from offline_cache.left_out import CUT_OFF
from offline_cache.page_size import LARGEST, PageSize
from offline_cache.pull_codes import NoticeCode
from offline_cache.server_time import ServerTime
from tests.pull_room import Kept, a_round, full
from tests.store_room import HandClock

TOO_LARGE = JournalError(ErrorKind.REFUSED, status=413)
COSTLY = JournalError(ErrorKind.REFUSED, status=400, outcomes=(Outcome("error", "too-costly", (), ""),))
SLOW_LINE = JournalError(ErrorKind.UNREACHABLE, detail=TIMED_OUT)


class Taken:
    """Takes pages and counts the beginnings."""

    def __init__(self) -> None:
        self.begun = 0
        self.ids: list[str] = []

    async def begin(self) -> None:
        self.begun += 1
        self.ids.clear()

    async def page(self, page: Page) -> None:
        self.ids += [r.id for r in page.resources]


class Line:
    """A journal with ten flags that answers pages up to a size, and may have other troubles."""

    def __init__(self, most: int = 1000, error: JournalError = TOO_LARGE) -> None:
        self.kept = Kept()
        for number in range(10):
            self.kept.about("Flag", f"f{number}", "p1", status="active")
        self.most = most
        self.error = error
        self.sizes: list[int] = []
        self.clock = HandClock()
        self.size = PageSize()
        self.seconds = 0.0

    async def search(self, type_: str, query: Any, *, page_size: int = 100) -> Any:
        self.sizes.append(page_size)
        if page_size > self.most:
            raise self.error
        self.clock.at += timedelta(seconds=self.seconds)
        async for page in self.kept.search(type_, query, page_size=page_size):
            yield page

    async def ask(self, **more: Any) -> Taken:
        taken = Taken()
        asking = Asking(self, self.clock, self.size, ServerTime())  # type: ignore[arg-type]  # by hand
        await asking.ask("Flag", (("patient", "p1"),), taken, **more)
        return taken


@pytest.mark.parametrize("error", [TOO_LARGE, COSTLY, JournalError(ErrorKind.TOO_LARGE)])
async def test_page_is_halved_until_the_journal_gives_it(error: JournalError) -> None:
    """Fault: F10."""
    line = Line(most=3, error=error)
    assert len(set((await line.ask()).ids)) == 10
    assert line.sizes == [100, 50, 25, 12, 6, 3]
    await line.ask()
    assert line.sizes[-1] == 3  # what was learnt of the journal holds for the next question


async def test_page_of_one_that_is_refused_is_the_end() -> None:
    with pytest.raises(JournalError):
        await Line(most=0).ask()


async def test_answer_that_does_not_come_in_time_is_asked_for_smaller_and_not_for_ever() -> None:
    """Fault: N6."""
    line = Line(most=25, error=SLOW_LINE)
    assert len((await line.ask()).ids) == 10
    assert line.sizes == [100, 25]
    line = Line(most=0, error=SLOW_LINE)
    with pytest.raises(JournalError):
        await line.ask()
    assert line.sizes == [100, 25, 6]


async def test_slow_line_makes_pages_smaller_and_a_quick_one_larger() -> None:
    """Fault: N6."""
    line = Line()
    line.seconds = 20.0
    await line.ask()
    await line.ask()
    assert line.size.now == 25
    size = PageSize()
    for _ in range(5):
        size.went(0.2, size.now)
    assert size.now == LARGEST
    size.went(0.2, 3)
    assert size.now == LARGEST
    size.went(3.0, LARGEST)
    assert size.now == LARGEST


async def test_retry_after_is_kept_by_every_question() -> None:
    line = Line(most=0, error=JournalError(ErrorKind.TOO_MANY, status=429, retry_after=7.0))
    begun = line.clock.at
    with pytest.raises(JournalError):
        await line.ask()
    assert (line.clock.at - begun).total_seconds() == 14
    line = Line(most=0, error=JournalError(ErrorKind.SERVER_FAULT, status=503, retry_after=900.0))
    with pytest.raises(JournalError):
        await line.ask()
    assert line.sizes == [100]


async def test_link_that_expired_begins_the_question_again() -> None:
    """Fault: P1."""
    store, journal = a_round()
    journal.page_cap = 1
    for number in range(3):
        journal.about("Flag", f"x{number}", "p1", status="active")
    left = [2]

    def expire(type_: str, number: int) -> None:
        if type_ == "Flag" and number == 2 and left[0]:
            left[0] -= 1
            raise JournalError(ErrorKind.GONE, status=410)

    journal.on_page = expire
    assert (await journal.take(store).round()).complete
    assert left == [0]


async def test_link_that_expires_for_ever_leaves_the_part_incomplete_and_sweeps_nothing() -> None:
    """Fault: P1, K17, K18."""
    store, journal = a_round()
    assert (await journal.take(store).round()).complete
    store.cursors.drop("p1", "alerts")
    journal.page_cap = 1
    journal.about("Flag", "a0", "p1", status="active")

    def expire(type_: str, _number: int) -> None:
        if type_ == "Flag":
            raise JournalError(ErrorKind.NOT_FOUND, status=404)

    journal.on_page = expire
    assert not (await journal.take(store).round()).complete
    assert store.resources.get("Flag", "f1") is not None
    assert [s.name for s in store.scopes.sections("p1") if not s.complete] == ["alerts"]


async def test_total_that_lies_and_an_empty_page_with_a_next_one_change_nothing() -> None:
    """`Kept` gives the page's size as total, as Epic does. Fault: P3, P4."""
    store, journal = a_round()
    plain = journal.search

    async def with_empty(type_: str, query: Any, *, page_size: int = 100) -> Any:
        async for page in plain(type_, query, page_size=page_size):
            yield Page((), (), 1, (), page.server_time, is_last=False)
            yield page

    journal.search = with_empty  # type: ignore[method-assign]  # a journal with post-filters
    assert (await journal.take(store).round()).complete
    assert store.resources.get("Flag", "f3") is not None


async def test_same_resource_twice_counts_once_and_as_it_came_last() -> None:
    """Fault: P2, P8."""
    store, journal = a_round()
    assert (await journal.take(store).round()).complete
    journal.at += timedelta(seconds=600)
    old = journal.here["Flag", "f1"]
    new = journal.about("Flag", "f1", "p1", status="active", code={"text": "Fall, nylig"})
    plain = journal.search

    async def twice(type_: str, query: Any, *, page_size: int = 100) -> Any:
        async for page in plain(type_, query, page_size=page_size):
            yield Page(
                (old, new) if type_ == "Flag" else page.resources,
                page.included,
                None,
                (),
                page.server_time,
                page.is_last,
            )

    journal.search = twice  # type: ignore[method-assign]  # a page that says a thing twice
    await journal.take(store).round()
    held = store.resources.get("Flag", "f1")
    assert held is not None
    assert held.version_id == new.version_id


async def test_one_patient_whole_and_the_next_one_fails() -> None:
    """Fault: P14, K19."""
    store, journal = a_round()
    plain = journal._met

    def met(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "Task" and dict(query).get("patient") == "p2":
            raise JournalError(ErrorKind.SERVER_FAULT, status=500)

    journal._met = met  # type: ignore[method-assign]  # one patient only
    assert not (await journal.take(store).round()).complete
    lacking = {p: [s.name for s in store.scopes.sections(p) if not s.complete] for p in ("p1", "p2", "p3")}
    assert lacking == {"p1": [], "p2": ["tasks"], "p3": []}
    report = store.reports.last()
    assert report is not None
    assert {p.patient: p.missing for p in report.patients if p.missing} == {
        "p2": (("tasks", "server-fault"),)
    }


async def test_unknown_content_is_kept_as_it_came() -> None:
    """Extensions, R5 members, contained and odd references: kept byte for byte, and in nobody's way. Fault: P11, P12, P13."""
    store, journal = a_round()
    odd = journal.about(
        "Flag",
        "odd",
        "p1",
        status="active",
        extension=[{"url": "urn:x", "valueInteger64": "9007199254740993"}],
        contained=[{"resourceType": "Nytt", "id": "c"}],
        author={"reference": "urn:uuid:0b6f0f3e-0000-4000-8000-000000000000"},
        encounter={"reference": "https://other.example/fhir/Encounter/1/_history/2"},
    )
    assert (await journal.take(store).round()).complete
    held = store.resources.get("Flag", "odd")
    assert held is not None
    assert held.body == odd.body


async def test_interrupted_pull_goes_on_where_it_was() -> None:
    """The second run asks for the parts that are not whole, and of the others only for what is new. Fault: K14, K17."""
    store, journal = a_round(full("_deleted"))
    plain = journal._met

    def lost(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "Goal" and dict(query).get("patient") == "p3":
            raise JournalError(ErrorKind.UNREACHABLE)

    journal._met = lost  # type: ignore[method-assign]  # the line goes in the middle of the charts
    assert not (await journal.take(store).round()).complete
    journal._met = plain  # type: ignore[method-assign]  # and comes back
    journal.asked.clear()
    assert (await journal.take(store).round()).complete
    whole = [
        kind
        for kind, query in journal.asked
        if "patient" in dict(query) and "_lastUpdated" not in dict(query)
    ]
    assert whole.count("AllergyIntolerance") <= 1  # the count that proves the comma
    assert whole.count("Goal") == 1


async def test_nothing_half_is_shown_as_whole_wherever_it_stops() -> None:
    """Stop after each request in turn: either everything is there or the round says that it is not. Fault: K14, K15, K16, K17."""
    for stop in range(1, 40):
        store, journal = a_round(full(), patients=2)
        left = [stop]
        plain = journal._met

        def met(type_: str, query: Any, id_: str = "", left: list[int] = left, plain: Any = plain) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise JournalError(ErrorKind.UNREACHABLE)
            plain(type_, query, id_)

        journal._met = met  # type: ignore[method-assign]  # the line ends after so many requests
        try:
            record = await journal.take(store).round()
        except JournalError:
            assert store.scopes.round() is None
            continue
        held = all(
            store.resources.get(t, f"{k}{n}")
            for n in (1, 2)
            for t, k in (("Flag", "f"), ("MedicationRequest", "m"))
        )
        whole = all(s.complete for p in ("p1", "p2") for s in store.scopes.sections(p))
        assert record.complete == (held and whole and left[0] >= 0)
        journal._met = plain  # type: ignore[method-assign]  # the line is back
        assert (await journal.take(store).round()).complete
        assert all(len(store.scopes.sections(p)) == len(CHART_PARTS) for p in ("p1", "p2"))
        store.close()


def _without_links(*, total: Any) -> tuple[Any, Any]:
    """Return a store, and a journal that knows no links; p1 has more flags than a page takes."""
    store, journal = a_round()
    journal.has_next = False
    journal.total_is = total
    for number in range(150):
        journal.about("Flag", f"x{number:03}", "p1", status="active")
    return store, journal


@pytest.mark.parametrize(
    "total",
    [lambda _page, every: every, lambda page, _every: page, lambda _page, _every: None],
    ids=["total tells it", "total is that of the page", "no total"],
)
async def test_page_without_next_that_is_not_the_last_is_not_taken_for_the_whole(total: Any) -> None:
    """The part says why in a notice, the other parts stay whole, and nothing is swept on the strength of it.

    Fault: P4, P10.
    """
    store, journal = _without_links(total=total)
    assert not (await journal.take(store).round()).complete
    assert [(s.name, s.reason) for s in store.scopes.sections("p1") if not s.complete] == [
        ("alerts", CUT_OFF)
    ]
    assert all(s.complete for p in ("p2", "p3") for s in store.scopes.sections(p))
    told = [(n.code, n.patient, n.detail) for n in store.notices.all()]
    assert told == [(NoticeCode.PART_CUT_OFF, "p1", "alerts")]
    counted = [t for t, query in journal.asked if "_summary" in dict(query)]
    assert counted.count("Flag") == 1  # only where something speaks for more is the journal asked
    journal.has_next = True
    assert (await journal.take(store).round()).complete
    assert not store.notices.all()


async def test_news_without_a_way_to_the_rest_make_the_part_be_read_whole() -> None:
    """The cursor does not move past what did not come: it is given up. Fault: P4."""
    store, journal = a_round()
    pull = journal.take(store)
    assert (await pull.round()).complete
    journal.has_next, journal.total_is = False, lambda _page, every: every
    journal.at += timedelta(hours=1)
    for number in range(150):
        journal.about("Flag", f"x{number:03}", "p1", status="active")
    assert not (await pull.round()).complete
    assert store.cursors.get("p1", "alerts") is None
    journal.has_next = True
    assert (await pull.round()).complete
    assert len(store.resources.of_patient("p1", "Flag")) == 151


async def test_list_of_visits_without_a_way_to_the_rest_is_not_whole() -> None:
    """Fault: P4, P10."""
    store, journal = a_round()
    journal.has_next, journal.total_is, journal.page_cap = False, lambda _page, every: every, 2
    record = await journal.take(store).round()
    assert not record.complete
    assert (len(record.visit_ids), record.journal_count) == (2, 3)

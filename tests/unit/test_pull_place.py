"""An answer that broke off is gone on with where it was, and is whole only when the journal's ids say so."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from client.errors import TIMED_OUT, ErrorKind, JournalError
from client.outcome import Outcome
from client.resource import Page
from offline_cache.entry_records import NewPart
from offline_cache.receipt_check import ReceiptCheck, Standing
from offline_cache.receipts import Receipt
from ports.worker import InlineWorker
from tests.pull_room import Kept, a_round, full
from tests.store_room import NOON, HandClock, draft

if TYPE_CHECKING:
    from offline_cache.store import Store

FLAGS = 9
"""So many flags of each patient, beside the one that everybody has."""

MINUTE = timedelta(minutes=1)
LOST = JournalError(ErrorKind.UNREACHABLE)


@dataclass
class Broken:
    """A store and a journal whose line went in the middle of the flags of p3, p4, p5 (two pages of ten came)."""

    store: Store
    journal: Kept
    clock: HandClock

    async def again(self) -> bool:
        """Take the round again; tell whether it came whole."""
        self.journal.asked.clear()
        return (await self.journal.take(self.store, self.clock).round()).complete

    def flags_asked(self) -> list[str]:
        """Return where each page of flags that was asked for began; counts and lists of ids are left out."""
        asked = [dict(q) for t, q in self.journal.asked if t == "Flag"]
        return [q.get("_page", "0") for q in asked if q.keys() <= {"patient", "_page"}]

    def held(self, patient: str) -> list[str]:
        """Return the ids of the flags that are here."""
        return self.store.resources.ids_of_patient(patient, "Flag")


async def broken(after: int = 2, error: JournalError = LOST, patients: int = 5, can: Any = None) -> Broken:
    """Take a round whose line goes after so many pages of the last answer about flags."""
    store, journal = a_round(can or full("_deleted"), patients)
    journal.page_cap = 5
    for number in range(1, patients + 1):
        for more in range(FLAGS):
            journal.about("Flag", f"f{number}x{more}", f"p{number}", status="active")
    found = Broken(store, journal, HandClock())
    plain, left = journal._met, [after]

    def met(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        names = dict(query)
        if type_ == "Flag" and "p3" in names.get("patient", "") and "_summary" not in names:
            left[0] -= 1
            if left[0] < 0:
                raise error

    journal._met = met  # type: ignore[method-assign]  # the line goes
    assert not await found.again()
    journal._met = plain  # type: ignore[method-assign]  # and is back
    found.clock.at += MINUTE
    return found


def is_later_page(query: Any) -> bool:
    """Tell whether a page of the answer that breaks off is asked for, and not its first one."""
    names = dict(query)
    return names.keys() == {"patient", "_page"} and "p3" in names["patient"]


def want(number: int) -> list[str]:
    """Return the ids of the flags that a patient has in the journal."""
    return [f"f{number}", *(f"f{number}x{more}" for more in range(FLAGS))]


@pytest.mark.parametrize(
    ("patients", "after"),
    [(3, 1), (5, 1), (5, 2), (5, 5)],
    ids=["alone", "first page", "second", "last but one"],
)
async def test_it_is_gone_on_with_at_the_page_that_did_not_come(after: int, patients: int) -> None:
    """Nothing that came is asked for again, and what is here in the end is what the journal has. Fault: K17, N1, N2."""
    scene = await broken(after, patients=patients)
    assert all(not s.complete for s in scene.store.scopes.sections("p3") if s.name == "alerts")
    assert await scene.again()
    assert scene.flags_asked()[0] == str(after * 5)
    assert "0" not in scene.flags_asked()
    assert [scene.held(f"p{n}") for n in range(1, patients + 1)] == [want(n) for n in range(1, patients + 1)]
    assert scene.store._engine.run("SELECT count(*) FROM place") == [(0,)]
    cursor = scene.store.cursors.get("p3", "alerts")
    assert cursor is not None
    assert cursor.since <= NOON


async def test_each_break_costs_one_page_and_no_more() -> None:
    """A line that lets one page through at a time brings all of it in the end."""
    scene = await broken(1)
    plain = scene.journal._met
    begun: list[str] = []
    for _ in range(20):
        left = [1]

        def met(type_: str, query: Any, id_: str = "", left: list[int] = left) -> None:
            plain(type_, query, id_)
            if type_ == "Flag" and is_later_page(query):
                left[0] -= 1
                if left[0] < 0:
                    raise LOST

        scene.journal._met = met  # type: ignore[method-assign]  # one page, and the line is gone again
        whole = await scene.again()
        begun += scene.flags_asked()
        if whole:
            break
    assert sorted(set(begun), key=int) == ["5", "10", "15", "20", "25"]
    assert scene.held("p5") == want(5)


async def test_what_is_gone_meanwhile_is_swept_by_the_answer_that_was_gone_on_with() -> None:
    """Fault: K18."""
    scene = await broken()
    assert await scene.again()
    scene.clock.at += timedelta(days=7)
    scene.journal.here.pop(("Flag", "f4x3"))
    plain, left = scene.journal._met, [2]

    def met(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "Flag" and "p4" in dict(query).get("patient", "") and "_summary" not in dict(query):
            left[0] -= 1
            if left[0] < 0:
                raise LOST

    scene.journal._met = met  # type: ignore[method-assign]  # the line goes again, a week later
    assert not await scene.again()
    assert "f4x3" in scene.held("p4")
    scene.journal._met = plain  # type: ignore[method-assign]  # and is back
    assert await scene.again()
    assert "0" not in scene.flags_asked()
    assert scene.held("p4") == [id_ for id_ in want(4) if id_ != "f4x3"]
    assert scene.held("p3") == want(3)


async def test_records_that_moved_under_the_link_are_asked_for_from_the_beginning() -> None:
    """One of the first pages is gone, so that another slipped past the link; the numbers even agree. Fault: P5."""
    scene = await broken(can=full())
    scene.journal.here.pop(("Flag", "f3"))
    assert await scene.again()
    assert scene.flags_asked()[:2] == ["10", "15"]
    assert "0" in scene.flags_asked()
    assert [scene.held(f"p{n}") for n in (3, 4, 5)] == [want(3)[1:], want(4), want(5)]


@pytest.mark.parametrize(
    "error",
    [
        JournalError(ErrorKind.GONE, status=410),
        JournalError(ErrorKind.NOT_FOUND, status=404),
        JournalError(ErrorKind.REFUSED, status=400),
        JournalError(ErrorKind.UNREACHABLE, detail=TIMED_OUT),
    ],
    ids=["410", "404", "400", "too slow"],
)
async def test_link_that_leads_nowhere_any_more_is_forgotten(error: JournalError) -> None:
    """Fault: P1, N6."""
    scene = await broken()
    plain, expired = scene.journal._met, [error]

    def met(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "Flag" and is_later_page(query) and expired:
            raise expired.pop()

    scene.journal._met = met  # type: ignore[method-assign]  # a journal that forgot its answer
    assert await scene.again()
    assert scene.flags_asked()[:2] == ["10", "0"]
    assert not [q for t, q in scene.journal.asked if t == "Flag" and dict(q).get("patient") == "p3"]
    assert scene.held("p5") == want(5)


async def test_after_half_an_hour_it_is_asked_from_its_beginning() -> None:
    scene = await broken()
    scene.clock.at += 30 * MINUTE
    assert await scene.again()
    assert scene.flags_asked()[0] == "0"


async def test_part_that_was_gone_on_with_is_as_old_as_its_first_page() -> None:
    """Most of it came before the break, twenty-five minutes ago: nothing of it is shown as read now. Fault: D12."""
    scene = await broken()
    begun = scene.clock.at - MINUTE
    scene.clock.at = begun + 25 * MINUTE
    assert await scene.again()
    assert "0" not in scene.flags_asked()
    marks = {s.name: s for p in ("p3", "p4", "p5") for s in scene.store.scopes.sections(p)}
    assert (marks["alerts"].complete, marks["alerts"].as_of) == (True, begun)
    cursor = scene.store.cursors.get("p3", "alerts")
    assert cursor is not None
    assert cursor.whole_at == begun


async def test_page_that_is_cut_in_its_middle_is_asked_for_again_at_once() -> None:
    """The answer goes on in the same pull, and nobody is asked for alone. Fault: N2."""
    store, journal = a_round(full("_deleted"), 5)
    journal.page_cap = 2
    cuts = [JournalError(ErrorKind.BROKEN)]
    plain = journal._met

    def met(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "Flag" and "_page" in dict(query) and cuts:
            raise cuts.pop()

    journal._met = met  # type: ignore[method-assign]  # one answer is cut short
    assert (await journal.take(store).round()).complete
    pages = [
        (q["patient"], q.get("_page", "0"))
        for t, names in journal.asked
        if t == "Flag" and (q := dict(names)).keys() <= {"patient", "_page"}
    ]
    assert pages == [("p1", "0"), ("p2", "0"), ("p3,p4,p5", "0"), ("p3,p4,p5", "2"), ("p3,p4,p5", "2")]
    assert store.resources.get("Flag", "f5") is not None


async def test_answer_in_which_something_was_left_out_is_not_gone_on_with() -> None:
    """The first page warned; whoever begins at the third would not hear of it. Fault: P10."""
    store, journal = a_round(full("_deleted"), 3)
    journal.page_cap = 2
    for more in range(5):
        journal.about("Flag", f"f3x{more}", "p3", status="active")
    journal.warns = {"Flag": Outcome("warning", "suppressed", (), "")}
    plain = journal.search

    async def search(type_: str, query: Any, *, page_size: int = 100) -> Any:
        number = 0
        async for page in plain(type_, query, page_size=page_size):
            number += 1
            if type_ == "Flag" and number == 3:
                raise LOST
            yield (
                page
                if number == 1
                else Page(page.resources, (), None, (), page.server_time, page.is_last, page.next)
            )

    journal.search = search  # type: ignore[method-assign]  # the line goes after two pages
    assert not (await journal.take(store).round()).complete
    assert store.places.get("alerts", ["p3"], "patient=p3") is None


async def test_page_and_place_are_one_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault: K15, K16, D2."""
    store, journal = a_round(full("_deleted"), 1)
    journal.page_cap = 1
    journal.about("Flag", "f1x", "p1", status="active")

    def failing(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(store.places, "put", failing)
    with pytest.raises(OSError):  # noqa: PT011  the very error that was planted
        await journal.take(store).round()
    assert store.resources.of_patient("p1", "Flag") == []


async def test_place_goes_with_each_of_its_patients() -> None:
    """The link names all of them: removing one chart leaves no trace of that patient in the others' rows."""
    scene = await broken()
    assert "p4" in json.dumps([str(v) for row in scene.store._engine.run("SELECT * FROM place") for v in row])
    scene.store.purges.remove_chart("p4")
    assert scene.store._engine.run("SELECT * FROM place") == []


async def test_what_is_missing_is_asked_for_before_the_news_of_what_came_minutes_ago() -> None:
    """A line that breaks often would else bring nothing but news; and what came whole stays so. Fault: N1, D12."""
    scene = await broken()
    plain = scene.journal._met

    def met(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "Flag" and is_later_page(query):
            raise LOST

    scene.journal._met = met  # type: ignore[method-assign]  # the line goes again
    assert not await scene.again()
    assert not [q for t, q in scene.journal.asked if t == "AllergyIntolerance" and "_lastUpdated" in dict(q)]
    assert [s.name for s in scene.store.scopes.sections("p1") if not s.complete] == []
    record = scene.store.scopes.round()
    assert record is not None
    assert record.as_of == scene.clock.at - MINUTE  # the first visit is not "komplett per" now
    scene.journal._met = plain  # type: ignore[method-assign]  # and is back
    assert await scene.again()
    news = [q for t, q in scene.journal.asked if t == "AllergyIntolerance" and "_lastUpdated" in dict(q)]
    assert len(news) == 1


async def test_ids_are_asked_for_many_at_a_time() -> None:
    scene = await broken()
    sizes: list[int] = []
    plain = scene.journal.search

    def search(type_: str, query: Any, *, page_size: int = 100) -> Any:
        if "_elements" in dict(query):
            sizes.append(page_size)
        return plain(type_, query, page_size=page_size)

    scene.journal.search = search  # type: ignore[method-assign]  # only looked at
    assert await scene.again()
    assert sizes == [500]


async def test_list_that_changed_meanwhile_is_another_question() -> None:
    """One of the group left and another came: nothing is gone on with. Fault: S3."""
    scene = await broken()
    del scene.journal.here["Appointment", "v4"]
    scene.journal.put("Patient", "p6", name=[{"family": "Prøve6"}])
    scene.journal.visit("v6", "p6")
    scene.journal.about("Flag", "f6", "p6", status="active")
    assert await scene.again()
    assert scene.flags_asked()[0] == "0"
    assert [scene.held(p) for p in ("p3", "p5", "p6")] == [want(3), want(5), ["f6"]]


async def test_chart_that_was_read_alone_meanwhile_is_not_gone_on_with() -> None:
    scene = await broken()
    scene.journal.delete("Flag", "f3x1")
    await scene.journal.take(scene.store, scene.clock).pull.refresh_chart("p3")
    scene.journal.at += MINUTE
    scene.journal.about("Flag", "f3x1", "p4", status="active")
    assert await scene.again()
    assert "f3x1" not in scene.held("p3")
    assert scene.held("p4") == sorted([*want(4), "f3x1"])


async def test_journal_put_back_from_a_copy_meanwhile_is_asked_from_the_beginning() -> None:
    """It does not know some of what it gave before. Fault: S6."""
    scene = await broken()
    for more in (7, 8):
        scene.journal.here.pop(("Flag", f"f3x{more}"))
    assert await scene.again()
    assert "0" in scene.flags_asked()
    assert scene.held("p3") == [id_ for id_ in want(3) if id_ not in ("f3x7", "f3x8")]


async def test_what_was_read_before_a_journal_was_put_back_is_neither_gone_on_with_nor_left_as_it_is() -> (
    None
):
    """The copy has an older text of a flag that came whole in this run, and of one that came before the break. Fault: S6."""
    scene = await broken()
    for id_, patient in (("f1", "p1"), ("f3", "p3")):
        scene.journal.about(
            "Flag", id_, patient, status="active", code={"text": "Gammel"}, stamp=NOON - timedelta(days=1)
        )
    with scene.store.transaction():
        scene.store.entries.save_draft(draft("e1"))
        parts = [NewPart("here", 1, "Flag", b"{}"), NewPart("lost", 2, "Flag", b"{}")]
        scene.store.entries.sign("e1", parts, title="", signed_at=NOON, send_after=NOON, author="a")
    for op_id, id_ in (("here", "f1"), ("lost", "f-lost")):
        scene.store.receipts.give(Receipt(op_id, "e1", "Flag", id_, "", NOON, NOON, None))
    scene.journal.refuse["Flag", "f-lost"] = JournalError(ErrorKind.NOT_FOUND, status=404)
    check = ReceiptCheck(scene.journal, scene.store, InlineWorker(), scene.clock)  # type: ignore[arg-type]  # by hand
    assert await check.check(scene.journal.can) is Standing.RESTORED
    assert await scene.again()
    assert "0" in scene.flags_asked()
    for id_ in ("f1", "f3"):
        held = scene.store.resources.get("Flag", id_)
        assert held is not None
        assert b"Gammel" in held.body, id_


async def test_change_of_what_came_before_the_break_comes_as_news() -> None:
    """Fault: P5, P7."""
    scene = await broken()
    scene.journal.at += MINUTE
    changed = scene.journal.about("Flag", "f3", "p3", status="active", code={"text": "Ny tekst"})
    assert await scene.again()
    assert "0" not in scene.flags_asked()
    assert await scene.again()
    held = scene.store.resources.get("Flag", "f3")
    assert held is not None
    assert held.body == changed.body

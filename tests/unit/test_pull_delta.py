"""What is new: asked for in the journal's own time with an overlap, decided on here, committed with its cursor."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from client.errors import ErrorKind, JournalError
from offline_cache import pull_delta
from offline_cache.entries import NewPart
from offline_cache.pull_codes import ChangeKind, NoticeCode
from offline_cache.server_time import ServerTime, instant_of, instant_text
from tests.pull_room import ME, Kept, a_round, full
from tests.store_room import NOON, HandClock, draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from offline_cache.store import Store

SECOND = timedelta(seconds=1)


def asked_of(journal: Kept, type_: str) -> list[dict[str, str]]:
    """Return what was asked of a type, counts left out."""
    return [dict(q) for kind, q in journal.asked if kind == type_ and "_summary" not in dict(q)]


async def taken(journal: Kept, store: Store) -> None:
    """Take the round once and forget what was asked."""
    assert (await journal.take(store).round()).complete
    journal.asked.clear()


async def test_second_pull_asks_once_per_type_for_what_is_new() -> None:
    store, journal = a_round()
    await taken(journal, store)
    journal.at += 600 * SECOND
    journal.about("Flag", "f4", "p2", status="active")
    assert (await journal.take(store).round()).complete
    (flags,) = asked_of(journal, "Flag")
    assert flags["patient"] == "p1,p2,p3"
    assert flags["_lastUpdated"] == "ge2026-11-23T11:57:30.000Z"
    assert store.resources.get("Flag", "f4") is not None
    assert [(c.id, c.kind) for c in store.changes.of("p2")] == [("f4", ChangeKind.NEW)]


@pytest.mark.parametrize("late", [1, 60, 149])
async def test_stamped_early_and_published_late_is_not_missed(late: int) -> None:
    """Fault: P7, P6."""
    store, journal = a_round()
    journal.at += 300 * SECOND
    journal.about("Flag", "f5", "p1", status="active")
    await taken(journal, store)
    journal.about("Flag", "late", "p1", status="active", stamp=journal.at - late * SECOND)
    await journal.take(store).round()
    assert store.resources.get("Flag", "late") is not None


async def test_cursor_that_asks_for_later_only_is_seen_to_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted `gt` cursor without overlap loses what was published late: this very scene catches it. Fault: D3."""
    store, journal = a_round()
    journal.at += 300 * SECOND
    journal.about("Flag", "f5", "p1", status="active")
    await taken(journal, store)
    journal.about("Flag", "late", "p1", status="active", stamp=journal.at - 60 * SECOND)
    monkeypatch.setattr(pull_delta, "OVERLAP", timedelta(0))
    await journal.take(store).round()
    assert store.resources.get("Flag", "late") is None


async def test_local_clock_has_no_say() -> None:
    """Fault: C1, C5."""
    store, journal = a_round()
    clock = HandClock()
    assert (await journal.take(store, clock).round()).complete
    for jump in (timedelta(hours=-1), timedelta(hours=1), timedelta(days=-3650), timedelta(days=3)):
        clock.at = NOON + jump
        journal.at += SECOND
        id_ = f"n{abs(jump.total_seconds()):.0f}"
        journal.about("Flag", id_, "p3", status="active")
        await journal.take(store, clock).round()
        assert store.resources.get("Flag", id_) is not None


def test_stamp_of_the_future_is_believed_only_as_far_as_the_answers_own_date() -> None:
    """Fault: C5."""
    time = ServerTime()
    time.hear(["2099-01-01T00:00:00Z", "not a time"], NOON)
    assert time.heard == NOON
    assert ServerTime().hear([], NOON) is None
    assert ServerTime().hear(["9999-12-31T23:59:59-23:59"], NOON) is None  # later than any calendar


async def test_stopped_prescription_leaves_and_is_told() -> None:
    """The part shows active ones; the delta asks without that filter, so that the change of status is seen."""
    store, journal = a_round()
    await taken(journal, store)
    journal.at += 600 * SECOND
    journal.about("MedicationRequest", "m1", "p1", status="stopped")
    journal.about("MedicationRequest", "m9", "p1", status="completed")
    assert (await journal.take(store).round()).complete
    assert store.resources.get("MedicationRequest", "m1") is None
    assert store.resources.get("MedicationRequest", "m9") is None
    assert [(c.id, c.kind) for c in store.changes.of("p1")] == [("m1", ChangeKind.ENDED)]


@pytest.mark.parametrize(
    ("more", "interactions"),
    [(("_deleted",), ()), ((), ("history-type",)), ((), ())],
    ids=["tombstones", "history", "sweep"],
)
async def test_deletion_is_learnt_by_whatever_is_offered(
    more: tuple[str, ...], interactions: tuple[str, ...]
) -> None:
    store, journal = a_round(full(*more, interactions=interactions))
    await taken(journal, store)
    journal.at += 600 * SECOND
    journal.delete("Flag", "f2")
    assert (await journal.take(store).round()).complete
    assert store.resources.get("Flag", "f2") is None
    assert store.resources.get("Flag", "f1") is not None
    assert [(c.id, c.kind) for c in store.changes.of("p2")] == [("f2", ChangeKind.GONE)]


async def test_deleted_and_written_anew_stays() -> None:
    """Fault: S5."""
    store, journal = a_round(full("_deleted"))
    journal.at += 600 * SECOND
    await taken(journal, store)
    journal.delete("Flag", "f2")
    journal.at += SECOND
    journal.about("Flag", "f2", "p2", status="active")
    await journal.take(store).round()
    await journal.take(store).round()
    assert store.resources.get("Flag", "f2") is not None


async def test_withheld_resource_is_no_deletion() -> None:
    """Fault: S4."""
    store, journal = a_round()
    await taken(journal, store)
    hidden = journal.here.pop(("Flag", "f2"))
    journal.refuse["Flag", "f2"] = JournalError(ErrorKind.FORBIDDEN)
    await journal.take(store).round()
    assert store.resources.get("Flag", "f2") is not None
    assert [n.code for n in store.notices.of("p2")] == [NoticeCode.ACCESS_WITHDRAWN]
    journal.here["Flag", "f2"] = hidden


async def test_cursor_stays_where_it_was_until_the_whole_window_is_in() -> None:
    """Fault: K14, K17, D2, D4, P14."""
    store, journal = a_round()
    await taken(journal, store)
    before = store.cursors.get("p1", "alerts")
    journal.at += 600 * SECOND
    journal.page_cap = 1
    for number in range(3):
        journal.about("Flag", f"x{number}", "p1", status="active")

    def broken(type_: str, _number: int) -> None:
        if type_ == "Flag":
            raise JournalError(ErrorKind.BROKEN)

    journal.on_page = broken
    assert not (await journal.take(store).round()).complete
    assert store.cursors.get("p1", "alerts") == before
    assert store.resources.get("Flag", "x0") is None
    journal.on_page = lambda _type, _number: None
    assert (await journal.take(store).round()).complete
    assert all(store.resources.get("Flag", f"x{number}") for number in range(3))


async def test_data_and_cursor_are_one_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails inside the window leaves neither data nor cursor. Fault: K15, K16, D2."""
    store, journal = a_round()
    await taken(journal, store)
    before = store.cursors.get("p1", "alerts")
    journal.at += 600 * SECOND
    journal.about("Flag", "x", "p1", status="active")

    def failing(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(store.cursors, "put", failing)
    with pytest.raises(OSError):  # noqa: PT011  the very error that was planted
        await journal.take(store).round()
    assert store.cursors.get("p1", "alerts") == before
    assert store.resources.get("Flag", "x") is None


async def test_records_that_shift_under_the_paging_are_read_again() -> None:
    """One is deleted after the first page: the next one slips to a page already read. The count shows it. Fault: P5, K18."""
    store, journal = a_round()
    await taken(journal, store)
    journal.at += 600 * SECOND
    journal.page_cap = 2
    for number in range(4):
        journal.about("Flag", f"x{number}", "p1", status="active")

    def shift(type_: str, number: int) -> None:
        if type_ == "Flag" and number == 1 and ("Flag", "f1") in journal.here:
            journal.delete("Flag", "x0")
            journal.on_page = lambda _type, _number: None

    journal.on_page = shift
    await journal.take(store).round()
    assert all(store.resources.get("Flag", f"x{number}") for number in (1, 2, 3))


async def test_other_patients_data_in_a_common_answer_is_refused_whole() -> None:
    store, journal = a_round()
    await taken(journal, store)
    journal.at += 600 * SECOND
    journal.about("Flag", "f2", "p1", status="active", code={"text": "another's"})
    await journal.take(store).round()
    found = store.resources.get("Flag", "f2")
    assert found is not None
    assert found.patient == "p1"  # asked for alone, the journal says the same: it is its word
    assert store.resources.of_patient("p2", "Flag") == []


async def test_ghost_stays_while_unsent_work_stands_on_it() -> None:
    """Fault: S3, R2."""
    store, journal = a_round(full("_deleted"))
    await taken(journal, store)
    body = b'{"resourceType":"Observation","focus":[{"reference":"Flag/f2"}]}'
    with store.transaction():
        store.entries.save_draft(draft(patient="p2"))
        parts = [NewPart("op-1", 1, "Observation", body)]
        store.entries.sign("e1", parts, title="Notat", signed_at=NOON, send_after=NOON, author=ME)
    journal.at += 600 * SECOND
    journal.delete("Flag", "f2")
    assert (await journal.take(store).round()).complete
    assert store.resources.get("Flag", "f2") is not None
    assert [(n.code, n.id) for n in store.notices.of("p2")] == [(NoticeCode.GHOST, "f2")]
    store.entries.withdraw("e1", NOON)
    await journal.take(store).round()
    assert store.resources.get("Flag", "f2") is None
    assert store.notices.of("p2") == []


async def test_comma_that_does_not_mean_or_is_not_relied_on() -> None:
    """A journal that takes `a,b` for one id would look as if nothing were new."""
    store, journal = a_round()
    await taken(journal, store)
    plain = journal._matches
    journal._matches = lambda t, q: [] if "," in dict(q).get("patient", "") else plain(t, q)  # type: ignore[method-assign, assignment]  # a journal of another make
    journal.at += 600 * SECOND
    journal.about("Flag", "f4", "p2", status="active")
    assert (await journal.take(store).round()).complete
    assert store.resources.get("Flag", "f4") is not None


async def test_everything_is_read_anew_after_a_week() -> None:
    store, journal = a_round()
    clock = HandClock()
    await journal.take(store, clock).round()
    journal.here.pop(("Flag", "f2"))  # vanished without a trace, and the count is of no use
    clock.at += timedelta(days=7)
    await journal.take(store, clock).round()
    assert store.resources.get("Flag", "f2") is None


async def test_visit_that_moved_away_is_explained_and_one_that_came_is_there() -> None:
    """Fault: S3."""
    store, journal = a_round()
    await taken(journal, store)
    journal.at += 600 * SECOND
    journal.visit("v2", "p2", actor="Practitioner/olav-lie")
    journal.visit("v3", "p3", start=NOON + timedelta(days=2))
    journal.delete("Appointment", "v1")
    journal.put("Patient", "p4")
    journal.visit("v4", "p4")
    record = await journal.take(store).round()
    assert record.visit_ids == ("v4",)
    assert {(n.code, n.id, n.detail) for n in store.notices.all()} == {
        (NoticeCode.VISIT_MOVED, "v2", "Practitioner/olav-lie"),
        (NoticeCode.VISIT_RESCHEDULED, "v3", "2026-11-25T12:00:00.000Z"),
        (NoticeCode.VISIT_GONE, "v1", ""),
    }
    await journal.take(store).round()
    assert {n.id for n in store.notices.all()} == {"v1", "v2", "v3"}  # it is still told in the next sync


async def test_merged_inactive_and_withheld_patients_are_told() -> None:
    """Fault: S1, S2, S4."""
    store, journal = a_round(patients=4)
    await taken(journal, store)
    journal.at += 600 * SECOND
    journal.put(
        "Patient", "p1", active=False, link=[{"type": "replaced-by", "other": {"reference": "Patient/p9"}}]
    )
    journal.put("Patient", "p2", active=False)
    journal.delete("Patient", "p3")
    record = await journal.take(store).round()
    assert len(record.visit_ids) == 4
    assert not record.complete
    assert {(n.code, n.patient, n.detail) for n in store.notices.all()} == {
        (NoticeCode.PATIENT_MERGED, "p1", "Patient/p9"),
        (NoticeCode.PATIENT_INACTIVE, "p2", ""),
        (NoticeCode.PATIENT_GONE, "p3", ""),
    }
    assert store.resources.of_patient("p3", "Flag")  # nothing of the gone patient was thrown away


def test_instants_are_read_with_their_zone() -> None:
    assert instant_of("2026-11-23T13:00:00+01:00") == NOON
    assert instant_of("2026-11-23") is None
    assert instant_text(NOON) == "2026-11-23T12:00:00.000Z"


async def test_news_of_a_part_asked_for_by_kind_do_not_make_it_whole_of_all_kinds() -> None:
    """A journal with stamps that wants a kind named: the mark stays when only news were asked for."""
    store, journal = a_round(full("category", interactions=("read", "search-type", "history-type")))
    plain = journal._met

    def demanding(type_: str, query: tuple[tuple[str, str], ...], id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "CarePlan" and not {"category", "_lastUpdated", "_history"} & set(dict(query)):
            raise JournalError(ErrorKind.REFUSED, status=400)

    journal._met = demanding  # type: ignore[method-assign]  # the part by its kind, its news without
    await taken(journal, store)
    assert (await journal.take(store).round()).complete
    assert {s.reason for s in store.scopes.sections("p1") if s.name == "plan"} == {"named-kinds"}
    assert [q for q in asked_of(journal, "CarePlan") if "_lastUpdated" in q]


def faulty(journal: Kept, fails: Callable[[str], bool]) -> None:
    """Let the journal answer 500 to a question for tasks that names whom it stumbles over."""
    plain = journal._met

    def met(type_: str, query: tuple[tuple[str, str], ...], id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "Task" and fails(dict(query).get("patient", "")):
            raise JournalError(ErrorKind.SERVER_FAULT, status=500)

    journal._met = met  # type: ignore[method-assign]  # a journal of another make


async def test_journal_that_stumbles_over_one_record_keeps_news_of_nobody_else_back() -> None:
    """Fault: P14, H13."""
    store, journal = a_round(patients=9)
    await taken(journal, store)
    journal.at += 600 * SECOND
    journal.about("Task", "t9", "p9", status="requested")
    faulty(journal, lambda who: "p4" in who.split(","))
    assert not (await journal.take(store).round()).complete
    lacking = {p for p in store.scopes.patients() for s in store.scopes.sections(p) if not s.complete}
    assert lacking == {"p4"}
    assert store.resources.get("Task", "t9") is not None


async def test_journal_that_fails_for_everybody_is_not_asked_about_each() -> None:
    store, journal = a_round(patients=9)
    await taken(journal, store)
    journal.at += 600 * SECOND
    faulty(journal, bool)
    assert not (await journal.take(store).round()).complete
    lacking = {p for p in store.scopes.patients() for s in store.scopes.sections(p) if not s.complete}
    assert len(lacking) == 9
    assert len(asked_of(journal, "Task")) == 1 + pull_delta._FAULTS_IN_A_ROW


async def test_cursor_of_a_journal_whose_clock_was_ahead_is_given_up_when_it_is_set_right() -> None:
    """A day of 2099 on one answer must not hide a week of news. Fault: C5."""
    store, journal = a_round(full("_deleted"))
    right = journal.at
    journal.at += timedelta(days=26_000)
    for number in (1, 2, 3):
        journal.about("Flag", f"f{number}", f"p{number}", status="active")
    taking = journal.take(store)
    assert (await taking.round()).complete
    journal.at = right + 600 * SECOND
    journal.about("Flag", "now", "p1", status="active")
    journal.about("Flag", "f3", "p3", status="inactive")
    assert (await taking.round()).complete
    assert store.resources.get("Flag", "now") is not None
    journal.at += 600 * SECOND
    journal.about("Flag", "later", "p1", status="active")
    assert (await taking.round()).complete
    assert store.resources.get("Flag", "later") is not None
    cursor = store.cursors.get("p1", "alerts")
    assert cursor is not None
    assert cursor.since == journal.at

"""A journal without stamps, versions and a search by actor: a configured list of patients, everything read, content compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from client.errors import ErrorKind, JournalError
from client.outcome import Outcome
from offline_cache.notices import Notice
from offline_cache.pull_codes import ChangeKind, NoticeCode
from offline_cache.pull_plan import Plan, Profile
from tests.pull_room import TYPES, Kept, a_round, full, statement
from tests.store_room import HandClock

if TYPE_CHECKING:
    from offline_cache.changes import Change
    from offline_cache.store import Store

EPIC = statement(dict.fromkeys(TYPES, ("patient", "status", "date", "category")))


def epic(patients: int = 3) -> tuple[Store, Kept]:
    """Return an empty store and such a journal, with a list of its patients."""
    store, journal = a_round(EPIC, 0)
    journal.has_meta, journal.says_date = False, False
    for number in range(1, patients + 1):
        journal.put("Patient", f"p{number}")
        journal.visit(f"v{number}", f"p{number}", actor="PractitionerRole/x")
        journal.about("Flag", f"f{number}", f"p{number}", status="active", code={"text": "Fall"})
    members = [{"item": {"reference": f"Patient/p{n}"}} for n in range(1, patients + 1)]
    journal.put("List", "mine", entry=members)
    return store, journal


def said(changes: list[Change]) -> list[tuple[str, ChangeKind]]:
    """Return what the changes say."""
    return [(change.id, change.kind) for change in changes]


def test_profile_follows_from_the_statement() -> None:
    """Fault: S8."""
    assert Plan(EPIC).profile is Profile.EPIC
    assert Plan(full()).profile is Profile.FULL
    assert Plan(full()).by_actor
    assert not Plan(EPIC).by_actor
    assert not Plan(full(), "Group/1").by_actor
    assert not Plan(EPIC).counts("Flag")


async def test_round_by_list_whole_without_a_search_by_actor() -> None:
    """Fault: P9."""
    store, journal = epic()
    record = await journal.take(store, patient_list="List/mine").round()
    assert record.complete
    assert record.visit_ids == ("v1", "v2", "v3")
    assert not [q for _, q in journal.asked if {"actor", "owner", "_lastUpdated"} & set(dict(q))]
    assert not [q for _, q in journal.asked if "_summary" in dict(q)]


async def test_without_a_list_nothing_is_guessed() -> None:
    store, journal = epic()
    with pytest.raises(JournalError) as refused:
        await journal.take(store).round()
    assert refused.value.kind is ErrorKind.REFUSED
    assert [r.error for r in store.reports.all()] == ["refused"]


async def test_content_tells_what_changed_and_the_sweep_what_went() -> None:
    store, journal = epic()
    pull = journal.take(store, patient_list="List/mine")
    await pull.round()
    journal.about("Flag", "f1", "p1", code={"text": "Fall"}, status="active")  # the same, in another order
    journal.about("Flag", "f2", "p2", status="inactive", code={"text": "Fall"})
    journal.about("Flag", "new", "p1", status="active")
    journal.delete("Flag", "f3")
    assert (await pull.round()).complete
    assert said(store.changes.of("p1")) == [("new", ChangeKind.NEW)]
    assert said(store.changes.of("p2")) == [("f2", ChangeKind.CHANGED)]
    assert said(store.changes.of("p3")) == [("f3", ChangeKind.GONE)]
    report = store.reports.last()
    assert report is not None
    assert report.profile == "epic"
    assert [(p.patient, p.came, p.changed, p.gone) for p in report.patients] == [
        ("p1", 1, 0, 0),
        ("p2", 0, 1, 0),
        ("p3", 0, 0, 1),
    ]


@pytest.mark.parametrize(
    ("code", "notice"), [("59204", NoticeCode.PART_BLOCKED), ("4119", NoticeCode.PART_SHORT)]
)
async def test_what_is_held_back_stays_told_until_it_is_not_held_back(code: str, notice: NoticeCode) -> None:
    """Fault: P10."""
    store, journal = epic()
    pull = journal.take(store, patient_list="List/mine")
    journal.warns["Flag"] = Outcome("warning", "suppressed" if code == "59204" else "processing", (code,), "")
    for number in range(3):
        journal.about("Goal", f"g{number}", "p1")
        assert not (await pull.round()).complete
        assert (
            store.resources.get("Goal", f"g{number}") is not None
        )  # the other parts are read anew all the same
        found = store.notices.of("p1")
        assert [Notice(n.code, n.patient, n.type, n.id, n.detail) for n in found] == [
            Notice(notice, "p1", "Flag", detail="alerts")
        ]
        assert {s.name: s.reason for s in store.scopes.sections("p1") if not s.complete} == {"alerts": code}
    journal.warns.clear()
    assert (await pull.round()).complete
    assert store.notices.all() == []


async def test_half_an_answer_is_never_swept_by() -> None:
    """Fault: K18, P1."""
    store, journal = epic()
    pull = journal.take(store, patient_list="List/mine")
    await pull.round()
    journal.about("Flag", "a", "p1", status="active")
    journal.page_cap = 1

    def broken(type_: str, _number: int) -> None:
        if type_ == "Flag":
            raise JournalError(ErrorKind.BROKEN)

    journal.on_page = broken
    assert not (await pull.round()).complete
    assert store.resources.get("Flag", "f1") is not None


async def test_patient_without_a_visit_is_told_and_one_off_the_list_is_explained() -> None:
    store, journal = epic()
    pull = journal.take(store, patient_list="List/mine")
    await pull.round()
    journal.delete("Appointment", "v1")
    record = await pull.round()
    assert record.visit_ids == ("v2", "v3")
    assert {(n.code, n.patient) for n in store.notices.all()} == {
        (NoticeCode.NO_VISIT, "p1"),
        (NoticeCode.VISIT_GONE, "p1"),
    }


async def test_part_asked_for_by_kind_alone_is_marked_and_told_once() -> None:
    """Whole is then the whole of what was asked for: the mark says so, also after a failure, until the journal is another."""
    store, journal = epic()
    plain = journal._met

    def demanding(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "CarePlan" and "category" not in dict(query):
            raise JournalError(ErrorKind.REFUSED, status=400)

    def marks() -> set[tuple[bool, str]]:
        return {
            (s.complete, s.reason)
            for p in ("p1", "p2", "p3")
            for s in store.scopes.sections(p)
            if s.name == "plan"
        }

    journal._met = demanding  # type: ignore[method-assign]  # as Epic: a kind must be named
    assert (await journal.take(store, patient_list="List/mine").round()).complete
    assert marks() == {(True, "named-kinds")}
    assert {(n.code, n.patient, n.type, n.detail) for n in store.notices.all()} == {
        (NoticeCode.NAMED_KINDS, "", "CarePlan", "plan")
    }
    journal.refuse["CarePlan", ""] = JournalError(ErrorKind.BROKEN)
    assert not (await journal.take(store, patient_list="List/mine").round()).complete
    assert marks() == {(False, "broken")}
    del journal.refuse["CarePlan", ""]
    assert (await journal.take(store, patient_list="List/mine").round()).complete
    assert marks() == {(True, "named-kinds")}
    journal._met = plain  # type: ignore[method-assign]  # the next version asks for no kind
    journal.can = replace(EPIC, software_version="2")
    assert (await journal.take(store, patient_list="List/mine").round()).complete
    assert marks() == {(True, "")}
    assert store.notices.all() == []


async def test_interrupted_run_does_not_read_again_what_came_whole() -> None:
    """Fault: K17."""
    store, journal = epic()
    clock = HandClock()
    plain = journal._met

    def lost(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ == "Goal" and dict(query).get("patient") == "p3":
            raise JournalError(ErrorKind.UNREACHABLE)

    journal._met = lost  # type: ignore[method-assign]  # the line goes with the last patient's goals
    assert not (await journal.take(store, clock, patient_list="List/mine").round()).complete
    journal._met = plain  # type: ignore[method-assign]  # and comes back
    journal.asked.clear()
    clock.at += timedelta(minutes=5)
    assert (await journal.take(store, clock, patient_list="List/mine").round()).complete
    kinds = [kind for kind, _ in journal.asked]
    assert kinds.count("AllergyIntolerance") == 0
    assert kinds.count("Goal") == 1
    journal.asked.clear()
    assert (await journal.take(store, clock, patient_list="List/mine").round()).complete
    assert [kind for kind, _ in journal.asked].count("AllergyIntolerance") == 3  # that run was ended

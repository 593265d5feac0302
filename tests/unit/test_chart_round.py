"""The round: every visit a row, every lack said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from offline_cache.entry_records import DraftRecord
from offline_cache.states import EntryKind, EntryState
from services.address import BLOCKED
from services.chart import build_chart
from services.patient_file import PatientFile
from services.recording import note_parts
from services.views import RoundView, VisitStatus
from services.visit_list import build_round
from tests.chart_material import (
    KARI,
    NOW,
    CountingIds,
    draft,
    person,
    raw,
    round_record,
    signed,
    stored,
    whole,
)

if TYPE_CHECKING:
    from offline_cache.resources import StoredResource

START = datetime(2026, 11, 24, 7, 15, tzinfo=UTC)


def visit(id_: str = "v1", patient: str = "p1", **fields: object) -> dict[str, Any]:
    participant = [{"actor": {"reference": "Location/hjem", "display": "Klostergata 33"}}]
    participant += (
        [{"actor": {"reference": f"Patient/{patient}", "display": "Ragnhild Moen"}}] if patient else []
    )
    return {
        "resourceType": "Appointment",
        "id": id_,
        "status": "booked",
        "start": "2026-11-24T08:15:00+01:00",
        "end": "2026-11-24T08:45:00+01:00",
        "comment": "3. etasje, nøkkel 17",
        "description": "sårstell",
        "participant": participant,
        **fields,
    }


def files(*rows: StoredResource) -> dict[str, PatientFile]:
    found = {row.patient for row in rows}
    return {one: PatientFile(one, [r for r in rows if r.patient == one], whole()) for one in found}


def made(*visits: dict[str, Any], held: dict[str, PatientFile] | None = None, **record: Any) -> RoundView:
    rows = [stored(v, patient=_patient(v)) for v in visits]
    return build_round(
        round_record(*(str(v["id"]) for v in visits), **record),
        rows,
        files(stored(person())) if held is None else held,
        (),
        NOW,
    )


def _patient(resource: dict[str, Any]) -> str:
    references = [p["actor"]["reference"] for p in resource["participant"]]
    return next((r.rpartition("/")[2] for r in references if r.startswith("Patient/")), "")


def test_a_row_says_who_where_when_and_what_for() -> None:
    row = made(visit()).visits[0]
    assert (row.family, row.given, row.start, row.end - row.start) == (
        "Moen",
        "Ragnhild",
        START,
        timedelta(minutes=30),
    )
    assert (row.address, row.access, row.reason) == (
        "Klostergata 33, 7030 Trondheim",
        "3. etasje, nøkkel 17",
        "sårstell",
    )
    assert (row.complete, row.missing, row.unsent, row.news2) == (True, (), None, None)


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("booked", VisitStatus.PLANNED),
        ("arrived", VisitStatus.HERE),
        ("fulfilled", VisitStatus.DONE),
        ("noshow", VisitStatus.NOT_HOME),
        ("cancelled", VisitStatus.CANCELLED),
        ("noe nytt", VisitStatus.PLANNED),
    ],
)
def test_a_visit_stands_where_the_journal_says(status: str, shown: VisitStatus) -> None:
    row = made(visit(status=status)).visits[0]
    assert row.status is shown
    assert ("status i journalen: noe nytt" in row.reason) == (status == "noe nytt")


def test_no_visit_is_left_out() -> None:
    broken = raw("Appointment", "v9", b"{")
    untimed = visit("v2", start="", end="", minutesDuration=20)
    nobody = visit("v3", patient="")
    rows = [stored(untimed), stored(nobody, patient=""), broken]
    shown = build_round(round_record("v2", "v3", "v9", "v10"), rows, files(stored(person())), (), NOW)
    by_id = {row.visit_id: row for row in shown.visits}
    assert by_id["v2"].reason.startswith("uten tidspunkt i journalen")
    assert by_id["v2"].end - by_id["v2"].start == timedelta(minutes=20)
    assert by_id["v3"].family == "Ikke kjent"
    assert by_id["v9"].reason == "Kan ikke vises: Appointment v9"
    assert not by_id["v9"].complete
    assert shown.notices == (
        "Journalen sier 4 besøk, listen har 3",
        "1 besøk på runden ligger ikke på maskinen",
        "1 besøk uten pasient",
    )
    assert not shown.complete


def test_the_counts_are_compared_in_the_open() -> None:
    assert made(visit(), count=2).notices == ("Journalen sier 2 besøk, listen har 1",)
    assert made(visit()).notices == ()
    assert made(visit()).complete
    assert not made(visit(), complete=False).complete


def test_a_patient_who_did_not_come_down_is_named_by_the_visit_and_is_not_complete() -> None:
    row = made(visit(), held={}).visits[0]
    assert (row.family, row.address, row.access, row.complete) == ("Ragnhild Moen", "Ikke kjent", "", False)
    assert row.missing[0] == "pasient"
    assert "allergier" in row.missing


def test_a_blocked_address_is_in_no_field_of_the_row() -> None:
    grade = [
        {
            "url": "http://feltjournal.example/fhir/StructureDefinition/adressebeskyttelse",
            "valueCode": "strengt-fortrolig",
        }
    ]
    row = made(visit(comment="Klostergata, 3. etasje"), held=files(stored(person(extension=grade)))).visits[0]
    assert row.address == BLOCKED
    assert "Klostergata" not in repr(row)


def test_look_alikes_warn_each_other_in_list_and_chart() -> None:
    other = person(id="p2", name=[{"family": "Moen", "given": ["Reidun"]}], birthDate="1929-01-08")
    held = files(stored(person()), stored(other, patient="p2"))
    shown = made(visit(), visit("v2", "p2", start="2026-11-24T08:40:00+01:00"), held=held)
    assert [a.text for a in shown.visits[0].warnings] == ["LIKT NAVN: MOEN, Reidun 08:40"]
    assert [a.text for a in shown.visits[1].warnings] == ["LIKT NAVN: MOEN, Ragnhild 08:15"]
    opened = build_chart(held["p1"], shown, "v1", (), NOW)
    assert opened.banner.look_alikes == ("MOEN, Reidun 08:40",)
    assert opened.visit == shown.visits[0]
    assert build_chart(held["p1"], shown, "v2", (), NOW).visit is None


def test_warnings_stand_in_the_order_of_gravity() -> None:
    system = "http://feltjournal.example/fhir/CodeSystem/varsel"
    flags = [
        stored(
            {
                "resourceType": "Flag",
                "id": code,
                "status": "active",
                "code": {"coding": [{"system": system, "code": code}]},
            }
        )
        for code in ("hund", "to-pleiere", "smitte", "hlr-minus", "fall")
    ]
    allergy = stored({"resourceType": "AllergyIntolerance", "id": "a", "code": {"text": "Penisillin"}})
    twin = stored(person(id="p2"), patient="p2")
    held = files(stored(person()), *flags, allergy, twin)
    shown = made(visit(), visit("v2", "p2"), held=held)
    words = [alert.word for alert in shown.visits[0].warnings]
    assert words == ["CAVE", "HLR min.", "SMITTE", "2 PLEIERE", "NAVN", "FALL", "HUND"]


def task(
    id_: str, status: str = "requested", focus: str = "Appointment/v1", **fields: object
) -> StoredResource:
    base = {"resourceType": "Task", "id": id_, "status": status, "description": id_, **fields}
    return stored(base | ({"focus": {"reference": focus}} if focus else {}))


def test_tasks_are_counted_where_they_belong() -> None:
    period = {"start": "2026-11-24T08:15:00+01:00", "end": "2026-11-24T08:17:00+01:00"}
    held = files(
        stored(person()),
        task("måle"),
        task("gi", "completed", executionPeriod=period),
        task("avlyst", "cancelled"),
        task("annet", focus="Appointment/v7"),
        task("løs", focus=""),
        task("ferdig løs", "completed", focus=""),
        task("full adresse", focus="http://j/fhir/Appointment/v1/_history/2"),
    )
    shown = made(visit(), held=held)
    assert (shown.visits[0].tasks_done, shown.visits[0].tasks_all) == (1, 4)
    rows = build_chart(held["p1"], shown, "v1", (), NOW).tasks
    assert {row.text: row.done for row in rows} == {
        "gi": True,
        "måle": False,
        "løs": False,
        "full adresse": False,
    }
    done_at = next(row.done_at for row in rows if row.done)
    assert done_at == datetime(2026, 11, 24, 7, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "with_draft", "mark"),
    [
        (EntryState.SIGNED, False, EntryState.SIGNED),
        (EntryState.UNKNOWN, True, EntryState.UNKNOWN),
        (EntryState.REFUSED, False, EntryState.REFUSED),
        (EntryState.DELIVERED, False, None),
        (EntryState.DELIVERED, True, EntryState.DRAFT),
        (EntryState.WITHDRAWN, False, None),
    ],
)
def test_the_unsent_mark_is_the_gravest_state(
    state: EntryState, mark: EntryState | None, *, with_draft: bool
) -> None:
    parts = note_parts(draft(EntryKind.NOTE, {"text": "x"}), KARI, CountingIds(), NOW)
    held = {"p1": PatientFile("p1", [stored(person())], whole(), [signed(parts, EntryKind.NOTE, state)])}
    drafts = [DraftRecord("e2", EntryKind.NEWS2, "p1", "v1", NOW)] if with_draft else []
    shown = build_round(round_record("v1"), [stored(visit())], held, drafts, NOW)
    assert shown.visits[0].unsent is mark

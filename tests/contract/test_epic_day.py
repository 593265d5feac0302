"""A working day before a journal like a Nordic Epic: no versions, no identifiers kept, nothing compared but vital signs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cli.sync_json import as_json
from services.trouble import Trouble
from services.views import EntryKind, EntryState, NoticeCode
from tests.contract.day_room import EpicRoom, row_of, sign
from tui.screens.patient_pages import front_page, plan_page
from tui.text.ink import plain
from tui.widgets.sync_lines import sync_lines

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from services.views import Chart, RoundView, SyncView
    from services.workday import Workday
    from tui.text.ink import Line

MINUTES = 60.0
HOUR = 3600.0
OBSERVATION, NOTE = "/fhir/Observation", "/fhir/DocumentReference"


@pytest.fixture
def room(tmp_path: Path) -> EpicRoom:
    return EpicRoom(tmp_path)


async def passes(room: EpicRoom, day: Workday, count: int, seconds: float) -> None:
    """Let time pass and the outbox be gone through, several times."""
    for _ in range(count):
        room.clock.move(seconds)
        await day.sync()


def says_what_is_not_known(chart: Chart, taken: RoundView, report: SyncView, now: datetime) -> None:
    """The care plan is whole of the kinds that are asked for: said at its place, on the front, in the report, for scripts."""
    kinds = "Bare tiltaksplaner av disse typene hentes"

    def words(lines: list[Line]) -> str:
        return "\n".join(plain(one) for one in lines)

    front = words(front_page(chart, (), 80, now))
    assert "Tiltaksplan: bare noen typer" in front
    (whole,) = re.findall(r"Komplett:[^·]*", front)
    assert "mål" in whole
    assert "tiltaksplan" not in whole
    assert kinds in words(plan_page(chart, 80, now))
    assert kinds in words(plan_page(replace(chart, plan=()), 80, now))
    said = words(sync_lines(report, (), None, 80, now))
    assert "Alt det ble spurt om, kom ned." in said
    assert said.count(kinds) == 1
    assert not [row for row in (*taken.told, *chart.told) if row.code is NoticeCode.NAMED_KINDS]
    told = as_json(report)["notices"]
    assert {"code": "named-kinds", "patient": "", "resource": "CarePlan"} in told


@pytest.mark.parametrize("patient_list", ["Group/runde-kari-nordmann", "List/liste-kari-nordmann"])
async def test_round_and_charts_come_down_whole(tmp_path: Path, patient_list: str) -> None:
    """Every part of every chart, the care plan too, which must be asked for by its kind.

    Fault: F10, P3, P4, P9, S8.
    """
    room = EpicRoom(tmp_path, patient_list, everybody=True)
    day = await room.first_day()
    taken = await day.round()
    assert taken is not None
    assert (taken.complete, len(taken.visits)) == (True, taken.journal_count)
    charts = [await day.chart(v.patient_id, v.visit_id) for v in taken.visits]
    assert [s.name for chart in charts for s in chart.sections if not s.complete] == []
    assert all(chart.plan and chart.series for chart in charts)
    report = await day.sync_report()
    assert report is not None
    assert (report.profile, report.whole) == ("epic", True)
    says_what_is_not_known(charts[0], taken, report, room.clock.now())
    plans = room.line.asked.count(("GET", "/fhir/CarePlan"))
    room.line.asked.clear()
    await day.take_round(lambda _: None)
    patients = len({v.patient_id for v in taken.visits})
    assert room.line.asked.count(("GET", "/fhir/CarePlan")) == patients < plans  # refused once, not again
    await day.close()


async def test_what_was_signed_is_delivered(room: EpicRoom) -> None:
    """Eight measurements one by one, each under the id that a relative Location gave, and a note. Fault: H15."""
    day = await room.first_day()
    for kind, type_, parts in (
        (EntryKind.NEWS2, "Observation", 8),
        (EntryKind.NOTE, "DocumentReference", 1),
    ):
        entry, patient = await sign(day, kind)
        await day.sync()
        row = await row_of(day, entry)
        assert (row.state, len(row.journal_ids)) == (EntryState.DELIVERED, parts)
        there = {f"{type_}/{one['id']}" for one in room.filed(type_, patient)}
        assert set(row.journal_ids) <= there
        assert room.line.creates(type_) == parts
        await passes(room, day, 2, HOUR)
        assert (await row_of(day, entry)).changed == ()  # what the journal writes in its own way is no change
    await day.close()


@pytest.mark.parametrize("lost", ["drop-after-commit", "cut-body"])
async def test_vital_whose_answer_is_lost_is_read_back(room: EpicRoom, lost: str) -> None:
    """Three of eight answers never come back; the journal keeps no identifier, and each is known again by what it says.

    Fault: N7, N4, Q1, K9, K10.
    """
    day = await room.first_day()
    entry, patient = await sign(day, EntryKind.NEWS2)
    before = len(room.filed("Observation", patient))
    room.journal.fault(lost, method="POST", path=OBSERVATION, is_whole=True, times=3)
    await day.sync()
    assert (await row_of(day, entry)).state is EntryState.UNKNOWN
    await passes(room, day, 6, 5.0)
    row = await row_of(day, entry)
    assert (row.state, row.parts_done) == (EntryState.DELIVERED, 8)
    assert len(set(row.journal_ids)) == 8
    assert len(room.filed("Observation", patient)) == before + 8
    assert room.line.creates("Observation") == 8
    await day.close()


async def test_vital_that_is_processed_late_is_there_once(room: EpicRoom) -> None:
    """Not found; a person sends it again, and the first one is processed after all: refused, read back, one is there.

    Fault: Q3, Q9.
    """
    day = await room.first_day()
    entry, patient = await sign(day, EntryKind.NEWS2)
    before = len(room.filed("Observation", patient))
    room.journal.fault("drop-before-commit", method="POST", path=OBSERVATION, is_whole=True)
    await day.sync()
    await passes(room, day, 2, 3 * MINUTES)
    assert room.line.creates("Observation") == 1
    assert (await row_of(day, entry)).detail == "not-found-twice"
    await day.resend(entry)
    await room.line.arrive_late("Observation")
    await passes(room, day, 5, MINUTES)
    row = await row_of(day, entry)
    assert row.state is EntryState.DELIVERED
    assert len(room.filed("Observation", patient)) == before + 8
    await day.close()


async def test_vital_is_sent_again_by_itself_where_the_journal_is_configured_to_refuse_a_second(
    room: EpicRoom,
) -> None:
    """Not found twice; it goes again without a person, the first one is processed after all, and one is there. Fault: Q1, Q3."""
    room.refuses_known_vitals = True
    day = await room.first_day()
    entry, patient = await sign(day, EntryKind.NEWS2)
    before = len(room.filed("Observation", patient))
    room.journal.fault("drop-before-commit", method="POST", path=OBSERVATION, is_whole=True)
    await day.sync()
    await passes(room, day, 4, 3 * MINUTES)
    assert (await row_of(day, entry)).state is EntryState.DELIVERED
    await room.line.arrive_late("Observation", number=0)
    assert len(room.filed("Observation", patient)) == before + 8
    await day.close()


async def test_reading_that_exists_is_ours_only_if_it_says_the_same(room: EpicRoom) -> None:
    """Two write down a pulse of the same minute; the other one's stands there with another value.

    59189 is no proof that ours is there: it is read back, compared, and left to a person, who is told. Nothing is sent for ever.

    Fault: Q9, M6, D1.
    """
    day = await room.first_day()
    first, patient = await sign(day, EntryKind.NEWS2)
    await day.sync()
    assert (await row_of(day, first)).state is EntryState.DELIVERED
    second, _ = await sign(day, EntryKind.NEWS2, pulse="61")  # the same minute, all but the pulse the same
    before = len(room.filed("Observation", patient))
    await passes(room, day, 40, 10 * MINUTES)
    row = await row_of(day, second)
    assert (row.state, row.detail) == (EntryState.UNKNOWN, "other-value")
    sent = room.line.creates("Observation")
    await passes(room, day, 20, 10 * MINUTES)
    assert room.line.creates("Observation") == sent  # nothing is sent again and again without an end
    assert len(room.filed("Observation", patient)) == before
    await day.close()


async def test_note_whose_answer_is_lost_is_never_sent_again_by_itself(room: EpicRoom) -> None:
    """A day of passes, a client that ends and one that begins: one attempt. Then a person sends it again: one note.

    Fault: Q1, K9, D1.
    """
    day = await room.first_day()
    entry, patient = await sign(day, EntryKind.NOTE)
    before = len(room.filed("DocumentReference", patient))
    room.journal.fault("drop-before-commit", method="POST", path=NOTE, is_whole=True)
    await day.sync()
    await passes(room, day, 20, HOUR)
    await day.close()
    day = await room.again()
    await passes(room, day, 20, HOUR)
    row = await row_of(day, entry)
    assert (row.state, row.detail) == (EntryState.UNKNOWN, "not-found-twice")
    assert room.line.creates("DocumentReference") == 1
    with pytest.raises(Trouble):
        await day.withdraw(entry)
    await day.resend(entry)
    await passes(room, day, 2, MINUTES)
    assert (await row_of(day, entry)).state is EntryState.DELIVERED
    assert len(room.filed("DocumentReference", patient)) == before + 1
    await day.close()


async def test_note_whose_answer_is_lost_is_found_where_it_arrived(room: EpicRoom) -> None:
    """At once, or hours after everybody gave it up: known again by its text, settled by itself, one note.

    Fault: Q1, Q3, N4.
    """
    day = await room.first_day()
    entry, patient = await sign(day, EntryKind.NOTE)
    before = len(room.filed("DocumentReference", patient))
    room.journal.fault("drop-after-commit", method="POST", path=NOTE, is_whole=True)
    await day.sync()
    await passes(room, day, 1, 5.0)
    assert (await row_of(day, entry)).state is EntryState.DELIVERED
    late, _ = await sign(day, EntryKind.NOTE, text="Ny bandasje i morgen.")
    room.journal.fault("drop-before-commit", method="POST", path=NOTE, is_whole=True)
    await day.sync()
    await passes(room, day, 5, HOUR)
    assert (await row_of(day, late)).detail == "not-found-twice"
    await room.line.arrive_late("DocumentReference")
    await passes(room, day, 1, HOUR)
    assert (await row_of(day, late)).state is EntryState.DELIVERED
    assert len(room.filed("DocumentReference", patient)) == before + 2
    assert room.line.creates("DocumentReference") == 2
    await day.close()


async def test_person_says_which_note_it_is(room: EpicRoom) -> None:
    """The journal changed the text on its way in: not known again by itself, named by a person, and never sent again.

    Fault: Q8.
    """
    day = await room.first_day()
    entry, patient = await sign(day, EntryKind.NOTE)
    room.journal.fault("drop-after-commit", method="POST", path=NOTE, is_whole=True)
    await day.sync()
    (filed,) = [one for one in room.filed("DocumentReference", patient) if "2026-11-23" in one["date"]]
    filed["content"][0]["attachment"]["data"] = "U8OlciBzdGVsdC4gKGF2a29ydGV0KQ=="
    room.journal.acts.store(filed)
    await passes(room, day, 3, HOUR)
    assert (await row_of(day, entry)).state is EntryState.UNKNOWN
    await day.settle_as_there(entry, f"DocumentReference/{filed['id']}")
    await passes(room, day, 2, HOUR)
    row = await row_of(day, entry)
    assert (row.state, row.journal_ids) == (
        EntryState.DELIVERED,
        (f"DocumentReference/{filed['id']}",),
    )
    assert room.line.creates("DocumentReference") == 1
    await day.close()


async def test_text_that_the_journal_cut_is_seen_when_the_receipt_is_looked_at(room: EpicRoom) -> None:
    """It was acknowledged, and what is kept is shorter than what was signed: told on the outbox by the field. Fault: Q8."""
    day = await room.first_day()
    entry, patient = await sign(day, EntryKind.NOTE)
    await day.sync()
    assert (await row_of(day, entry)).changed == ()
    (filed,) = [one for one in room.filed("DocumentReference", patient) if "2026-11-23" in one["date"]]
    filed["content"][0]["attachment"]["data"] = "U8OlciBzdGVsdC4gKGF2a29ydGV0KQ=="
    room.journal.acts.store(filed)
    await passes(room, day, 2, HOUR)
    row = await row_of(day, entry)
    assert (row.state, row.changed) == (EntryState.DELIVERED, ("tekst",))
    await day.close()


async def test_encounter_that_is_closed_refuses_the_measurement_in_the_journals_words(room: EpicRoom) -> None:
    """A journal that wants an open encounter takes nothing, says why, and the entry stands as refused with it.

    Fault: Q10, H1.
    """
    day = await room.first_day()
    room.journal.conduct.is_strict = True
    entry, patient = await sign(day, EntryKind.NEWS2)
    before = len(room.filed("Observation", patient))
    await passes(room, day, 3, MINUTES)
    row = await row_of(day, entry)
    assert row.state is EntryState.REFUSED
    assert row.shown
    assert len(room.filed("Observation", patient)) == before
    assert room.line.creates("Observation") == 1
    room.journal.conduct.is_strict = False
    await day.send_now(entry)
    await passes(room, day, 1, MINUTES)
    assert (await row_of(day, entry)).state is EntryState.DELIVERED
    await day.close()

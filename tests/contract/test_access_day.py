"""Why a patient is opened: on the list, in the care team, or by emergency access that says why and ends by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from offline_cache.states import EntryKind
from sandbox.population.home_care import HOME_CARE
from sandbox.population.person_resources import patient_id
from services.access import Opened
from services.access_views import Approach
from services.entrance import Entrance
from services.outbox_views import Lookup
from services.trouble import Trouble, TroubleCode
from services.workday import Workday
from tests.contract.day_room import DayRoom, sign
from tests.contract.test_log_upload import copy_of

if TYPE_CHECKING:
    from pathlib import Path

    from offline_cache.audit import AuditRecord

WORDS = "Alarm fra naboen, funnet på gulvet"
HOUR = 3600.0


@pytest.fixture
def room(tmp_path: Path) -> DayRoom:
    """Return a journal with two on Kari's list and one more patient."""
    room = DayRoom(tmp_path)
    from ports.ids import SystemIds
    from sandbox.profiles import FULL
    from sandbox.seeding import Seeding

    Seeding(room.records, room.clock, SystemIds(), FULL)._lives(HOME_CARE[2:3])
    return room


OTHER = HOME_CARE[2]
OTHER_ID = patient_id(OTHER.key)


def log_of(day: Workday) -> list[AuditRecord]:
    assert day._session is not None
    return day._session.store.audit.records()


def is_here(day: Workday, patient: str) -> bool:
    """Tell whether the cache holds anything of a patient."""
    assert day._session is not None
    return patient in day._session.store.purges.charted()


async def test_who_is_not_on_the_list_is_found_but_not_opened_without_a_reason(room: DayRoom) -> None:
    day = await room.first_day()
    (found,) = (await day.search_patients(number=OTHER.number)).rows
    assert (found.patient_id, found.agrees) == (OTHER_ID, ("number",))
    assert await day.approach(OTHER_ID) is Approach.NEEDS_REASON
    with pytest.raises(Trouble) as refused:
        await day.chart(OTHER_ID)
    assert refused.value.code is TroubleCode.NOT_CACHED
    assert not is_here(day, OTHER_ID)
    search, not_opened = log_of(day)[-2:]
    assert (search.action, search.detail) == ("search", "number")
    assert (not_opened.action, not_opened.basis) == ("open-refused", "no-reason")
    await day.close()


async def test_a_search_says_by_what_it_was_made_and_never_what_was_typed(room: DayRoom) -> None:
    day = await room.first_day()
    family = OTHER.family
    assert OTHER_ID in {
        one.patient_id for one in (await day.search_patients(name=family, birth_date=OTHER.born)).rows
    }
    assert await day.search_patients(name="Ingen Slik") == Lookup((), is_more=False)
    assert [row.detail for row in log_of(day) if row.action == "search"] == ["name,birth_date", "name"]
    with pytest.raises(Trouble) as nothing:
        await day.search_patients(birth_date=OTHER.born)
    assert nothing.value.code is TroubleCode.DRAFT_INCOMPLETE
    urls = [path for _, path in room.line.asked]
    assert not [one for one in urls if OTHER.number in one]
    await day.close()


@pytest.mark.parametrize(
    ("code", "words", "hours"),
    [
        ("acute", "haster", 4),
        ("acute", "         .", 4),
        ("", WORDS, 4),
        ("acute", WORDS, 0),
        ("acute", WORDS, 5),
    ],
)
async def test_a_reason_that_is_not_whole_opens_nothing_and_asks_nothing(
    room: DayRoom, code: str, words: str, hours: int
) -> None:
    day = await room.first_day()
    asked = len(room.line.asked)
    with pytest.raises(Trouble) as refused:
        await day.open_emergency(OTHER_ID, code, words, hours)
    assert refused.value.code is TroubleCode.REASON_INCOMPLETE
    assert len(room.line.asked) == asked
    assert "emergency-begin" not in {row.action for row in log_of(day)}
    await day.close()


async def test_emergency_access_is_logged_before_the_journal_is_asked_for_anything(room: DayRoom) -> None:
    """With the network gone the reason stands in the log, nothing is shown, and the access is over."""
    day = await room.first_day()
    room.journal.fault("drop", path="/fhir/Patient", times=0)
    with pytest.raises(Trouble) as lost:
        await day.open_emergency(OTHER_ID, "acute", WORDS, 2)
    assert lost.value.code is TroubleCode.JOURNAL_UNREACHABLE
    assert [row.action for row in log_of(day)][-4:-2] == ["emergency-begin", "emergency-end"]
    assert day.status().accesses == ()
    with pytest.raises(Trouble):
        await day.chart(OTHER_ID)
    await day.close()


async def test_emergency_access_shows_the_chart_ends_by_itself_and_leaves_nothing(room: DayRoom) -> None:
    """Signed within it, the note is delivered; after the end only what the clinician wrote is left here."""
    day = await room.first_day()
    await day.open_emergency(OTHER_ID, "acute", WORDS, 2)
    chart = await day.chart(OTHER_ID)
    assert chart.banner.patient_id == OTHER_ID
    (begun,) = day.status().accesses
    assert day.status().emergency(OTHER_ID) == begun
    told = {action for _, action in copy_of(room)}
    assert "emergency-begin" in told  # the journal knows at once
    opened = next(row for row in log_of(day) if row.action == "open-patient")
    assert opened.basis == "emergency:acute"
    draft = await day.new_draft(EntryKind.NOTE, OTHER_ID, "")
    draft = await day.save_draft(replace(draft, fields={"text": "Fant pasienten."}))
    entry = await day.sign(draft.entry_id)
    await day.send_now(entry.entry_id)
    await day.sync()
    assert day._retaining is not None
    room.clock.move(2 * HOUR - 60)
    await day._retaining.look()
    assert (await day.chart(OTHER_ID, again=True)).banner.patient_id == OTHER_ID
    room.clock.move(61)
    with pytest.raises(Trouble) as over:
        await day.chart(OTHER_ID, again=True)
    assert over.value.code is TroubleCode.ACCESS_ENDED
    await day._retaining.look()
    assert not is_here(day, OTHER_ID)
    with pytest.raises(Trouble) as gone:
        await day.show_address(OTHER_ID)
    assert gone.value.code is TroubleCode.NO_REASON
    assert day._reading is not None
    assert day._reading.round() is not None  # the list stays, with those on it
    assert {"emergency-end", "purge"} <= {row.action for row in log_of(day)}
    assert [row.entry_id for row in await day.outbox()] == [entry.entry_id]
    await day.close()


async def test_a_round_that_is_taken_meanwhile_purges_nobody_who_is_open_in_an_emergency(
    room: DayRoom,
) -> None:
    day = await room.first_day()
    await day.open_emergency(OTHER_ID, "acute", WORDS, 2)
    await day.take_round(lambda _: None)
    assert is_here(day, OTHER_ID)
    await day.close()
    again = await room.again()
    assert (await again.chart(OTHER_ID)).banner.patient_id == OTHER_ID  # a restart does not end it
    assert len(again.status().accesses) == 1
    await again.close()


async def test_an_access_that_ended_while_the_program_was_closed_leaves_nothing_at_the_next_start(
    room: DayRoom,
) -> None:
    day = await room.first_day()
    await day.open_emergency(OTHER_ID, "acute", WORDS, 1)
    await day.chart(OTHER_ID)
    await day.close()
    room.clock.move(HOUR + 1)
    again = await room.again()
    assert not is_here(again, OTHER_ID)
    assert again.status().accesses == ()
    assert "emergency-end" in {row.action for row in log_of(again)}
    await again.close()


async def test_a_clock_that_is_put_back_before_the_access_began_ends_it(room: DayRoom) -> None:
    """Nobody can tell then how long it has lasted; the log's last row holds the time meanwhile."""
    day = await room.first_day()
    await day.open_emergency(OTHER_ID, "acute", WORDS, 1)
    room.clock.move(HOUR - 60)
    await day.chart(OTHER_ID)  # it was this late already
    room.clock.move(-30 * 24 * HOUR)
    with pytest.raises(Trouble) as over:
        await day.chart(OTHER_ID)
    assert over.value.code is TroubleCode.ACCESS_ENDED
    await day.close()


async def test_in_the_journals_care_team_no_emergency_is_needed(room: DayRoom) -> None:
    day = await room.first_day()
    team = {
        "resourceType": "CareTeam",
        "id": "team",
        "status": "active",
        "subject": {"reference": f"Patient/{OTHER_ID}"},
        "participant": [{"member": {"reference": "Practitioner/kari-nordmann"}}],
    }
    room.journal.acts.store(team)
    assert await day.approach(OTHER_ID) is Approach.OPEN
    await day.chart(OTHER_ID)
    assert log_of(day)[-1].basis == "care-relation:CareTeam/team"
    assert day.status().emergency(OTHER_ID) is None
    await day.close()


@pytest.mark.parametrize(
    ("period", "of_team", "is_mine"),
    [
        ({"end": "2026-11-22"}, False, False),
        ({"end": "2026-11-23"}, False, True),
        ({"end": "2026-10"}, False, False),
        ({"end": "2026"}, False, True),
        ({"end": "2026-11-23T08:59:00+01:00"}, False, False),
        ({"end": "avsluttet"}, False, False),
        ({"start": "2026-11-24"}, False, False),
        ({"end": "2026-11-22"}, True, False),
        ({"start": "2026-11-01", "end": "2026-12-01T00:00:00Z"}, True, True),
    ],
)
async def test_who_was_in_the_care_team_or_will_be_is_not_in_it(
    room: DayRoom, period: dict[str, str], *, of_team: bool, is_mine: bool
) -> None:
    day = await room.first_day()
    assert room.clock.now() == datetime(2026, 11, 23, 8, tzinfo=UTC)
    participant = {"member": {"reference": "Practitioner/kari-nordmann"}}
    team = {
        "resourceType": "CareTeam",
        "id": "team",
        "status": "active",
        "subject": {"reference": f"Patient/{OTHER_ID}"},
        "participant": [participant if of_team else {**participant, "period": period}],
        **({"period": period} if of_team else {}),
    }
    room.journal.acts.store(team)
    assert await day.approach(OTHER_ID) is (Approach.OPEN if is_mine else Approach.NEEDS_REASON)
    await day.close()


async def test_without_a_cache_emergency_access_ends_by_itself_too(room: DayRoom) -> None:
    """There is no lease then, and the time of the access is looked at all the same: the screens are told, and nothing is left."""
    setup = replace(room.setup(), no_cache=True)
    day = Workday(setup)
    day._entrance = Entrance(setup, None)
    await day.people()
    await day.sign_in("kari-nordmann")
    await day.take_round(lambda _: None)
    await day.open_emergency(OTHER_ID, "acute", WORDS, 1)
    await day.chart(OTHER_ID)
    assert len(day.status().accesses) == 1
    assert day._retaining is not None
    told = asyncio.Event()
    stop = day.listen(lambda: None if day.status().accesses else told.set())
    room.clock.move(HOUR)
    looking = asyncio.create_task(day._retaining.run(day._refresh_status))
    await asyncio.wait_for(told.wait(), 20)
    looking.cancel()
    stop()
    assert not is_here(day, OTHER_ID)
    assert await day.round() is not None
    await day.close()


async def test_on_the_list_the_visit_is_the_reason_whatever_visit_is_named(room: DayRoom) -> None:
    day = await room.first_day()
    taken = await day.round()
    assert taken is not None
    first, second = (
        taken.visits[0],
        next(v for v in taken.visits if v.patient_id != taken.visits[0].patient_id),
    )
    await day.chart(first.patient_id, first.visit_id)
    assert log_of(day)[-1].basis == f"Appointment/{first.visit_id}"
    await day.chart(first.patient_id, second.visit_id)
    named = log_of(day)[-1].basis.removeprefix("Appointment/")
    assert named in {one.visit_id for one in taken.visits if one.patient_id == first.patient_id}
    await day.close()


async def test_no_row_in_the_log_no_patient_shown(room: DayRoom) -> None:
    """Neither a row that was never written, nor another patient's, nor another act's gives a chart."""
    day = await room.first_day()
    taken = await day.round()
    assert taken is not None
    visit, other = (
        taken.visits[0],
        next(v for v in taken.visits if v.patient_id != taken.visits[0].patient_id),
    )
    await sign(day, EntryKind.NOTE)
    assert day._reading is not None
    reading = day._reading
    opened = reading.access.open(visit.patient_id, visit.visit_id)
    assert reading.shown(opened).banner.patient_id == visit.patient_id
    for patient, sequence in (
        (visit.patient_id, 10_000),
        (other.patient_id, opened.sequence),
        (visit.patient_id, 1),
    ):
        with pytest.raises(Trouble) as refused:
            reading.shown(Opened(patient, "", opened.reason, sequence))
        assert refused.value.code is TroubleCode.NO_AUDIT
    await day.close()


@pytest.mark.parametrize("is_signed", [True, False], ids=["signed", "draft"])
async def test_off_the_list_what_was_written_is_a_relation_until_the_chart_is_gone(
    room: DayRoom, *, is_signed: bool
) -> None:
    """Signed or still a draft: it may be finished, also after a lock, and it opens nothing that must be fetched."""
    day = await room.first_day()
    if is_signed:
        _, patient = await sign(day, EntryKind.NOTE)
    else:
        taken = await day.round()
        assert taken is not None
        patient = taken.visits[0].patient_id
        await day.chart(patient, taken.visits[0].visit_id)
        draft = await day.new_draft(EntryKind.NOTE, patient, taken.visits[0].visit_id)
        await day.save_draft(replace(draft, fields={"text": "Halvferdig."}))
    await day.close()
    day = await room.again()
    assert day._session is not None
    day._session.store.scopes.forget_round()
    await day.chart(patient)
    assert log_of(day)[-1].basis.startswith("care-relation:entry/")
    assert day._reading is not None
    assert not day._reading.access.may_fetch(patient)
    with pytest.raises(Trouble) as refused:
        day._reading.access.open("somebody", "")
    assert refused.value.code is TroubleCode.NO_REASON
    await day.close()

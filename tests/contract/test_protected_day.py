"""Address grades, blocked parts, missing courses and environments, through a nurse's whole day."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from offline_cache.states import EntryKind, EntryState
from sandbox.population.home_care import HOME_CARE
from sandbox.population.person_resources import patient_id
from services.access_views import HIDDEN
from services.address import BLOCKED
from services.entrance import Entrance
from services.sign_in_terms import SignInTerms
from services.trouble import Trouble, TroubleCode
from services.views import Environment
from services.workday import Workday
from tests.contract.day_room import DayRoom, row_of, sign
from tests.working_day import PIN

if TYPE_CHECKING:
    from pathlib import Path

GRADE = "http://feltjournal.example/fhir/StructureDefinition/adressebeskyttelse"
ONE = patient_id(HOME_CARE[0].key)


@pytest.fixture
def room(tmp_path: Path) -> DayRoom:
    return DayRoom(tmp_path)


def rewrite(room: DayRoom, type_: str, id_: str, **changes: Any) -> None:
    """Change a resource in the journal, behind the clients' backs."""
    standing = room.records.read(type_, id_)
    assert standing is not None
    body = {**json.loads(standing.body), **changes}
    with room.records.writing(room.clock.now()) as writing:
        writing.update(type_, id_, json.dumps(body).encode(), if_match=f'W/"{standing.number}"')


def graded(room: DayRoom, grade: str) -> str:
    """Give the first patient an address grade; return the street that must not be seen."""
    rewrite(room, "Patient", ONE, extension=[{"url": GRADE, "valueCode": grade}])
    return HOME_CARE[0].street


def cached(day: Workday) -> bytes:
    """Return every body of the cache."""
    assert day._session is not None
    rows = day._session.store._engine.run("SELECT body FROM resource")
    return b"\n".join(row[0] for row in rows if isinstance(row[0], bytes))


def actions(day: Workday) -> list[str]:
    assert day._session is not None
    return [row.action for row in day._session.store.audit.records()]


async def test_grade_7_is_shown_on_a_key_that_is_logged_first_and_is_kept_nowhere(room: DayRoom) -> None:
    street = graded(room, "fortrolig")
    day = await room.first_day()
    chart = await day.chart(ONE)
    assert (chart.address, chart.access) == (HIDDEN, "")
    assert "show-address" not in actions(day)
    shown = await day.show_address(ONE)
    assert street in shown
    assert actions(day)[-1] == "show-address"
    assert street.encode() not in cached(day)
    room.journal.fault("drop", path="/fhir/Patient", times=0)
    with pytest.raises(Trouble) as offline:
        await day.show_address(ONE)
    assert offline.value.code is TroubleCode.JOURNAL_UNREACHABLE
    assert actions(day).count("show-address") == 2  # it was asked for
    await day.close()


@pytest.mark.parametrize("grade", ["strengt-fortrolig", "noe nytt"])
async def test_grade_6_and_what_is_not_known_is_never_shown_nor_kept(room: DayRoom, grade: str) -> None:
    street = graded(room, grade)
    day = await room.first_day()
    assert (await day.chart(ONE)).address == BLOCKED
    assert await day.show_address(ONE) == BLOCKED
    assert street.encode() not in cached(day)
    (found,) = (await day.search_patients(number=HOME_CARE[0].number)).rows
    assert found.address == BLOCKED
    taken = await day.round()
    assert taken is not None
    assert street not in repr(taken)
    await day.close()


async def test_without_a_reason_no_address_is_shown(room: DayRoom) -> None:
    day = await room.first_day()
    with pytest.raises(Trouble) as refused:
        await day.show_address("somebody-else")
    assert refused.value.code is TroubleCode.NO_REASON
    await day.close()


async def test_a_note_that_the_patient_blocks_is_shown_as_blocked_and_leaves_the_cache(room: DayRoom) -> None:
    """Blocked after it had come down: the next round takes the text away, and that it is there stays."""
    day = await room.first_day()
    notes = [note for note in (await day.chart(ONE)).notes if note.text]
    first = notes[0]
    label = {"security": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9603", "code": "NORS"}]}
    rewrite(room, "DocumentReference", first.note_id, meta=label)
    room.clock.move(60.0)
    await day.take_round(lambda _: None)
    chart = await day.chart(ONE)
    (blocked,) = [note for note in chart.notes if note.note_id == first.note_id]
    assert (blocked.text, blocked.unreadable) == ("", "Sperret: dokument")
    assert len(chart.notes) == len(notes)
    assert first.text not in repr(chart)
    (news,) = [row for row in chart.news if row.id == first.note_id]
    assert (news.author, news.title) == ("", "")  # who wrote it is a part of what is blocked
    await day.close()


def with_terms(room: DayRoom, *courses: str, environment: Environment = Environment.TRAINING) -> Workday:
    """Return a client on the same folders whose organisation demands courses, in an environment."""
    setup = room.setup()
    address = replace(setup.journal, terms=SignInTerms(courses=courses), environment=environment)
    day = Workday(replace(setup, journal=address))
    day._entrance = Entrance(day._setup, None)
    return day


async def test_a_course_that_is_demanded_since_shows_no_patient_at_unlock_and_still_sends(
    room: DayRoom,
) -> None:
    """What is missing is named; what was signed before is delivered all the same."""
    day = await room.first_day()
    entry, _ = await sign(day, EntryKind.NOTE)
    await day.close()
    day = with_terms(room, "hjemmesykepleie", "legemidler")
    await day.door()
    await day.unlock(PIN)
    for look in (
        day.round(),
        day.chart(ONE),
        day.search_patients(name="Hansen"),
        day.drafts(),
        day.take_round(print),
    ):
        with pytest.raises(Trouble) as refused:
            await look
        assert (refused.value.code, refused.value.details) == (
            TroubleCode.COURSE_MISSING,
            {"courses": "legemidler"},
        )
    await day.sync()
    assert (await row_of(day, entry)).state is EntryState.DELIVERED
    await day.close()
    day = with_terms(room, "hjemmesykepleie")
    await day.door()
    await day.unlock(PIN)
    assert await day.round() is not None
    await day.close()


async def test_what_was_made_in_training_is_not_opened_as_the_journal_in_use(room: DayRoom) -> None:
    day = await room.first_day()
    await sign(day, EntryKind.NOTE)
    await day.close()
    for environment in (Environment.PRODUCTION, Environment.TEST):
        other = with_terms(room, environment=environment)
        await other.door()
        with pytest.raises(Trouble) as refused:
            await other.unlock(PIN)
        assert refused.value.code is TroubleCode.CACHE_SWAPPED
        await other.close()
    again = await room.again()
    assert len(await again.outbox()) == 1
    await again.close()

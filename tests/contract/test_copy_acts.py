"""What is handed to the clipboard stands in the log first; off by itself, and never of somebody who is not in sight."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from offline_cache.errors import StoreFull
from sandbox.population.home_care import HOME_CARE
from sandbox.population.person_resources import patient_id
from services.entrance import Entrance
from services.trouble import TroubleCode
from services.workday import Workday
from tests.contract.day_room import DayRoom
from tests.contract.test_log_upload import copy_of
from tests.retention_day import HOUR, refused

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = (patient_id(life.key) for life in HOME_CARE[:2])


@pytest.fixture
def room(tmp_path: Path) -> DayRoom:
    return DayRoom(tmp_path)


async def a_day(room: DayRoom) -> Workday:
    """Return a client of an organisation that allows the clipboard, with the first patient in sight."""
    day = await room.first_day()
    day._setup = replace(day._setup, clipboard=True)
    await day.chart(ONE)
    return day


def copies(day: Workday) -> list[tuple[str, str]]:
    """Return patient and detail of every row of the clipboard."""
    assert day._session is not None
    log = day._session.store.audit
    log.verify()
    return [(row.patient, row.detail) for row in log.records() if row.action == "copy"]


async def test_what_and_how_much_is_in_the_log_and_with_the_journal(room: DayRoom) -> None:
    day = await a_day(room)
    await day.note_copied(ONE, "note", 42)
    assert copies(day) == [(ONE, "note 42")]
    await day.sync()
    assert "copy" in {action for _, action in copy_of(room)}
    await day.close()


async def test_by_itself_nothing_may_be_copied(room: DayRoom) -> None:
    day = await room.first_day()
    await day.chart(ONE)
    assert not day.may_copy
    assert await refused(day.note_copied(ONE, "note", 42)) is TroubleCode.COPY_OFF
    assert copies(day) == []
    await day.close()


async def test_only_of_who_is_in_sight_and_while_they_may_be_read(room: DayRoom) -> None:
    day = await a_day(room)
    assert await refused(day.note_copied(TWO, "note", 42)) is TroubleCode.NO_REASON
    room.clock.move(30 * HOUR)
    assert await refused(day.note_copied(ONE, "note", 42)) is TroubleCode.LEASE_ENDED
    assert copies(day) == []
    await day.close()


async def test_what_cannot_be_logged_is_not_copied(room: DayRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    day = await a_day(room)
    assert day._session is not None

    def full(*_: object, **__: object) -> None:
        raise StoreFull("no room")

    with monkeypatch.context() as patched:
        patched.setattr(day._session.store.audit, "append", full)
        assert await refused(day.note_copied(ONE, "note", 42)) is TroubleCode.DISK_FULL
    await day.close()


async def test_without_a_cache_the_journal_is_told_first(room: DayRoom) -> None:
    setup = replace(room.setup(), no_cache=True, clipboard=True)
    day = Workday(setup)
    day._entrance = Entrance(setup, None)
    await day.people()
    await day.sign_in("kari-nordmann")
    await day.take_round(lambda _: None)
    await day.chart(ONE)
    await day.note_copied(ONE, "readings", 7)
    told = [json.loads(one.content) for one in room.line.sent if one.url.path.endswith("/AuditEvent")]
    assert len(told) == 2
    assert told[-1]["type"]["code"] == "110106"
    assert await refused_when_the_journal_is_gone(room, day) is TroubleCode.NO_AUDIT
    await day.close()


async def refused_when_the_journal_is_gone(room: DayRoom, day: Workday) -> TroubleCode:
    """Return how it is refused where the journal takes no row."""
    room.journal.fault("drop", path="/fhir/AuditEvent", times=0)
    return await refused(day.note_copied(ONE, "readings", 7))

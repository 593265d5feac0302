"""A chart is read without the charts of the others of the round, and says what it says with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks.statements import counted
from services.chart import build_chart
from services.reading import CHART_TYPES
from tests.working_day import first_day

if TYPE_CHECKING:
    from tests.contract.machine import Machine

pytestmark = pytest.mark.usefixtures("running_journal")


async def test_every_chart_of_the_round_is_the_one_that_the_whole_round_gives(machine: Machine) -> None:
    day = await first_day(machine.folder)
    reading = day._reader()
    shown = reading.round()
    assert shown is not None
    alike = 0
    for visit in shown.visits:
        found = reading.unshown(visit.patient_id, visit.visit_id)
        whole = build_chart(
            reading.file(visit.patient_id), shown, visit.visit_id, found.entries, reading._clock.now()
        )
        assert found.visit == replace(visit, news=0)
        assert replace(found, news=(), told=()) == replace(whole, visit=found.visit)
        alike += bool(found.banner.look_alikes)
    assert alike >= 2
    await day.close()


async def test_of_the_others_no_more_is_read_than_their_names(machine: Machine) -> None:
    day = await first_day(machine.folder)
    reading = day._reader()
    shown = reading.round()
    assert shown is not None
    assert day._session is not None
    with counted(day._session.store) as statements:
        reading.unshown(shown.visits[0].patient_id, shown.visits[0].visit_id)
    charts = [text for text in statements.by_text if "FROM resource WHERE patient = ? AND type = ?" in text]
    assert len(shown.visits) > 5
    assert sum(statements.count[text] for text in charts) == len(CHART_TYPES)
    await day.close()

"""The whole client on an engine that nobody here wrote: a round down, entries up, answers lost, each there exactly once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from offline_cache.states import EntryState as PartState
from services.trouble import Trouble
from services.views import EntryKind, EntryState, NoticeCode
from tests.contract.engines.bench import opened
from tests.contract.engines.ward import PEOPLE, Ward, parts_of, sign

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from services.workday import Workday
    from tests.contract.engines.houses import Houses

pytestmark = [pytest.mark.xdist_group("engines"), pytest.mark.needs("fhir-router")]
_READ_BACK = 60.0
_TRIES = 6


@pytest.fixture(params=["each", "whole"])
async def ward(request: pytest.FixtureRequest, houses: Houses, tmp_path: Path) -> AsyncIterator[Ward]:
    async with opened(houses.router.bench(request.param)) as bench:
        made = Ward(bench, tmp_path)
        await made.lay_in()
        yield made


async def _until_delivered(ward: Ward, day: Workday, count: int) -> None:
    """Let time pass and passes be made until every entry is in the journal; give up after a few."""
    for _ in range(_TRIES):
        await day.sync()
        if [row.state for row in await day.outbox()] == [EntryState.DELIVERED] * count:
            return
        ward.clock.move(_READ_BACK)
    pytest.fail(f"still {[(row.state, row.detail) for row in await day.outbox()]}")


async def _each_part_once(ward: Ward, day: Workday, entries: list[str]) -> None:
    """Every part is there once, under the id that the client was told."""
    for entry in entries:
        for part in await parts_of(day, entry):
            assert [one.id for one in await ward.in_journal(part)] == [part.server_id]


async def test_a_round_comes_down_whole(ward: Ward) -> None:
    day = await ward.open_day(first=True)
    taken = await day.take_round(lambda _: None)
    assert (taken.complete, taken.journal_count, len(taken.visits)) == (True, len(PEOPLE), len(PEOPLE))
    chart = await day.chart(taken.visits[0].patient_id, taken.visits[0].visit_id)
    assert [reading.text for series in chart.series for reading in series.readings] == ["72", "70"]
    await day.close()


async def test_what_was_signed_is_there_once_though_answers_were_lost(ward: Ward) -> None:
    """NEWS2 of eight parts and notes on three patients; of the first four writes no answer comes back.

    Fault: Q1, K9, V1.
    """
    day = await ward.open_day(first=True)
    await day.take_round(lambda _: None)
    before = await ward.count("Observation")
    kinds = [(EntryKind.NEWS2, 0), (EntryKind.NOTE, 0), (EntryKind.NEWS2, 1), (EntryKind.NOTE, 2)]
    entries = [await sign(day, kind, visit) for kind, visit in kinds]
    ward.bench.line.losing = 4
    await _until_delivered(ward, day, len(entries))
    assert ward.bench.line.lost == 4
    await _each_part_once(ward, day, entries)
    assert await ward.count("Observation") == before + 2 * 8
    assert await ward.count("DocumentReference") == 2
    await day.close()


async def test_a_client_that_ends_after_a_lost_answer_is_followed_by_one_that_asks(ward: Ward) -> None:
    """The answer is lost, the client is closed, another opens the same cache: it reads back and sends nothing twice.

    Fault: K9, K10, Q1.
    """
    day = await ward.open_day(first=True)
    await day.take_round(lambda _: None)
    entry = await sign(day, EntryKind.NEWS2, 1)
    ward.bench.line.losing = 1
    await day.sync()
    assert [row.state for row in await day.outbox()] == [EntryState.UNKNOWN]
    await day.close()
    ward.clock.move(_READ_BACK)
    day = await ward.open_day()
    await _until_delivered(ward, day, 1)
    await _each_part_once(ward, day, [entry])
    await day.close()


async def test_a_chart_that_the_engine_cuts_short_is_not_called_whole(ward: Ward) -> None:
    """The engine gives a full page, the true `total`, and no `next`: that it kept something back is told.

    Fault: P4, P10.
    """
    for pulse in range(130):
        value = {"value": 60 + pulse % 40, "unit": "/min"}
        at = (ward.clock.now() - timedelta(hours=pulse)).isoformat()
        reading = ward.bench.reading(valueQuantity=value, effectiveDateTime=at)
        await ward.bench.client.create("Observation", json.dumps(reading).encode())
    day = await ward.open_day(first=True)
    taken = await day.take_round(lambda _: None)
    assert not taken.complete
    report = await day.sync_report()
    assert report is not None
    told = [row for row in report.told if row.code is NoticeCode.PART_CUT_OFF]
    assert [(row.patient_id, row.detail) for row in told] == [(ward.bench.subject, "vitals")]
    charts = [await day.chart(visit.patient_id, visit.visit_id) for visit in taken.visits]
    lacking = [[s.reason for s in chart.sections if not s.complete] for chart in charts]
    assert sorted(lacking) == [[], [], ["cut-off"]]
    await day.close()


async def test_what_an_engine_keeps_of_a_refused_entry_is_not_called_refused(ward: Ward) -> None:
    """One part is there twice, so the engine refuses in the middle; in mode `whole` it refuses all and keeps the first ones.

    Fault: Q1, H17.
    """
    day = await ward.open_day(first=True)
    await day.take_round(lambda _: None)
    entry = await sign(day, EntryKind.NEWS2, 1)
    parts = await parts_of(day, entry)
    for _ in range(2):
        double = ward.bench.reading(f"urn:uuid:{parts[4].op_id}")
        await ward.bench.client.create("Observation", json.dumps(double).encode())
    await day.sync()
    for part in await parts_of(day, entry):
        there = [one.id for one in await ward.in_journal(part)]
        assert part.server_id or len(there) != 1 or part.state is PartState.UNKNOWN
    with pytest.raises(Trouble):
        await day.withdraw(entry)
    await day.close()

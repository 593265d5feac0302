"""What a sync without news costs, counted: the questions must not grow with the patients, nor the bytes with the charts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.pull_room import a_round, full

if TYPE_CHECKING:
    from client.capability import Capabilities

LATER = timedelta(hours=1)


@pytest.mark.parametrize(
    ("can", "requests"), [(full("_deleted"), 25), (full(), 25)], ids=["tombstones", "counts"]
)
@pytest.mark.parametrize("patients", [11, 30])
async def test_quiet_sync_asks_25_questions_for_any_number_of_patients(
    patients: int, can: Capabilities, requests: int
) -> None:
    store, journal = a_round(can, patients)
    journal.at += LATER
    pull = journal.take(store)
    await pull.round()
    journal.at += LATER
    journal.about("Flag", "news", "p1", status="active")  # an hour after everything else
    await pull.round()
    await pull.round()
    report = store.reports.last()
    assert report is not None
    assert report.whole
    assert report.requests == requests
    assert not any(p.came or p.changed or p.gone for p in report.patients)


@pytest.mark.parametrize(("patients", "requests"), [(2, 27), (12, 60), (30, 116)])
async def test_first_reading_asks_for_the_most_of_the_patients_together(patients: int, requests: int) -> None:
    """3 for the statement and the list, 10 for each of two patients and of every ten more, 3 to prove the comma.

    Those who have neither measurements nor notes, as here, are asked for their newest ones, two questions for each.
    """
    store, journal = a_round(full(), patients)
    await journal.take(store).round()
    report = store.reports.last()
    assert report is not None
    assert report.whole
    assert report.requests == requests


async def test_quiet_sync_grows_with_what_changed_and_not_with_what_is_here() -> None:
    costs = []
    for patients in (2, 40):
        store, journal = a_round(full("_deleted"), patients)
        pull = journal.take(store)
        await pull.round()
        journal.at += LATER
        journal.about("Flag", "news", "p1", status="active")
        for _ in range(3):  # the questions before that of the news hear its stamp in the sync after it
            await pull.round()
        report = store.reports.last()
        assert report is not None
        costs.append((report.requests, report.received))
    (few, bytes_of_few), (many, bytes_of_many) = costs
    assert few == many == 25
    assert abs(bytes_of_few - bytes_of_many) < 10  # the digits of a version number


async def test_twenty_reports_are_kept() -> None:
    store, journal = a_round(full("_deleted"), 1)
    pull = journal.take(store)
    for _ in range(23):
        await pull.round()
    assert len(store.reports.all()) == 20

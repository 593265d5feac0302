"""A purge between the list and the end of its charts: the hard end may come while the journal is being asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from offline_cache.chart_parts import CHART_PARTS
from offline_cache.purges import PurgeReason
from offline_cache.retention import Retention
from tests.pull_room import ME, Shift, a_round, full
from tests.store_room import HandClock

if TYPE_CHECKING:
    from offline_cache.scopes import RoundRecord
    from offline_cache.store import Store
    from tests.pull_room import Taking


def purge(store: Store) -> None:
    """Remove every chart, as at the hard end."""
    retention = Retention(store, HandClock(), actor=ME, is_sealed=lambda _: True, rewrite=lambda: None)
    retention.order_all(PurgeReason.HARD_END)
    assert retention.carry_out().gone


async def purged(store: Store, pull: Taking, *, when: str) -> RoundRecord:
    """Take the round, and purge when its list is in, or when the first of its charts is."""
    charts = iter((when == "first chart", False, False))
    return await pull.pull.take_round(
        Shift(),
        ME,
        lambda _: purge(store) if when == "list" else None,
        lambda *_: purge(store) if next(charts) else None,
    )


@pytest.mark.parametrize("when", ["list", "first chart"])
@pytest.mark.parametrize("is_first", [True, False], ids=["empty", "known"])
async def test_a_purge_while_the_charts_come_takes_no_visit_and_nothing_counts_as_whole_that_is_not(
    when: str, *, is_first: bool
) -> None:
    """What is there at the end is what is told."""
    store, journal = a_round(full())
    pull = journal.take(store)
    if not is_first:
        assert (await pull.round()).complete
    taken = await purged(store, pull, when=when)
    assert set(taken.visit_ids) == {"v1", "v2", "v3"}
    assert {store.resources.owner("Appointment", one) for one in taken.visit_ids} == {"p1", "p2", "p3"}
    assert {store.resources.owner("Patient", one) for one in ("p1", "p2", "p3")} == {"p1", "p2", "p3"}
    names = {part.name for part in CHART_PARTS}
    whole = all({m.name for m in store.scopes.sections(p)} == names for p in ("p1", "p2", "p3"))
    assert taken.complete == whole
    again = await pull.round()
    assert again.complete
    assert all(len(store.scopes.sections(p)) == len(names) for p in ("p1", "p2", "p3"))
    assert all(store.resources.of_patient(p, "MedicationRequest") for p in ("p1", "p2", "p3"))

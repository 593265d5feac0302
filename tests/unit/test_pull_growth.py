"""A sync costs what changed, however much the cache holds: counted in statements and in steps of SQLite's own machine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.growth import grow
from benchmarks.statements import Statements, counted
from client.outcome import Outcome
from offline_cache.left_out import UNPROVEN
from tests.pull_room import Kept, Taking, a_round, full
from tests.store_room import NOON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offline_cache.store import Store

LATER = timedelta(hours=1)
_GROWING = ("resource", "change", "part", "entry", "audit", "search_word", "conflict")
"""Tables that hold more the longer a cache lives; the others hold a few rows for each patient of the round."""


async def _ward() -> tuple[Store, Kept, Taking]:
    """Return a ward whose cursors have all heard the newest stamp."""
    store, journal = a_round(full("_deleted"), 3)
    pull = journal.take(store)
    await pull.round()
    journal.at += LATER
    journal.about("Flag", "news", "p1", status="active")
    for _ in range(25):  # more than the reports that are kept: their number has settled
        await pull.round()
    return store, journal, pull


async def _costs(*, news: bool) -> list[Statements]:
    """Sync at two sizes, once with nothing new and once with one prescription changed, always the same one."""
    store, journal, pull = await _ward()
    found = []
    for size in (50, 60, 70, 100, 5_000):
        grow(store, size, NOON, patients=3)
        if news:
            journal.at += LATER
            journal.about("MedicationRequest", "m1", "p1", status="active", note=[{"text": f"{size:05}"}])
        with counted(store) as statements:
            await pull.round()
        found.append(statements)
    return found[-2:]  # the cursors hear of a change one after the other: it has settled by then


def _plan(store: Store, statement: str) -> list[str]:
    rows = store._engine.run(f"EXPLAIN QUERY PLAN {statement}", [None] * statement.count("?"))
    return [str(row[3]) for row in rows]


@pytest.mark.parametrize("news", [False, True], ids=["quiet", "one changed"])
async def test_sync_takes_the_same_steps_however_much_is_kept(*, news: bool) -> None:
    few, many = await _costs(news=news)
    assert few.run == many.run > 50
    assert abs(many.steps - few.steps) < few.steps / 100  # the depth of a tree
    assert many.scanned == few.scanned


async def test_a_statement_that_read_a_whole_chart_would_be_seen() -> None:
    store, _journal, _pull = await _ward()
    steps = []
    for size in (100, 5_000):
        grow(store, size, NOON, patients=3)
        with counted(store) as statements:
            store.resources.ids_of_patient("p1", "Observation")
        steps.append(statements.steps)
    assert steps[1] > 10 * steps[0]


@pytest.mark.parametrize("news", [False, True], ids=["quiet", "one changed"])
async def test_sync_scans_no_table_that_grows(*, news: bool) -> None:
    store, journal, pull = await _ward()
    if news:
        journal.at += LATER
        journal.about("MedicationRequest", "m1", "p1", status="active", note=[{"text": "ny"}])
        journal.delete("Flag", "f2")
    with counted(store) as statements:
        await pull.round()
    ours = [text for text in statements.by_text if text.startswith(("SELECT", "UPDATE", "DELETE", "INSERT"))]
    plans = {text: _plan(store, text) for text in ours}
    scans = {f"SCAN {table}" for table in _GROWING}
    assert len(plans) > 10
    assert {text: plan for text, plan in plans.items() if scans & set(plan)} == {}


async def test_a_round_is_one_commit_for_each_part_of_one_page() -> None:
    store, journal = a_round(full("_deleted"), 3)
    with counted(store) as statements:
        await journal.take(store).round()
    parts = 3 * 10
    assert statements.by_text["COMMIT"]
    assert parts < statements.commits < parts + 10


async def test_what_came_is_kept_though_the_answer_is_not_proved_whole() -> None:
    """The last page waits for the proof; without it the page goes down, and the part is not called whole."""

    class Miscounting(Kept):
        async def count(self, type_: str, query: Sequence[tuple[str, str]]) -> int:
            return await super().count(type_, query) + (type_ == "Flag")

    store, journal = a_round(full("_deleted"), 2)
    for number in range(4):
        journal.about("Flag", f"more{number}", "p1", status="active")
    lying = Miscounting(journal.can, page_cap=3, here=journal.here)
    record = await lying.take(store).round()
    assert not record.complete
    assert len(store.resources.of_patient("p1", "Flag")) == 5
    marks = {mark.name: mark for mark in store.scopes.sections("p1")}
    assert marks["alerts"].reason == UNPROVEN


async def test_what_came_is_kept_though_the_journal_says_that_it_left_something_out() -> None:
    store, journal = a_round(full("_deleted"), 2)
    journal.warns["Flag"] = Outcome("warning", "incomplete", (), "")
    await journal.take(store).round()
    assert [r.id for r in store.resources.of_patient("p1", "Flag")] == ["f1"]
    assert not {mark.name: mark for mark in store.scopes.sections("p1")}["alerts"].complete


async def test_a_statement_is_compiled_once_whatever_is_bound_to_it() -> None:
    """SQLite would do so again for each other patient; what it compiles, it asks the guard about."""
    store, _journal, _pull = await _ward()
    guard, asked = store._engine._connection.authorizer, 0
    assert guard is not None

    def asks(*about: Any) -> int:
        nonlocal asked
        asked += 1
        return guard(*about)

    store._engine._connection.authorizer = asks
    costs = []
    for patient in ("p1", "p2", "p3", "p1"):
        before = asked
        store.resources.of_patient(patient, "MedicationRequest")
        store.scopes.sections(patient)
        costs.append(asked - before)
    assert costs[0] > 0
    assert costs[1:] == [0, 0, 0]

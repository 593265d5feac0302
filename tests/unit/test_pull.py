"""Bringing the round down from a journal by hand: what the journal leaves out is never called complete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from client.meter import Meter
from client.outcome import Outcome
from client.resource import Page, Resource
from offline_cache.pull import Pull
from ports.worker import InlineWorker
from tests.pull_room import statement
from tests.store_room import NOON, HandClock, memory_store, resource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from client.capability import Capabilities
    from offline_cache.scopes import RoundRecord
    from offline_cache.store import Store

TODAY = NOON.date()
VISIT = resource(
    "Appointment",
    "v1",
    b'{"participant":[{"actor":{"reference":"Patient/p1"}}],"resourceType":"Appointment"}',
)
PATIENT = resource("Patient", "p1", b'{"resourceType":"Patient","id":"p1"}')
FLAG = resource("Flag", "f1", b'{"resourceType":"Flag","subject":{"reference":"Patient/p1"}}')


@dataclass
class Shift:
    """The shift of the tests."""

    name: str = "dag"
    day: date = TODAY
    start: datetime = NOON - timedelta(hours=4)
    end: datetime = NOON + timedelta(hours=3)


class HandJournal:
    """One visit, one patient with one flag; it may warn, or be without the flag."""

    def __init__(self) -> None:
        self.meter = Meter()
        self.warns: dict[str, Outcome] = {}
        self.flags: tuple[Resource, ...] = (FLAG,)

    async def search(self, type_: str, _query: Any, *, page_size: int = 100) -> AsyncIterator[Page]:
        found: dict[str, tuple[Resource, ...]] = {"Appointment": (VISIT,), "Flag": self.flags}
        included = (PATIENT,) if type_ == "Appointment" else ()
        warnings = (self.warns[type_],) if type_ in self.warns else ()
        yield Page(found.get(type_, ()), included, None, warnings, None, is_last=True)

    async def count(self, _type: str, _query: Any) -> int:
        return 1

    async def capabilities(self) -> Capabilities:
        return statement({"Appointment": ("actor",)})


async def take(store: Store, journal: HandJournal) -> RoundRecord:
    """Take the round."""
    pull = Pull(journal, store, InlineWorker(), HandClock())  # type: ignore[arg-type]  # a hand-made client
    return await pull.take_round(Shift(), "Practitioner/kari-nordmann", lambda _: None, lambda *_: None)


@pytest.mark.parametrize(
    "warning",
    [
        Outcome("warning", "suppressed", (), ""),
        Outcome("warning", "processing", ("4119",), ""),
        Outcome("error", "processing", (), ""),
    ],
    ids=["suppressed", "4119", "error"],
)
async def test_part_that_the_journal_calls_incomplete_is_incomplete_and_sweeps_nothing(
    warning: Outcome,
) -> None:
    """Fault: P10."""
    store, journal = memory_store(), HandJournal()
    assert (await take(store, journal)).complete
    journal.warns, journal.flags = {"Flag": warning}, ()
    assert not (await take(store, journal)).complete
    assert [s.name for s in store.scopes.sections("p1") if not s.complete] == ["alerts"]
    assert store.resources.get("Flag", "f1") is not None


async def test_list_that_the_journal_calls_incomplete_is_incomplete() -> None:
    store, journal = memory_store(), HandJournal()
    journal.warns = {"Appointment": Outcome("warning", "incomplete", (), "")}
    assert not (await take(store, journal)).complete


async def test_remark_that_concerns_nothing_left_out_changes_nothing() -> None:
    store, journal = memory_store(), HandJournal()
    journal.warns = {"Flag": Outcome("information", "processing", ("4101",), "")}
    assert (await take(store, journal)).complete

"""Faults of the list that the pull must survive and that no other test is about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from client.errors import ErrorKind, JournalError
from client.journal import JournalClient
from offline_cache.entries import Base, NewPart
from tests.pull_room import a_round, full
from tests.store_room import NOON, draft


async def test_chart_whose_ids_a_migration_has_changed_is_shown_once() -> None:
    """Every resource came under a new id; the old ones are gone from the journal, and from here. Fault: S11."""
    store, journal = a_round(full("_deleted"))
    pull = journal.take(store)
    assert (await pull.round()).complete
    journal.at += timedelta(hours=1)
    for number in (1, 2, 3):
        journal.delete("Flag", f"f{number}")
        journal.about("Flag", f"new-{number}", f"p{number}", status="active", code={"text": "Fall"})
    assert (await pull.round()).complete
    for number in (1, 2, 3):
        assert [r.id for r in store.resources.of_patient(f"p{number}", "Flag")] == [f"new-{number}"]


async def test_unsent_work_guards_its_own_resource_and_no_other_of_the_same_id() -> None:
    """A task and a flag bear the same id: the task stays for the change of it that is unsent, the flag goes. Fault: D10."""
    store, journal = a_round(full("_deleted"))
    journal.about("Task", "x", "p1", status="requested")
    journal.about("Flag", "x", "p1", status="active")
    pull = journal.take(store)
    assert (await pull.round()).complete
    held = store.resources.get("Task", "x")
    assert held is not None
    part = NewPart("u1", 1, "Task", held.body, Base("x", held.version_id, held.body))
    store.entries.save_draft(draft("e1"))
    store.entries.sign("e1", [part], title="", signed_at=NOON, send_after=NOON, author="a")
    assert store.under_unsent_work() >= {("Task", "x")}
    assert ("Flag", "x") not in store.under_unsent_work()
    journal.at += timedelta(hours=1)
    journal.delete("Task", "x")
    journal.delete("Flag", "x")
    await pull.round()
    assert store.resources.get("Flag", "x") is None
    assert store.resources.get("Task", "x") is not None


@pytest.mark.parametrize("kind", [ErrorKind.UNREACHABLE, ErrorKind.SERVER_FAULT, ErrorKind.NOT_FHIR])
async def test_sync_that_failed_does_not_make_anything_look_newer(kind: ErrorKind) -> None:
    """The instants that the screens show stay those of the last whole answers, a day later too. Fault: D12, T6."""
    store, journal = a_round()
    clock_at = NOON
    assert (await journal.take(store).round()).complete
    before = {s.name: s.as_of for s in store.scopes.sections("p1")}
    plain = journal._met

    def broken(type_: str, query: Any, id_: str = "") -> None:
        plain(type_, query, id_)
        if type_ not in ("Appointment", "Patient"):
            raise JournalError(kind, status=500)

    journal._met = broken  # type: ignore[method-assign]  # the charts do not come any more
    later = journal.take(store)
    later.pull._clock.at = clock_at + timedelta(hours=25)  # type: ignore[attr-defined]  # by hand
    assert not (await later.round()).complete
    assert {s.name: s.as_of for s in store.scopes.sections("p1")} == before
    assert not any(s.complete for s in store.scopes.sections("p1"))
    report = store.reports.last()
    assert report is not None
    assert not report.whole


def test_nothing_is_ever_deleted_in_the_journal() -> None:
    """There is no way in the client to send a DELETE, so none can be made of an empty body. Fault: D6."""
    assert not [name for name in dir(JournalClient) if "delete" in name.lower() or "remove" in name.lower()]

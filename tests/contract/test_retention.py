"""Lease and purge in a whole working day, against the real embedded journal, while the clock is moved by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cli.headless import found
from services.trouble import TroubleCode
from services.views import EntryKind, EntryState, LeaseState
from tests.pilot.ward import PIN, Ward
from tests.retention_day import (
    HOUR,
    KARI,
    NEXT_DAY,
    a_note,
    cache_of,
    content,
    first_day,
    patients_kept,
    refused,
    signed_note,
)
from tests.store_room import NOON, resource

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


async def test_past_the_lease_nothing_is_read_and_nothing_written_is_lost(tmp_path: Path) -> None:
    """The lease ends while a note is being written: it is kept, the outbox opens, and a contact gives all of it back.

    Fault: R1, N1, A7.
    """
    ward = Ward(tmp_path)
    day = await first_day(ward)
    status = day.status()
    assert status.lease is LeaseState.HELD
    assert status.lease_ends is not None
    ward.network.is_down = True
    entry_id = await signed_note(day)
    draft = await a_note(day, "Halv")
    until = (status.lease_ends - ward.clock.now()).total_seconds()
    ward.clock.move(until - HOUR)
    await day.sync()
    assert (day.status().lease, day.must_lock) == (LeaseState.ENDING, False)
    assert (await day.chart(draft.patient_id, draft.visit_id)).banner.patient_id == draft.patient_id
    ward.clock.move(HOUR)
    await day.sync()
    assert (day.status().lease, day.must_lock) == (LeaseState.ENDED, True)
    reads: list[Callable[[], Awaitable[object]]] = [
        day.round,
        lambda: day.chart(draft.patient_id, draft.visit_id),
        lambda: day.chart(draft.patient_id, draft.visit_id, again=True),
        day.drafts,
        lambda: day.new_draft(EntryKind.NOTE, draft.patient_id, draft.visit_id),
        lambda: day.sign_summary(draft),
        lambda: day.sign(draft.entry_id),
    ]
    for read in reads:
        assert await refused(read()) is TroubleCode.LEASE_ENDED
    await day.save_draft(replace(draft, fields={"text": "Halv, og resten."}))
    (row,) = await day.outbox()
    assert (row.entry_id, row.state) == (entry_id, EntryState.SIGNED)
    await day.send_now(entry_id)
    ward.network.is_down = False
    await day.sync()
    assert (await day.outbox())[0].state is EntryState.DELIVERED
    assert day.status().lease is LeaseState.HELD
    assert [d.fields["text"] for d in await day.drafts()] == ["Halv, og resten."]
    await day.close()


async def test_a_new_start_past_the_lease_opens_the_outbox_only_and_does_not_lock_again(
    tmp_path: Path,
) -> None:
    """Fault: R1, A7."""
    ward = Ward(tmp_path)
    day = await first_day(ward)
    ward.network.is_down = True
    entry_id = await signed_note(day)
    await day.close()
    ward.clock.move(NEXT_DAY)
    again = ward.day()
    assert (await again.door()).locked
    await again.unlock(PIN)
    assert [row.entry_id for row in await again.outbox()] == [entry_id]
    assert await refused(again.round()) is TroubleCode.LEASE_ENDED
    assert not again.must_lock
    await again.close()


async def test_signing_in_gives_a_new_lease_before_anything_else_is_asked(tmp_path: Path) -> None:
    """Fault: A7."""
    ward = Ward(tmp_path)
    await (await first_day(ward)).close()
    ward.clock.move(NEXT_DAY)
    day = ward.day()
    await day.people()
    await day.sign_in(KARI)
    await day.unlock(PIN)
    assert day.status().lease is LeaseState.HELD
    assert await day.round() is not None
    await day.close()


async def test_a_clock_put_back_at_night_gives_no_longer_lease_and_is_said(tmp_path: Path) -> None:
    """Fault: C1, C3."""
    ward = Ward(tmp_path)
    day = await first_day(ward)
    ward.network.is_down = True
    ward.clock.move(10 * HOUR)
    await day.sync()
    ends = day.status().lease_ends
    await day.close()
    assert ends is not None
    left = ends - ward.clock.now()
    ward.clock.move(-9 * HOUR)
    again = ward.day()
    await again.unlock(PIN)
    status = again.status()
    assert status.clock_put_back
    assert status.lease_ends == ward.clock.now() + left
    ward.clock.move(left.total_seconds())
    await again.sync()
    assert again.status().lease is LeaseState.ENDED
    ward.network.is_down = False
    await again.sync()
    assert (again.status().lease, again.status().clock_put_back) == (LeaseState.HELD, False)
    await again.close()


@pytest.mark.usefixtures("without_seals")
async def test_past_the_hard_end_the_charts_go_and_the_clinicians_own_work_stays(tmp_path: Path) -> None:
    """Fault: R2, R7."""
    ward = Ward(tmp_path)
    day = await first_day(ward)
    assert len(patients_kept(day)) > 1
    ward.network.is_down = True
    entry_id = await signed_note(day)
    (row,) = await day.outbox()
    await day.close()
    ward.clock.move(3 * NEXT_DAY)
    folder = cache_of(ward)
    before = content(folder)
    again = ward.day()
    assert (await again.door()).locked
    assert content(folder) == before  # the door alone removes nothing
    await again.unlock(PIN)
    status = again.status()
    assert (status.lease, status.charts_held) == (LeaseState.HARD_END, 1)
    assert patients_kept(again) == {row.patient_id}  # what is signed there lies nowhere else
    assert [r.entry_id for r in await again.outbox()] == [entry_id]
    told = await found(again, await again.door())
    assert (told["lease"], told["charts_held"]) == ("hard-end", 1)
    assert told["hard_end"] <= ward.clock.now().isoformat(timespec="seconds")
    ward.network.is_down = False
    await again.send_now(entry_id)
    await again.sync()
    assert (await again.outbox())[0].state is EntryState.DELIVERED
    await again.sync()
    assert again.status().lease is LeaseState.HELD
    assert again.status().charts_held == 0
    assert patients_kept(again) == set()
    taken = await again.take_round(lambda _: None)
    assert taken.complete
    await again.close()


async def test_who_is_no_longer_on_the_list_is_removed_and_who_is_open_waits(tmp_path: Path) -> None:
    """Fault: S3, S4, R7."""
    ward = Ward(tmp_path)
    day = await first_day(ward)
    assert day._session is not None
    mine = patients_kept(day)
    store = day._session.store
    record = store.scopes.round()
    assert record is not None
    for id_ in ("borte", "apen"):
        for type_ in ("Patient", "Appointment"):
            one = resource(type_, id_, f'{{"resourceType":"{type_}","id":"{id_}"}}'.encode())
            store.resources.put(one, patient=id_, fetched_at=NOON, generation=1)
    store.scopes.put_round(replace(record, visit_ids=(*record.visit_ids, "borte", "apen")))
    await day.chart("apen", "apen")
    await day.take_round(lambda _: None)
    assert patients_kept(day) == mine | {"apen"}
    assert (await day.chart("apen", again=True)).banner.patient_id == "apen"  # in sight, as the purge waits
    assert (await day.chart("apen")).banner.patient_id == "apen"
    assert await refused(day.chart("borte")) is TroubleCode.NOT_CACHED
    await day.chart(min(mine))
    await day.take_round(lambda _: None)
    assert patients_kept(day) == mine
    await day.close()

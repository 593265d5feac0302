"""The working day without a screen, against the real embedded journal in its own process and a real encrypted cache."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from offline_cache.errors import StoreFault
from services.entrance import Entrance
from services.trouble import Trouble, TroubleCode
from services.views import CacheKind, Connection, EntryKind, EntryState, OnlyReads, RoundProgress
from services.watchdog import Watchdog
from tests.sandbox_room import SandboxRoom
from tests.working_day import NEWS2_TOTALS, PIN, a_day, first_day, sign_news2, sit_out

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SandboxRoom]:
    """Run the embedded journal with its built-in people."""
    room = SandboxRoom(tmp_path / "state" / "sandbox")
    room.start()
    yield room
    room.close()


async def test_round_comes_down_whole_and_counted(journal: SandboxRoom, tmp_path: Path) -> None:
    """Every visit of the shift, its patients' charts, and the journal's own count beside ours."""
    day = a_day(tmp_path)
    seen: list[RoundProgress] = []
    assert not (await day.door()).locked
    assert {p.person_id for p in await day.people()} >= {"kari-nordmann", "olav-lie"}
    assert await day.sign_in("kari-nordmann") == "Kari Nordmann"
    assert day.needs_pin
    await day.set_pin(PIN)
    taken = await day.take_round(seen.append)
    assert taken.complete
    assert taken.journal_count == len(taken.visits) > 0
    assert seen[-1].done == seen[-1].total == len({v.patient_id for v in taken.visits})
    assert day.status().cache is CacheKind.PIN_ONLY
    await day.close()


async def test_signed_entry_survives_without_network_and_is_delivered_once(
    journal: SandboxRoom, tmp_path: Path
) -> None:
    """Sign with the journal dead, start again, unlock, revive the journal: eight Observations, once each. Fault: N1."""
    day = await first_day(tmp_path)
    before = len(journal.fhir("olav-lie").all_of(NEWS2_TOTALS))
    journal.kill()
    entry_id = await sign_news2(day)
    await day.send_now(entry_id)
    await day.sync()
    assert day.status().connection is Connection.OFFLINE
    assert day.status().unsent_entries == 1
    await day.close()

    again = a_day(tmp_path)
    door = await again.door()
    assert door.locked
    assert door.unsent_visits == 1
    await again.unlock(PIN)
    assert [row.state for row in await again.outbox()] == [EntryState.SIGNED]
    journal.start()
    await again.sync()
    await again.sync()
    (row,) = await again.outbox()
    assert row.state is EntryState.DELIVERED
    assert len(row.journal_ids) == row.parts_all == 8
    assert len(journal.fhir("olav-lie").all_of(NEWS2_TOTALS)) == before + 1
    await again.close()


async def test_wrong_pin_is_counted_and_nothing_is_lost(journal: SandboxRoom, tmp_path: Path) -> None:
    """Five wrong PINs lock, and none is tried too soon; an online sign-in gives new attempts; the right PIN opens all of it."""
    await (await first_day(tmp_path)).close()
    day = a_day(tmp_path)
    await day.door()
    for left in (4, 3, 2, 1):
        with pytest.raises(Trouble) as wrong:
            await day.unlock("feil-pin-her")
        assert (wrong.value.code, wrong.value.details["left"]) == (TroubleCode.WRONG_PIN, str(left))
        with pytest.raises(Trouble) as too_soon:
            await day.unlock(PIN)
        waits = too_soon.value.details | {"wait": wrong.value.details["wait"]}
        assert (too_soon.value.code, waits) == (TroubleCode.PIN_WAITS, wrong.value.details)
        await sit_out(day)
    for _ in range(2):
        with pytest.raises(Trouble) as locked:
            await day.unlock("feil-pin-her")
        assert locked.value.code is TroubleCode.PIN_LOCKED
    await day.sign_in("kari-nordmann")
    assert day.needs_unlock
    await day.unlock(PIN)
    assert await day.round() is not None
    await day.close()


async def test_without_cache_nothing_is_left_and_the_journal_has_the_audit(
    journal: SandboxRoom, tmp_path: Path
) -> None:
    """`--no-cache`: no file of ours appears, and each opened patient is an AuditEvent in the journal first."""
    day = a_day(tmp_path, no_cache=True)
    await day.people()
    await day.sign_in("kari-nordmann")
    taken = await day.take_round(lambda _: None)
    await day.chart(taken.visits[0].patient_id, taken.visits[0].visit_id)
    assert not (tmp_path / "data").exists()
    assert journal.fhir("olav-lie").count("AuditEvent") == 1
    journal.kill()
    with pytest.raises(Trouble) as refused:
        await day.chart(taken.visits[0].patient_id, taken.visits[0].visit_id)
    assert refused.value.code is TroubleCode.NO_AUDIT
    await day.close()


async def test_look_alike_must_be_told_apart_by_digits(journal: SandboxRoom, tmp_path: Path) -> None:
    """Where two on the list look alike, the wrong three digits sign nothing and keep the draft."""
    day = await first_day(tmp_path)
    taken = await day.round()
    assert taken is not None
    visit = next(v for v in taken.visits if v.family == "Moen" and v.given == "Ragnhild")
    draft = await day.new_draft(EntryKind.NOTE, visit.patient_id, visit.visit_id)
    draft = await day.save_draft(replace(draft, fields={"text": "Sår stelt. Fint granulasjonsvev."}))
    assert (await day.sign_summary(draft)).retype_digits
    with pytest.raises(Trouble) as refused:
        await day.sign(draft.entry_id, "000")
    assert refused.value.code is TroubleCode.DIGITS_DIFFER
    assert [d.entry_id for d in await day.drafts(visit.patient_id)] == [draft.entry_id]
    chart = await day.chart(visit.patient_id, visit.visit_id)
    row = await day.sign(draft.entry_id, chart.banner.identity_number[-3:])
    await day.withdraw(row.entry_id)
    assert [r.state for r in await day.outbox()] == [EntryState.WITHDRAWN]
    assert day.status().unsent_entries == 0
    await day.close()


async def test_stranger_on_the_journals_address_gets_no_sign_in_and_no_token(
    journal: SandboxRoom, tmp_path: Path
) -> None:
    """What answers there cannot prove that it holds our key: no sign-in, no cache, and of an open cache no token.

    Fault: S7, S10.
    """
    day = a_day(tmp_path)
    day._setup = replace(day._setup, journal=replace(day._setup.journal, embedded_key=bytes(32)))
    day._entrance = Entrance(day._setup, None)
    with pytest.raises(Trouble) as refused:
        await day.people()
    assert refused.value.code is TroubleCode.NOT_EMBEDDED
    assert not list((tmp_path / "data").rglob("cache.*"))
    await day.close()


async def test_stranger_who_takes_the_port_of_a_dead_journal_is_told_nothing(
    journal: SandboxRoom, tmp_path: Path
) -> None:
    """The journal dies and another program listens on its port: it sees questions, never a token; the entry waits.

    Fault: S10.
    """
    day = await first_day(tmp_path)
    entry = await sign_news2(day)
    await day.send_now(entry)
    port = journal.state.port
    journal.kill()
    seen: list[bytes] = []

    async def stranger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(stranger, "127.0.0.1", port):
        await day.sync()
    assert seen
    assert not [one for one in seen if b"authorization" in one.lower() or b"refresh_token" in one]
    assert day.status().connection is Connection.OFFLINE
    assert [row.state for row in await day.outbox()] == [EntryState.SIGNED]
    journal.start()
    await day.sync()
    assert [row.state for row in await day.outbox()] == [EntryState.DELIVERED]
    await day.close()


async def test_a_fault_in_the_background_leaves_nothing_running_and_the_cache_closed(
    journal: SandboxRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is raised, after the other tasks were ended and the store was closed: the next client is not told that it is busy."""

    async def fault(_: Watchdog) -> None:
        raise StoreFault("planted")

    day = await first_day(tmp_path)
    monkeypatch.setattr(Watchdog, "run", fault)
    await day.start()
    beside = day.beside()
    assert {task.get_name() for task in beside} == {"delivery", "retention"}
    await asyncio.wait([task for task in beside if task.get_name() == "delivery"])
    with pytest.raises(StoreFault):
        await day.close()
    assert all(task.done() for task in beside)
    again = a_day(tmp_path)
    assert (await again.door()).locked
    await again.unlock(PIN)
    assert again.status().only_reads is OnlyReads.NO
    await again.close()

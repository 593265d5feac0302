"""Who opens which cache, what leaving and a full disk cost: the real working day on the journal in this process."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from offline_cache.errors import StoreFull
from offline_cache.vault import Vault
from services.trouble import Trouble, TroubleCode
from services.views import Connection, EntryKind, EntryState, OnlyReads
from tests.simulation.faulty_journal import FaultyLine
from tests.simulation.nurse import PIN, Nurse
from tests.simulation.virtual_time import VirtualClock, VirtualLoop, run_virtually
from tests.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path
    from typing import TypeAlias

    from client.wire import httpx
    from offline_cache.entry_records import DraftRecord

    Play: TypeAlias = Callable[[Callable[[Nurse, FaultyLine], Awaitable[None]]], None]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return the template: Kari has signed in here, and her cache is the one used last."""
    return World.make(tmp_path_factory.mktemp("world"))


@pytest.fixture
def play(world: World, tmp_path: Path) -> Play:
    """Return a way to play a scene in virtual time."""

    def scene(act: Callable[[Nurse, FaultyLine], Awaitable[None]]) -> None:
        loop, chance = VirtualLoop(), random.Random(1)
        clock = VirtualClock(loop)
        line = world.line(clock, chance, is_plain=False)
        nurse = Nurse(world.client(tmp_path), world.key, line, clock, chance)

        async def whole() -> None:
            await act(nurse, line)
            await nurse.day.close()

        run_virtually(loop, whole())

    return scene


async def signed_note(nurse: Nurse) -> str:
    """Sign a note on the first visit; return the entry's id."""
    taken = await nurse.day.round()
    assert taken is not None
    visit = taken.visits[0]
    draft = await nurse.day.new_draft(EntryKind.NOTE, visit.patient_id, visit.visit_id)
    draft = await nurse.day.save_draft(replace(draft, fields={"text": "Sår stelt."}))
    chart = await nurse.day.chart(visit.patient_id, visit.visit_id)
    return (await nurse.day.sign(draft.entry_id, chart.banner.identity_number[-3:])).entry_id


def test_who_signs_in_meets_the_own_cache_and_never_opens_anothers(play: Play) -> None:
    """Olav's cache was used last. Kari signs in: the door is hers, and no PIN of his opens his cache with her token.

    Fault: A5, R9.
    """

    async def act(nurse: Nurse, _line: FaultyLine) -> None:
        await nurse.day.sign_in("olav-lie")
        await nurse.day.set_pin("olavs-egen-pin-3")
        await nurse.day.close()
        nurse.day = nurse._new_day()
        assert (await nurse.day.door()).clinician == "Olav Lie"
        await nurse.day.sign_in("kari-nordmann")
        assert nurse.day.needs_unlock
        assert (await nurse.day.door()).clinician == "Kari Nordmann"
        with pytest.raises(Trouble) as wrong:
            await nurse.day.unlock("olavs-egen-pin-3")
        assert wrong.value.code is TroubleCode.WRONG_PIN
        await nurse.clock.sleep(float(wrong.value.details["wait"]))
        await nurse.day.unlock(PIN)
        session = nurse.day._session
        assert session is not None
        assert session.clinician.name == session.tokens.grant.user.name == "Kari Nordmann"

    play(act)


def test_cache_of_a_journal_that_was_made_anew_stays_closed(play: Play) -> None:
    """Another key on the same port is another journal: the old cache is not opened against it, and stays whole.

    Fault: S7.
    """

    async def act(nurse: Nurse, _line: FaultyLine) -> None:
        nurse._key = bytes(32)
        nurse.day = nurse._new_day()
        assert not (await nurse.day.door()).locked
        with pytest.raises(Trouble) as missing:
            await nurse.day.unlock(PIN)
        assert missing.value.code is TroubleCode.CACHE_MISSING
        assert list((nurse.folder / "data" / "cache").glob("u-*/cache.db"))

    play(act)


def test_unlocking_that_failed_half_way_leaves_the_cache_to_the_next_try(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(nurse: Nurse, _line: FaultyLine) -> None:
        def full(*_args: object) -> None:
            raise StoreFull

        await nurse.day.door()
        with monkeypatch.context() as patched:
            patched.setattr("services.entrance.keep_clinician", full)
            with pytest.raises(Trouble) as told:
                await nurse.day.unlock(PIN)
        assert told.value.code is TroubleCode.DISK_FULL
        await nurse.day.unlock(PIN)

    play(act)


def test_signature_stands_although_the_count_beside_the_cache_cannot_be_written(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(nurse: Nurse, _line: FaultyLine) -> None:
        def full(*_args: object) -> None:
            raise StoreFull

        await nurse.open()
        with monkeypatch.context() as patched:
            patched.setattr(Vault, "note_unsent", full)
            entry = await signed_note(nurse)
        assert [(row.entry_id, row.state) for row in await nurse.day.outbox()] == [(entry, EntryState.SIGNED)]
        assert nurse.day.status().unsent_entries == 1
        await nurse.leave()
        assert (await nurse.day.door()).unsent_visits == 1

    play(act)


def test_connection_is_told_although_nothing_can_be_counted(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The news of the connection comes once; a disk that is full at that moment must not swallow it."""

    async def act(nurse: Nurse, line: FaultyLine) -> None:
        def full(*_args: object) -> None:
            raise StoreFull

        await nurse.open()
        await asyncio.sleep(60)
        with monkeypatch.context() as patched:
            patched.setattr("services.reading.Reading.counts", full)
            line.is_up = False
            await asyncio.sleep(60)
        assert nurse.day.status().connection is Connection.OFFLINE

    play(act)


def test_full_disk_while_the_round_comes_down_is_told(play: Play) -> None:
    """Fault: F1."""

    async def act(nurse: Nurse, _line: FaultyLine) -> None:
        await nurse.open()
        nurse.worker.full_for = 50
        with pytest.raises(Trouble) as told:
            await nurse.day.take_round(lambda _: None)
        nurse.worker.full_for = 0
        assert told.value.code is TroubleCode.DISK_FULL

    play(act)


def test_leaving_waits_for_a_token_that_is_being_renewed(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal has rotated the token, its answer is on the way: it is stored, or the next day begins signed out."""
    through = FaultyLine.handle_async_request

    async def slow(self: FaultyLine, request: httpx.Request) -> httpx.Response:
        answer = await through(self, request)
        if request.url.path.endswith("/token"):
            await asyncio.sleep(2)
        return answer

    async def act(nurse: Nurse, _line: FaultyLine) -> None:
        await nurse.open()
        monkeypatch.setattr(FaultyLine, "handle_async_request", slow)
        session = nurse.day._session
        assert session is not None
        asking = asyncio.ensure_future(session.tokens.refused(session.tokens.grant.access_token))
        await asyncio.sleep(1)
        asking.cancel()
        await nurse.leave()
        session = nurse.day._session
        assert session is not None
        assert await session.tokens.refused(session.tokens.grant.access_token)

    play(act)


def test_closing_twice_is_no_fault(play: Play) -> None:
    async def act(nurse: Nurse, _line: FaultyLine) -> None:
        await nurse.open()
        await nurse.day.close()

    play(act)


def test_a_pass_beside_a_pass_sends_nothing_twice(play: Play) -> None:
    """`sync` while the background delivers: one waits for the other."""

    async def act(nurse: Nurse, line: FaultyLine) -> None:
        await nurse.open()
        before = line.tables.execute(
            "SELECT count(*) FROM current WHERE type = 'DocumentReference'"
        ).fetchone()
        await nurse.day.send_now(await signed_note(nurse))
        await asyncio.gather(*(nurse.day.sync() for _ in range(4)))
        after = line.tables.execute(
            "SELECT count(*) FROM current WHERE type = 'DocumentReference'"
        ).fetchone()
        assert after[0] == before[0] + 1
        assert [row.state for row in await nurse.day.outbox()] == [EntryState.DELIVERED]
        actions = [record.action for record in nurse.store.audit.records()]
        assert actions.count("send") == actions.count("receipt") == 1

    play(act)


def test_list_of_a_shift_that_is_over_stays_until_another_is_asked_for(play: Play) -> None:
    """The network comes back after the change of shifts: the visits that are still being written do not go away.

    Fault: T6.
    """

    async def act(nurse: Nurse, line: FaultyLine) -> None:
        await nurse.open()
        before = await nurse.day.round()
        line.is_up = False
        await asyncio.sleep(9 * 3600)
        line.is_up = True
        await asyncio.sleep(120)
        assert nurse.day.status().connection is Connection.ONLINE
        assert before is not None
        after = await nurse.day.round()
        assert after is not None
        assert [v.visit_id for v in after.visits] == [v.visit_id for v in before.visits]

    play(act)


def test_a_second_client_shows_the_round_and_nothing_that_needs_a_line_in_the_log(play: Play) -> None:
    """It takes no token, writes nothing, and goes on reading while the first one signs. Fault: K32."""

    async def act(nurse: Nurse, _line: FaultyLine) -> None:
        await nurse.open()
        first, second = nurse.day, nurse._new_day()
        await second.door()
        await second.unlock(PIN)
        assert (first.status().only_reads, second.status().only_reads) == ("", OnlyReads.OTHER_CLIENT)
        taken = await second.round()
        assert taken is not None
        entry = await signed_note(nurse)
        assert [row.entry_id for row in await second.outbox()] == [entry]
        rows = nurse.store.audit.head.sequence
        patient, visit = taken.visits[0].patient_id, taken.visits[0].visit_id
        draft = await first.new_draft(EntryKind.NOTE, patient, visit)
        await second.start()
        tries: list[Callable[[], Awaitable[object]]] = [
            lambda: second.chart(patient, visit),
            lambda: second.save_draft(draft),
            lambda: second.withdraw(entry),
            lambda: second.take_round(lambda _: None),
            second.sync,
        ]
        for attempt in tries:
            with pytest.raises(Trouble) as told:
                await attempt()
            assert told.value.code is TroubleCode.CACHE_BUSY
        assert second._background is None
        await second.close()
        assert nurse.store.audit.head.sequence == rows
        nurse.store.check()

    play(act)


def test_a_damaged_cache_is_set_aside_only_on_wish_and_work_goes_on_in_a_new_one(play: Play) -> None:
    """Fault: F5."""

    async def act(nurse: Nurse, _line: FaultyLine) -> None:
        folder = next((nurse.folder / "data" / "cache").glob("u-*"))
        with pytest.raises(Trouble):
            await nurse.day.set_aside()
        content = bytearray((folder / "cache.db").read_bytes())
        content[64] ^= 4
        (folder / "cache.db").write_bytes(content)
        await nurse.day.door()
        with pytest.raises(Trouble) as told:
            await nurse.day.unlock(PIN)
        assert told.value.code is TroubleCode.CACHE_DAMAGED
        assert nurse.day.may_set_aside
        await nurse.day.set_aside()
        assert not (await nurse.day.door()).locked
        await nurse.first_day()
        assert await nurse.day.round() is not None
        assert [p.read_bytes() for p in folder.glob("aside-*.db")] == [bytes(content)]
        assert nurse.store.audit.records()[0].action == "set-aside"

    play(act)


def test_on_a_full_disk_the_ballast_is_given_up_and_the_note_is_saved(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once; the next time the disk is full, that is said. Fault: F1."""

    async def act(nurse: Nurse, _line: FaultyLine) -> None:
        await nurse.open()
        ballast = next((nurse.folder / "data" / "cache").glob("u-*/cache.ballast"))
        save = nurse.store.entries.save_draft

        def full_beside_ballast(draft: DraftRecord) -> None:
            if ballast.exists() or room == 0:
                raise StoreFull
            save(draft)

        room = 1
        monkeypatch.setattr(nurse.store.entries, "save_draft", full_beside_ballast)
        await signed_note(nurse)
        assert not ballast.exists()
        room = 0
        with pytest.raises(Trouble) as told:
            await signed_note(nurse)
        assert told.value.code is TroubleCode.DISK_FULL

    play(act)

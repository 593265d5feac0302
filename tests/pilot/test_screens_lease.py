"""What a nurse sees of the lease: told in good time, and past its end the screen is cleared and what was typed is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cli import words
from services.views import CacheKind, Connection, Environment, LeaseState, Status
from tests.pilot.ward import Ward, at_work
from tui.launch import LOCK
from tui.screens.place import lease_words, status_words
from tui.text.lease_notices import lease_notices

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
HELD = Status(
    Environment.TRAINING,
    Connection.ONLINE,
    NOW,
    NOW,
    0,
    0,
    CacheKind.PIN_ONLY,
    "Kari Nordmann",
    lease=LeaseState.HELD,
    lease_ends=NOW + timedelta(hours=1),
)


def test_line_1_names_the_hour_before_the_lease_ends_and_nothing_while_it_holds() -> None:
    assert lease_words(HELD, NOW) == []
    ending = replace(HELD, lease=LeaseState.ENDING)
    assert ("leien går ut 16:00", "bold") in status_words(ending, NOW)
    for state in (LeaseState.ENDED, LeaseState.HARD_END, LeaseState.WITHDRAWN):
        assert (" LEIEN ER UTE ", "bold reverse") in status_words(replace(HELD, lease=state), NOW)
    back = replace(HELD, clock_put_back=True)
    assert (" KLOKKA ER STILT TILBAKE ", "bold reverse") in status_words(back, NOW)


def test_what_the_lease_will_cost_is_told_before_it_does() -> None:
    """Online nothing is to be told; cut off, both ends in hours and dates, and what stays."""
    hard = NOW + timedelta(hours=60)
    held = replace(HELD, lease_ends=NOW + timedelta(hours=9), hard_end=hard)
    assert lease_notices(held, NOW) == []
    assert lease_notices(replace(held, lease=LeaseState.NONE, lease_ends=None), NOW) == []
    for connection in (Connection.OFFLINE, Connection.SIGNED_OUT):
        (told,) = lease_notices(replace(held, connection=connection), NOW)
        assert "vises pasientene til 24.11. 00:00" in told
        assert "slettes herfra 26.11. 03:00" in told
        assert "beholdes" in told
    assert len(lease_notices(replace(held, lease=LeaseState.ENDING), NOW)) == 1
    assert "2 pasienter" in lease_notices(replace(held, charts_held=2), NOW)[0]


def test_status_says_why_no_patient_is_shown() -> None:
    """Each way in which the lease ends has its own sentence."""
    said: dict[str, object] = {
        "clinician": "Kari",
        "journal": "Øvingsjournalen",
        "only_reads": "",
        "connection": "offline",
        "data_as_of": None,
        "lease_ends": NOW.isoformat(),
        "hard_end": NOW.isoformat(),
        "clock_put_back": False,
        "charts_held": 0,
        "unsent_entries": 0,
        "sealed_entries": 0,
        "entries": {},
    }
    told = {
        state: "\n".join(words.lines({**said, "lease": state.value}))
        for state in LeaseState
        if state is not LeaseState.NONE
    }
    assert "Leien går ut" in told[LeaseState.HELD]
    assert "slettes pasientene herfra" in told[LeaseState.ENDING]
    assert "Leien er ute" in told[LeaseState.ENDED]
    assert "er slettet herfra" in told[LeaseState.HARD_END]
    assert "bedt om at lageret slettes" in told[LeaseState.WITHDRAWN]


async def test_the_round_tells_it_as_soon_as_the_network_is_gone(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        assert "slettes herfra" not in hands.text
        ward.network.is_down = True
        assert ward.workday is not None
        await ward.workday.sync()
        await hands.rest()
        assert "Uten nett vises pasientene til" in hands.text
        assert "HANSEN" in hands.text


async def test_the_end_of_the_lease_locks_and_keeps_what_was_being_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault: R1."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        await hands.press("n")
        await hands.write("Halv setning")
        assert ward.workday is not None
        ends = ward.workday.status().lease_ends
        assert ends is not None
        ward.network.is_down = True
        ward.clock.move((ends - ward.clock.now()).total_seconds())
        left, leave = asyncio.Event(), hands.app.leave

        async def told(code: int = 0) -> None:
            await leave(code)
            left.set()

        monkeypatch.setattr(hands.app, "leave", told)
        await ward.workday.sync()
        await asyncio.wait_for(left.wait(), 20)
        assert hands.app.return_code == LOCK
    again = ward.day()
    await again.unlock("fjell-hytte-7")
    ward.network.is_down = False
    await again.sync()
    assert [draft.fields["text"] for draft in await again.drafts()] == ["Halv setning"]
    await again.close()

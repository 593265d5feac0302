"""What arrives late for another patient is dropped, and what could not be logged is not shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from services.trouble import Trouble, TroubleCode
from tests.pilot.ward import Ward, at_work

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_chart_of_another_patient_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is about somebody else: the banner stays empty. Fault: T5."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        day = ward.workday
        assert day is not None
        view = await day.round()
        assert view is not None
        other = view.visits[0]
        real = day.chart

        async def wrong(_patient_id: str, _visit_id: str = "") -> Any:
            return await real(other.patient_id, other.visit_id)

        monkeypatch.setattr(day, "chart", wrong)
        await hands.choose("HANSEN")
        await hands.press("enter")
        assert other.family.upper() not in hands.text
        assert "Åpner" in hands.text


async def test_a_late_chart_does_not_reach_the_next_patient(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first chart is slow; by the time it comes, the second patient is on the screen.

    Fault: T5.
    """
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        day = ward.workday
        assert day is not None
        real, gate = day.chart, asyncio.Event()
        calls = 0

        async def slow(patient_id: str, visit_id: str = "", *, again: bool = False) -> Any:
            nonlocal calls
            calls += 1
            chart = await real(patient_id, visit_id, again=again)
            if calls == 1:
                await gate.wait()
            return chart

        await hands.choose("HANSEN")
        from tui.screens.patient import PatientScreen

        place: Any = hands.app.screen
        visit = place.visit
        monkeypatch.setattr(day, "chart", slow)
        first = PatientScreen(place.desk, visit.patient_id, visit.visit_id)
        first.start_holding = first.start  # type: ignore[method-assign]  # keys go on, as if the hold had ended
        await hands.app.push_screen(first)
        await hands.app.pop_screen()
        await hands.choose("BAKKEN")
        await hands.press("enter")
        gate.set()
        await hands.rest()
        assert "BAKKEN, Solveig" in hands.lines()[1]
        assert "HANSEN" not in hands.text


async def test_what_cannot_be_logged_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No audit row, no patient: the words say so.

    Fault: L3.
    """
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()

        async def refuse(_patient_id: str, _visit_id: str = "", *, again: bool = False) -> Any:
            del again
            raise Trouble(TroubleCode.NO_AUDIT)

        assert ward.workday is not None
        monkeypatch.setattr(ward.workday, "chart", refuse)
        await hands.choose("HANSEN")
        await hands.press("enter")
        assert "Oppslaget kunne ikke loggføres." in hands.text
        assert "HANSEN" not in hands.text


@pytest.mark.parametrize("code", list(TroubleCode))
async def test_every_trouble_is_shown_whole_on_80_columns(code: TroubleCode) -> None:
    """What happened, what is safe and what is next fit under the narrowest screen."""
    from tui.text import format as fmt
    from tui.text.nb_trouble import trouble_words

    words = trouble_words(Trouble(code, left="4", wait="30"))
    assert words.what
    assert words.safe
    assert words.next
    assert "{" not in words.line
    assert sum(len(fmt.wrap(text, 76)) for text in (words.what, words.safe, words.next)) <= 4

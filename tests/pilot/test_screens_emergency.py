"""Somebody who is not on the list, found in the journal: opened in an emergency with a reason, framed in red, gone by itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sandbox.population.practice import MARTE
from tests.golden.grid import assert_grid
from tests.pilot.ward import Hands, Ward, at_both_sizes, at_work

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "Alarm, funnet på gulvet"


async def until_over(ward: Ward) -> None:
    """Move the clock past the end, and wait until the day has told of it."""
    day = ward.workday
    assert day is not None
    over = asyncio.Event()
    stop = day.listen(lambda: None if day.status().accesses else over.set())
    ward.clock.move(2 * 3600.0 + 60)
    await asyncio.wait_for(over.wait(), 20)
    stop()


async def find(hands: Hands, number: str) -> None:
    """Search by number, which asks when it is whole."""
    await hands.press("slash")
    await hands.write(f"{number}\n")


@at_both_sizes
async def test_emergency_access_from_the_search_to_its_end(tmp_path: Path, size: tuple[int, int]) -> None:
    ward = Ward(tmp_path)
    mark = f"{size[0]}x{size[1]}"
    async with at_work(ward, size) as hands:
        await hands.first_morning()
        await find(hands, MARTE.number)
        assert_grid(f"search_{mark}", hands.text)
        await hands.press("enter")
        assert "NØDTILGANG" not in hands.text
        await hands.write(f"1\n{WORDS}\n")
        assert_grid(f"emergency_{mark}", hands.text)
        await hands.press("f9")
        assert "NØDTILGANG til" in hands.text
        assert_grid(f"emergency_patient_{mark}", hands.text)
        assert hands.app.screen.has_class("-emergency")
        await hands.press("v")
        assert_grid(f"emergency_news2_{mark}", hands.text)
        await hands.press("escape", "n")
        assert hands.app.screen.has_class("-emergency")
        await hands.write("Fant pasienten våken")
        await until_over(ward)
        await hands.rest()
        assert "Nødtilgangen er over" in hands.text
        assert "NØDTILGANG" not in hands.text
        assert ward.workday is not None
        assert [one.fields["text"] for one in await ward.workday.drafts()] == ["Fant pasienten våken"]
        assert not hands.app.screen.has_class("-emergency")


async def test_what_is_not_a_reason_opens_nothing(tmp_path: Path) -> None:
    """No code, too few words, too many hours: said each time, and Esc leaves with nothing opened."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await find(hands, MARTE.number)
        await hands.press("enter")
        await hands.press("f9")
        assert "Begrunnelsen er ikke hel." in hands.text
        await hands.write("5\nhaster\n9")
        await hands.press("f9")
        assert "Begrunnelsen er ikke hel." in hands.text
        await hands.press("escape")
        assert "Runden" in hands.text
        assert ward.workday is not None
        assert ward.workday.status().accesses == ()


async def test_search_needs_a_name_or_a_number_and_the_network(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.press("slash", "f9")
        assert "Skriv fødselsnummer eller navn." in hands.text
        await hands.write("\nIngen Slik\n31.02.1941")
        await hands.press("f9")
        assert "dd.mm.åååå." in hands.text
        await hands.press("ctrl+u", "f9")
        assert "Journalen fant ingen." in hands.text
        ward.network.is_down = True
        await hands.press("f9")
        assert "Journalen svarer ikke." in hands.text


async def test_a_name_typed_where_the_number_goes_is_a_name_and_enter_in_the_last_field_asks(
    tmp_path: Path,
) -> None:
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.press("slash")
        await hands.write("Lien\n")
        assert "Fødselsnummer     –" in hands.text
        assert "Lien" in hands.text
        assert "LIEN, Marte" not in hands.text
        await hands.write("\n17.02.1988\n")
        assert "LIEN, Marte   født 17.02.1988" in hands.text
        await hands.press("enter")
        assert "Nødtilgang" in hands.text


async def test_who_is_on_the_list_is_opened_from_the_search_without_more_ado(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        assert ward.workday is not None
        taken = await ward.workday.round()
        assert taken is not None
        visit = taken.visits[0]
        chart = await ward.workday.chart(visit.patient_id, visit.visit_id)
        await find(hands, chart.banner.identity_number)
        await hands.press("enter")
        assert visit.family.upper() in hands.text.upper()
        assert "NØDTILGANG" not in hands.text
        await hands.press("n")
        await hands.write("Sover godt.")
        await hands.press("escape")
        (draft,) = await ward.workday.drafts()
        assert (draft.patient_id, draft.visit_id) == (visit.patient_id, visit.visit_id)

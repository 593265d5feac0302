"""From the first sign-in to the list of the day, on the real journal and the real cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.golden.grid import assert_grid
from tests.pilot.ward import Ward, at_both_sizes, at_work

if TYPE_CHECKING:
    from pathlib import Path


@at_both_sizes
async def test_the_places_of_the_day_look_as_they_should(tmp_path: Path, size: tuple[int, int]) -> None:
    """Every place of a quiet day, as a grid of text."""
    mark = f"{size[0]}x{size[1]}"
    async with at_work(Ward(tmp_path), size) as hands:
        assert_grid(f"sign_in_{mark}", hands.text)
        await hands.first_morning()
        await hands.choose("MOEN, Ragnhild")
        assert_grid(f"round_{mark}", hands.text)
        await hands.press("enter")
        for page in "123456":
            await hands.press(page)
            assert_grid(f"patient_{page}_{mark}", hands.text)
        await hands.press("v")
        for value in ("22", "93", "n", "105", "60"):
            await hands.write(f"{value}\n")
        assert_grid(f"news2_half_{mark}", hands.text)


async def test_a_person_signs_in_sets_a_pin_and_takes_the_round(tmp_path: Path) -> None:
    """The counts stand in the open, and every patient is whole."""
    async with at_work(Ward(tmp_path)) as hands:
        assert "TRENING" in hands.text
        assert "Kari Nordmann" in hands.text
        assert "lagres" in hands.text
        await hands.press("enter")
        assert "Minst 6 tegn" in hands.text
        await hands.write("fjell-hytte-7\nfjell-hytte-7\n")
        assert "ikke tatt med ennå" in hands.text
        assert "kun PIN" in hands.lines()[0]
        await hands.press("t")
        assert hands.text.count("komplett") >= 8
        assert "BAKKEN, Solveig" in hands.text
        await hands.press("enter")
        assert "journalen sier" in hands.text


@pytest.mark.parametrize(("pin", "again", "said"), [
    ("123", "123", "PIN-koden er for kort."),
    ("123456", "123456", "for lett å gjette"),
    ("fjell-hytte-7", "fjell-hytte-8", "ikke like"),
])  # fmt: skip
async def test_a_bad_pin_is_refused_with_words(tmp_path: Path, pin: str, again: str, said: str) -> None:
    """The rules are told, nothing is stored, and one begins again in the first field."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.press("enter")
        await hands.write(f"{pin}\n{again}\n")
        assert said in hands.text
        await hands.write("fjell-hytte-7\nfjell-hytte-7\n")
        assert "ikke tatt med ennå" in hands.text


async def test_a_wrong_pin_says_what_is_left_and_what_is_safe(tmp_path: Path) -> None:
    """The count goes down, nothing is lost, and the right PIN still opens, once the wait is over.

    Fault: Y1.
    """
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
    ward.network.is_down = True
    async with at_work(ward) as hands:
        assert "Kari Nordmann" in hands.text
        assert "5 forsøk igjen" in hands.text
        await hands.write("feil-feil-1\n")
        assert "Feil PIN." in hands.text
        assert "4 forsøk igjen" in hands.text
        assert "Alt er beholdt." in hands.text
        assert "Neste forsøk tas imot fra 08:12:02." in hands.text
        await hands.unlock()
        assert "Ventetiden etter feil PIN er ikke over." in hands.text
        assert "4 forsøk igjen. Vent 1 sekund." in hands.text
    async with at_work(ward) as hands:
        assert "Neste forsøk tas imot fra 08:12:02." in hands.text, (
            "the door says it, however often it is started"
        )
        ward.clock.move(60)
        await hands.unlock()
        assert "BAKKEN, Solveig" in hands.text


async def test_taking_the_round_without_network_says_why_not(tmp_path: Path) -> None:
    """What is there stays, and the words say what is safe."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        ward.network.is_down = True
        await hands.press("t")
        assert "Journalen svarer ikke." in hands.text
        await hands.press("escape")
        assert "BAKKEN, Solveig" in hands.text


async def test_counts_that_differ_are_red_and_said(tmp_path: Path) -> None:
    """The journal's count and the shown count are compared in the open."""
    from dataclasses import replace

    from tui.text.ink import Ink, plain
    from tui.widgets.visit_line import counts_line

    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        assert ward.workday is not None
        view = await ward.workday.round()
    assert view is not None
    differing = counts_line(replace(view, journal_count=len(view.visits) + 2))
    assert f"{len(view.visits)} besøk vist, journalen sier {len(view.visits) + 2}" in plain(differing)
    assert any(part.ink is Ink.DANGER for part in differing)
    assert not any(part.ink is Ink.DANGER for part in counts_line(view))


async def test_the_list_begins_on_a_visit_that_somebody_goes_to(tmp_path: Path) -> None:
    """Late in the shift only a cancelled visit lies ahead: the list begins on the last one that is not over."""
    ward = Ward(tmp_path)
    ward.clock.move(4 * 3600)
    async with at_work(ward) as hands:
        await hands.first_morning()
        (chosen,) = [row for row in hands.lines() if row.startswith(">")]
        assert "avlyst" not in chosen
        assert "planlagt" in chosen

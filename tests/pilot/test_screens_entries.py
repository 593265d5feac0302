"""Recording, signing, taking back and losing the network, as a person does it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import events

from tests.golden.grid import assert_grid
from tests.pilot.ward import Hands, Ward, at_work

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NEWS2 = ("22", "93", "n", "105", "60", "104", "a", "384")


async def record(hands: Hands, values: tuple[str, ...] = NEWS2) -> None:
    """Open the form and type every value, each followed by Enter, with no gap between the keys."""
    keys = ["v", *(key for value in values for key in (*value, "enter"))]
    await hands.press(*keys)


async def test_news2_is_recorded_and_signed_with_one_enter(tmp_path: Path) -> None:
    """The score with its parts, the summary over the same screen, and the state in the list afterwards."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        await record(hands)
        assert "NEWS2           7   ▲▲ KRITISK HØY   skala 1" in hands.text
        assert "38,4 °C" in hands.text
        await hands.press("f9")
        assert_grid("sign_80x24", hands.text)
        assert "HANSEN, Odd" in hands.text
        assert "Kari Nordmann" in hands.text
        await hands.press("enter")
        assert "◆ signert" in hands.text
        assert "▲▲ HANSEN, Odd Berg: NEWS2 7" in hands.text
        await hands.press("enter")
        assert "Pasient" in hands.lines()[0]


async def test_the_keys_of_one_news2_stay_within_the_budget() -> None:
    """`v`, eight values with Enter, F9 and Enter: at most 28 keys (ux.md)."""
    values = ("18", "95", "n", "128", "77", "84", "a", "372")
    assert 1 + sum(len(value) + 1 for value in values) + 2 <= 28


async def test_nothing_is_scored_before_all_seven_are_in(tmp_path: Path) -> None:
    """A dash, what is missing, and F9 that says why not."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        await record(hands, NEWS2[:6])
        assert "NEWS2           –   mangler bevissthet, temperatur" in hands.text
        await hands.press("f9")
        assert "Kan ikke signeres: mangler bevissthet, temperatur" in hands.text


async def test_an_unusual_value_asks_for_a_reason_and_an_impossible_one_is_refused(tmp_path: Path) -> None:
    """Two ranges: one may be signed with a reason, the other not at all (UX-13)."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        await record(hands, ("22", "93", "n", "105", "60", "210", "a", "384"))
        await hands.press("f9")
        assert "puls 210 er uvanlig" in hands.text
        while "[" not in next(line for line in hands.lines() if "Begrunnelse for puls" in line):
            await hands.press("shift+tab")
        await hands.write("målt to ganger")
        await hands.press("f9")
        assert "SIGNER" in hands.text
        await hands.press("escape")
        assert "Ingenting er signert." in hands.text


async def test_scale_two_only_with_a_physicians_decision(tmp_path: Path) -> None:
    """Where the chart has it the scale stands beside the score; elsewhere F5 says why not (UX-14)."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.choose("BAKKEN")
        await record(hands, ("18", "90", "n", "130", "80", "80", "a", "370"))
        assert "skala 2" in next(line for line in hands.lines() if line.startswith("   NEWS2"))
        assert "Ingrid Berg" in hands.text
        await hands.press("escape")
        await hands.choose("HANSEN")
        await hands.press("v", "f5")
        assert "Skala 2 kan ikke velges" in hands.lines()[-2]


async def test_a_look_alike_asks_for_the_last_three_digits(tmp_path: Path) -> None:
    """Wrong digits sign nothing; the right ones do (UX-06)."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.choose("MOEN, Ragnhild")
        await record(hands)
        await hands.press("f9")
        assert "Likt navn på listen" in hands.text
        await hands.write("999\n")
        assert "Sifrene er ikke denne pasientens." in hands.text
        await hands.write("837\n")
        assert "◆ signert" in hands.text


async def test_a_change_after_the_summary_closes_it(tmp_path: Path) -> None:
    """What is signed is what the summary named: back into a field, one more digit, and nothing can be signed before F9."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.choose("MOEN, Ragnhild")
        await record(hands, ("22", "93", "n", "105", "60", "99", "a", "384"))
        await hands.press("f9")
        assert "SIGNER" in hands.text
        await hands.press("shift+tab", "shift+tab", "shift+tab", "shift+tab")
        await hands.write("4")
        assert "Endret etter oppsummeringen" in hands.text
        assert "SIGNER" not in hands.text


async def test_leaving_at_once_loses_no_key(tmp_path: Path) -> None:
    """Esc straight after the last key, while the saving of the one before is under way."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        await hands.press("v", "2", "2", "enter", "9", "3", "escape", "v")
        assert "22      /min" in hands.text
        assert "93      %" in hands.text


async def test_a_draft_survives_a_new_start_and_is_taken_up_again(tmp_path: Path) -> None:
    """What was typed is there after the program has gone, and the network is not needed.

    Fault: K31.
    """
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        await record(hands, ("22", "93"))
    ward.network.is_down = True
    async with at_work(ward) as hands:
        await hands.unlock()
        assert "UTEN NETT" in hands.lines()[0] or "NETT UKJENT" in hands.lines()[0]
        await hands.choose("HANSEN")
        assert "●" in next(line for line in hands.lines() if "HANSEN" in line)
        await hands.press("v")
        assert "22      /min" in hands.text
        assert "93      %" in hands.text


async def test_a_note_is_written_signed_and_taken_back(tmp_path: Path) -> None:
    """Text in brackets is text; `b` takes the note back, and a second `b` says why not."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        await hands.press("n")
        await hands.write("Rolig [ikke bekreftet] natt.\nØdem økt.")
        await hands.press("f2")
        assert_grid("note_80x24", hands.text)
        await hands.press("f9", "enter")
        await hands.press("u")
        assert_grid("outbox_80x24", hands.text)
        await hands.press("b")
        assert "trukket tilbake" in hands.text
        await hands.press("b")
        assert "Den er alt trukket tilbake." in hands.text
        await hands.press("a")
        assert "Den er trukket tilbake." in hands.text


async def test_esc_keeps_the_draft_and_f4_twice_discards_it(tmp_path: Path) -> None:
    """Esc never discards (UX-21)."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        await hands.press("n")
        await hands.write("Halvferdig")
        await hands.press("escape")
        assert "Utkastet er lagret." in hands.text
        await hands.press("n")
        assert "Halvferdig" in hands.text
        await hands.press("f4")
        assert "F4 en gang til" in hands.text
        await hands.press("f4")
        assert "Utkastet er forkastet." in hands.text
        await hands.press("n")
        assert "Halvferdig" not in hands.text


async def test_what_is_signed_without_network_is_delivered_when_it_is_back(tmp_path: Path) -> None:
    """Signed offline, it waits; afterwards "i journalen" stands with the journal's own ids."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        ward.network.is_down = True
        await hands.choose("HANSEN")
        await record(hands)
        await hands.press("f9", "enter", "u")
        assert "◆ NEWS2 7" in hands.text
        assert ward.workday is not None
        ward.network.is_down = False
        ward.clock.move(60)
        await ward.workday.sync()
        await hands.rest()
        assert "i journalen" in hands.text
        await hands.press("enter")
        assert "Journalens id for den første av 8 deler: Observation/" in " ".join(hands.text.split())


async def test_help_names_the_keys_of_the_place(tmp_path: Path) -> None:
    """F1 opens the keys of where one is, and Esc goes back there."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.press("f1")
        assert "Ny måling: NEWS2" in hands.text
        await hands.press("pagedown")
        assert "◆               signert: kan trekkes tilbake" in hands.text
        await hands.press("escape")
        assert "Runden" in hands.lines()[0]


async def test_the_selection_needs_no_colour(tmp_path: Path) -> None:
    """With NO_COLOR the chosen row has its mark, and danger its words and signs."""
    async with at_work(Ward(tmp_path), NO_COLOR="1") as hands:
        await hands.first_morning()
        await hands.choose("BAKKEN")
        assert sum(line.startswith(">") for line in hands.lines()) == 1
        await hands.press("enter")
        assert "Allergi: Kjente ▲" in hands.text
        assert "▲ høy" in hands.text


async def test_leaving_says_what_is_unsent_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`q` says it whole, also on 80 columns; a second one leaves.

    Fault: T3.
    """
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        ward.network.is_down = True
        await hands.choose("HANSEN")
        await record(hands)
        await hands.press("f9", "enter", "q")
        said = " ".join(hands.text.split())
        assert "ikke i journalen" in said
        assert "en gang til for å avslutte" in said
        left, leave = asyncio.Event(), hands.app.leave

        async def told(code: int = 0) -> None:
            await leave(code)
            left.set()

        monkeypatch.setattr(hands.app, "leave", told)
        hands.app.keyboard.take(events.Key("q", "q"))
        await asyncio.wait_for(left.wait(), 20)
        assert hands.app.return_code == 0


async def test_enter_does_not_break_off_the_fetching(tmp_path: Path) -> None:
    """Type-ahead on the way to the round stops nothing."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.press("enter")
        await hands.write("fjell-hytte-7\nfjell-hytte-7\n")
        await hands.press("t", "enter", "enter")
        assert "komplett" in hands.text
        await hands.press("enter")
        assert "BAKKEN, Solveig" in hands.text

"""An alarm visit to somebody who is not in the cache: written now, matched to the right patient by a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.golden.grid import assert_grid
from tests.pilot.ward import Hands, Ward, at_both_sizes, at_work

if TYPE_CHECKING:
    from pathlib import Path

SOLVEIG = ("Solveig Bakken", "14834149894", "14031941", "Elgeseter gate 12", "falt på badet")


async def write_of(hands: Hands, who: tuple[str, ...] = SOLVEIG) -> None:
    """Type an identity and a note under it."""
    await hands.press("p")
    await hands.write("".join(f"{value}\n" for value in who))
    await hands.press("f9", "n")
    await hands.write("Falt på badet. Våken, ingen smerter.")
    await hands.press("f9", "enter")


@at_both_sizes
async def test_somebody_outside_the_list_is_written_of_and_matched(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Without network a note under a typed identity; with it the journal's candidate, three digits, and it goes out."""
    ward = Ward(tmp_path)
    mark = f"{size[0]}x{size[1]}"
    async with at_work(ward, size) as hands:
        await hands.first_morning()
        ward.network.is_down = True
        await hands.press("p")
        await hands.write("Solveig Bakken\n14834149894\n")
        assert_grid(f"stranger_{mark}", hands.text)
        await hands.write("14031941\nElgeseter gate 12\nfalt på badet\n")
        await hands.press("f9")
        assert_grid(f"stranger_open_{mark}", hands.text)
        await hands.press("n")
        await hands.write("Falt på badet. Våken, ingen smerter.")
        await hands.press("f9", "enter")
        assert "◆ signert" in hands.text
        await hands.press("u")
        assert "mangler pasient" in hands.text
        assert_grid(f"outbox_stranger_{mark}", hands.text)
        ward.network.is_down = False
        ward.clock.move(60)
        assert ward.workday is not None
        await ward.workday.sync()
        assert ward.workday.status().unsent_entries == 1
        await hands.press("p")
        assert_grid(f"match_{mark}", hands.text)
        await hands.press("enter")
        assert_grid(f"match_ask_{mark}", hands.text)
        await hands.write("123\n")
        assert "Sifrene er ikke denne pasientens." in hands.text
        await hands.write("894\n")
        assert "Koblet til" in hands.text
        await ward.workday.sync()
        await hands.rest()
        (row,) = await ward.workday.outbox()
        assert row.state.value == "i journalen"
        note = ward.journal.read(*row.journal_ids[0].split("/"))
        assert note is not None
        subject = json.loads(note.body)["subject"]["reference"]
        patient = ward.journal.read("Patient", subject.removeprefix("Patient/"))
        assert patient is not None
        assert "14834149894" in patient.body.decode()


async def test_what_cannot_be_used_is_said_before_anything_is_kept(tmp_path: Path) -> None:
    """Nothing typed, a birth date that is none, a number that does not add up: each said, the last kept when insisted on."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.press("p", "f9")
        assert "Skriv navn eller fødselsnummer." in hands.text
        await hands.write("Ukjent Mann\n14834149895\n31.02.1941")
        await hands.press("f9")
        assert "Skriv fødselsdatoen" in hands.text
        await hands.press("ctrl+u", "f9")
        assert "stemmer ikke" in hands.text
        assert ward.workday is not None
        assert await ward.workday.strangers() == ()
        await hands.press("f9")
        assert len(await ward.workday.strangers()) == 1


async def test_who_was_typed_before_is_opened_again(tmp_path: Path) -> None:
    """The list under the form; Enter opens, and the draft is where it was."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await write_of(hands)
        await hands.press("escape")
        assert "Skrevet før" in hands.text
        assert "1 signert" in hands.text
        await hands.press(*["enter"] * 5)
        await hands.press("enter")
        assert "BAKKEN, Solveig" in hands.text
        assert "Pasient " in hands.lines()[0]


async def test_the_journal_without_a_likeness_says_so_and_is_asked_again(tmp_path: Path) -> None:
    """Nobody found, no network: words for both, and `r` asks again."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await write_of(hands, ("Xyz Qwerty", "", "", "", ""))
        await hands.press("escape", "escape", "u", "p")
        assert "fant ingen som ligner" in hands.text
        ward.network.is_down = True
        await hands.press("r")
        assert "Journalen svarer ikke." in hands.text

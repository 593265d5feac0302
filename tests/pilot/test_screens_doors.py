"""At the door: another clinician's with no network, and a PIN that was forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pilot.ward import PIN, Ward, at_work

if TYPE_CHECKING:
    from pathlib import Path

NEW = "gråor-99-eik"


async def test_each_finds_the_own_door_without_network(tmp_path: Path) -> None:
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
    async with at_work(ward) as hands:
        await hands.press("f3")
        assert "Hvem er du?" in hands.text, "with one cache the key leads to the sign-in"
        await hands.press("down")
        await hands.press("enter")
        await hands.write(f"{NEW}\n{NEW}\n")
        assert "Runden" in hands.lines()[0]
    ward.network.is_down = True
    async with at_work(ward) as hands:
        assert "Kari Nordmann" not in hands.text
        await hands.press("f3")
        assert "Flere har lager på denne maskinen" in hands.text
        assert "En annen: logg inn mot journalen" in hands.text
        if not any(line.startswith(">") and "Kari" in line for line in hands.lines()):
            await hands.press("down")
        await hands.press("enter")
        assert "Kari Nordmann" in hands.text
        await hands.write(f"{PIN}\n")
        assert "HANSEN" in hands.text


async def test_a_forgotten_pin_is_said_to_be_one_only_after_a_sign_in(tmp_path: Path) -> None:
    """F8 at the locked door does nothing; signed in, it says what becomes of the unsent, and asks twice."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        await hands.press("n")
        await hands.write("Sett til.")
        ward.network.is_down = True
        await hands.press("f9", "enter")
    ward.network.is_down = False
    async with at_work(ward) as hands:
        await hands.press("f8")
        assert "legges ikke til side" in hands.text
        await hands.press("f3")
        await hands.press("enter")
        assert "Glemt PIN?" in hands.text
        await hands.press("f8")
        assert "1 oppføring er usendt, og er forseglet" in " ".join(hands.text.split())
        await hands.press("escape")
        await hands.press("f8", "f8")
        assert "Velg PIN" in hands.lines()[0]
        await hands.write(f"{NEW}\n{NEW}\n")
        assert "Runden er ikke tatt med" in hands.text

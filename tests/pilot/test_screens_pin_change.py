"""Another PIN from within the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from tests.pilot.ward import PIN, Ward, at_work

if TYPE_CHECKING:
    from pathlib import Path

NEW = "gråor-99-eik"


async def test_the_pin_is_changed_on_the_round_and_opens_the_next_day(tmp_path: Path) -> None:
    """The two new ones differ, then the old one is wrong, then it is done; the round stays as it is."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
        await hands.press("ctrl+p")
        await hands.write(f"{PIN}\n{NEW}\n{NEW}x\n")
        assert "ikke like" in hands.text
        assert NEW not in hands.text
        await hands.write(f"{NEW}\n{NEW}\n")
        assert "PIN-koden er byttet." in hands.text
        assert "HANSEN" in hands.text
        await hands.press("ctrl+p")
        await hands.write(f"{PIN}\n{NEW}-2\n{NEW}-2\n")
        assert "Feil PIN" in hands.text
        assert "4 forsøk igjen" in hands.text
        await hands.write(f"{NEW}\n{NEW}-2\n{NEW}-2\n")
        assert "Ventetiden etter feil PIN er ikke over." in hands.text
        assert "4 forsøk igjen. Vent 1 sekund." in hands.text
        for wait in (1, 5, 30):
            ward.clock.move(wait)
            await hands.write(f"{PIN}\n{NEW}-2\n{NEW}-2\n")
        await hands.write(f"{NEW}\n{NEW}-2\n{NEW}-2\n")
        assert "Bare ett forsøk er igjen" in hands.text, "the last one is not spent from within"
        await hands.press("escape")
        assert "HANSEN" in hands.text
    async with at_work(ward) as hands:
        ward.clock.move(120)
        await hands.write(f"{NEW}\n")
        assert "HANSEN" in hands.text


async def test_a_pin_is_pasted_as_well_as_typed(tmp_path: Path) -> None:
    """Whoever keeps a long one in a password manager need not make it short; the first line counts, as the manager gives it."""
    ward = Ward(tmp_path)
    async with at_work(ward) as hands:
        await hands.first_morning()
    async with at_work(ward) as hands:
        hands.app.post_message(events.Paste(f"{PIN}\nnoe annet"))
        await hands.rest()
        assert PIN not in hands.text
        await hands.press("enter")
        assert "HANSEN" in hands.text

"""Bursts of keys in one process, on the real journal, working day and screens: from the list, through the form, signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.burner import load
from tests.pilot.ward import Hands, Ward, at_work
from tests.pty.terminal import keys
from tests.unit.test_tui_keyboard import GAPS, press
from tui.widgets.value_field import ValueField

if TYPE_CHECKING:
    from pathlib import Path

TYPED = {
    "rr": "18",
    "spo2": "95",
    "o2": "n",
    "systolic": "128",
    "diastolic": "77",
    "pulse": "84",
    "acvpu": "a",
}
TYPED |= {"temp": "37,2"}
WORDS = ["v", *(word for value in TYPED.values() for word in (value, "enter"))]


def landed(hands: Hands) -> dict[str, str]:
    """Return what stands in the fields of the form."""
    fields = hands.app.screen.query(ValueField)
    return {str(field.id): field.value for field in fields if field.id in TYPED}


@pytest.mark.parametrize(
    "is_loaded", [False, pytest.param(True, marks=pytest.mark.day)], ids=["idle", "loaded"]
)
async def test_burst_lands_right_in_the_real_form(tmp_path: Path, *, is_loaded: bool) -> None:
    """At every pace every value stands in its own field; thrown away after each, and the last one signed."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.choose("HANSEN")
        with load(is_on=is_loaded):
            for gap in GAPS:
                await press(hands.app, *keys(WORDS), gap=gap)
                await hands.rest()
                assert landed(hands) == TYPED
                await hands.press("f4", "f4")
            await press(hands.app, *keys([*WORDS, "f9", "enter"]))
            await hands.rest()
        assert "kan trekkes tilbake med u" in hands.text
        await hands.press("u")
        assert hands.text.count("◆") == 1


async def test_burst_with_the_three_digits_signs_the_patient_they_belong_to(tmp_path: Path) -> None:
    """Where a name looks like another, the digits of the same burst go into their own field, and nowhere else."""
    async with at_work(Ward(tmp_path)) as hands:
        await hands.first_morning()
        await hands.choose("MOEN, Ragnhild")
        await press(hands.app, *keys([*WORDS, "f9", "837", "enter"]))
        await hands.rest()
        assert "kan trekkes tilbake med u" in hands.text
        await hands.press("u")
        assert "MOEN, Ragnhild" in hands.text
        assert hands.text.count("◆") == 1

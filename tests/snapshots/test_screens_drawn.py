"""Two pictures in colour and weight, of the places that are looked at most; the rest is kept as grids of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pilot.ward import Hands, Ward

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot


def test_the_round_with_a_critical_score(tmp_path: Path, snap_compare: Callable[..., bool]) -> None:
    """The list at 80x24 after a NEWS2 of 7: red only for danger, yellow for what needs a person."""

    async def work(pilot: Pilot[int]) -> None:
        app: Any = pilot.app
        hands = Hands(app)
        await hands.rest()
        await hands.first_morning()
        await hands.choose("HANSEN")
        await hands.press("v", *"22", "enter", *"93", "enter", "n", "enter", *"105", "enter", *"60", "enter")
        await hands.press(*"104", "enter", "a", "enter", *"384", "enter", "f9", "enter")

    assert snap_compare(Ward(tmp_path).app(), run_before=work, terminal_size=(80, 24))


def test_the_patient_beside_the_values(tmp_path: Path, snap_compare: Callable[..., bool]) -> None:
    """The measurements with their trend at 120x40."""

    async def work(pilot: Pilot[int]) -> None:
        app: Any = pilot.app
        hands = Hands(app)
        await hands.rest()
        await hands.first_morning()
        await hands.choose("BAKKEN")
        await hands.press("enter", "3")

    assert snap_compare(Ward(tmp_path).app(), run_before=work, terminal_size=(120, 40))

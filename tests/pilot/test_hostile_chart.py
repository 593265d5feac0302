"""A chart full of terminal commands, bidi characters and mock markup, on every place: nothing steers, nothing is lost."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.hostile_app import PAYLOADS
from tests.pilot.ward import Hands, Ward, at_work
from tui.text.visible import visible

if TYPE_CHECKING:
    from pathlib import Path

STEERING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
PATIENT = "HANSEN"
STRINGS = {
    "Patient": ("name.given", "address.line"),
    "AllergyIntolerance": ("code.text",),
    "MedicationRequest": ("medicationCodeableConcept.text", "dosageInstruction.text"),
    "Task": ("description",),
    "CarePlan": ("title", "activity.detail.description"),
    "Goal": ("description.text",),
    "Condition": ("code.text",),
    "Flag": ("code.text",),
    "Appointment": ("description", "comment"),
}

FIRST = ("bidi", "csi", "hidden", "lines", "osc52")
AFTER = sorted(set(PAYLOADS) - {"surrogate", *FIRST})


def poison(resource: dict[str, Any], payload: str) -> bool:
    """Put the payload into every free text of a resource that the screens show; tell whether there was one."""
    touched = False
    for path in STRINGS.get(resource["resourceType"], ()):
        touched = _put(resource, path.split("."), payload) or touched
    return touched


def _put(node: Any, path: list[str], payload: str) -> bool:
    """Walk down lists and objects, and lengthen the text at the end."""
    if isinstance(node, list):
        return sum(_put(child, path, payload) for child in node) > 0  # all of them, not until the first
    if not isinstance(node, dict) or path[0] not in node:
        return False
    if len(path) > 1:
        return _put(node[path[0]], path[1:], payload)
    value = node[path[0]]
    node[path[0]] = [f"{text}{payload}" for text in value] if isinstance(value, list) else f"{value}{payload}"
    return True


def poison_journal(ward: Ward, payload: str) -> int:
    """Rewrite the journal's own rows, as a journal with no manners would hold them."""
    tables = ward.journal.tables
    rows = tables.execute("SELECT rowid, body FROM version").fetchall()
    count = 0
    for row, body in rows:
        resource = json.loads(body)
        if poison(resource, payload):
            tables.execute(
                "UPDATE version SET body = ? WHERE rowid = ?", (json.dumps(resource).encode(), row)
            )
            count += 1
    return count


def check(hands: Hands) -> str:
    """Return the screen, after looking at every cell that would be written."""
    for line in hands.lines():
        assert STEERING.search(line) is None, repr(line)
    return hands.text


@pytest.mark.parametrize("name", [*FIRST, *(pytest.param(one, marks=pytest.mark.day) for one in AFTER)])
async def test_a_hostile_chart_steers_nothing_on_any_place(tmp_path: Path, name: str) -> None:
    """Every place is drawn, and the payload is there to be read."""
    ward = Ward(tmp_path)
    assert poison_journal(ward, f"før{PAYLOADS[name]}etter") > 20
    async with at_work(ward, (120, 40)) as hands:
        await hands.first_morning()
        check(hands)
        await hands.choose(PATIENT)
        check(hands)
        await hands.press("enter")
        seen = ""
        for page in "123456":
            await hands.press(page)
            seen += check(hands)
        for key in ("v", "n"):
            await hands.press(key)
            check(hands)
            await hands.write(PAYLOADS[name].replace("\x1b", "")[:3] if key == "n" else "22\n")
            check(hands)
            await hands.press("escape")
        await hands.press("u", "f1")
        check(hands)
        shown = "".join(visible(f"før{PAYLOADS[name]}etter").split())
        assert shown in "".join(seen.split())


async def test_text_in_brackets_is_text_on_every_place(tmp_path: Path) -> None:
    """`[ikke bekreftet]`, `[/x]` and a click command are shown as they were written."""
    ward = Ward(tmp_path)
    poison_journal(ward, " [ikke bekreftet] [/x] [@click=app.quit]x[/]")
    async with at_work(ward, (120, 40)) as hands:
        await hands.first_morning()
        await hands.choose(PATIENT)
        assert "[ikke bekreftet]" in hands.text
        await hands.press("enter", "2")
        said = " ".join(hands.text.split())
        assert "[ikke bekreftet] [/x] [@click=app.quit]x[/]" in said
        await hands.press("escape", "n")
        await hands.write("Uro [ikke bekreftet] [/x]\n")
        await hands.press("f9", "enter", "u", "enter")
        assert "Notat" in hands.text
        await hands.press("escape", "enter", "4")
        assert "Uro [ikke bekreftet] [/x]" in hands.text

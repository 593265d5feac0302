"""What may be copied, how it is handed to the terminal, and that it is taken away again."""

from __future__ import annotations

import asyncio
import base64
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from services.views import Section
from tests.chart_material import chart, concept, person
from tests.pilot.ward import StandingClock
from tui.clipboard import EMPTIED, LASTS, Clipboard
from tui.text.copying import copyable

if TYPE_CHECKING:
    from services.views import Chart

_GIVEN = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
PULSE = {
    "resourceType": "Observation",
    "id": "o",
    "status": "final",
    "code": concept(text="Puls"),
    "effectiveDateTime": "2026-11-23T07:10:00Z",
    "valueQuantity": {"value": 88, "unit": "/min"},
}
NOTE = {
    "resourceType": "DocumentReference",
    "id": "d",
    "status": "current",
    "content": [
        {
            "attachment": {
                "contentType": "text/plain",
                "data": base64.b64encode("Sår stelt.\x1b]0;x\x07".encode()).decode(),
            }
        }
    ],
    "date": "2026-11-23T13:10:00Z",
    "author": [{"display": "O. Lie"}],
    "type": concept(text="Journalnotat"),
}
MEDICINE = {
    "resourceType": "MedicationRequest",
    "id": "m",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": concept(text="Paracet 500 mg"),
}


@pytest.fixture
def whole() -> Chart:
    return chart(person(), PULSE, NOTE, MEDICINE)


def test_three_pages_have_something_that_may_be_copied_and_none_says_who_it_is(whole: Chart) -> None:
    found = {page: copyable(whole, page) for page in range(1, 7)}
    assert {page: one.what for page, one in found.items() if one} == {
        2: "medicines",
        3: "readings",
        4: "note",
    }
    assert found[3] is not None
    reading, *fresh = found[3].text.splitlines()
    assert reading == "23.11.2026 08:10  Puls: 88 /min"  # a time that is read elsewhere is a whole one
    assert fresh == ["Komplett: målinger · per 24.11.2026 08:30"]
    text = "\n".join(one.text for one in found.values() if one)
    assert "Paracet" in text
    banner = whole.banner
    assert not [one for one in (banner.family, banner.given, banner.identity_number) if one and one in text]
    assert whole.address not in text


def test_a_list_of_medicines_says_what_is_as_needed_and_how_whole_and_old_it_is(whole: Chart) -> None:
    regular = replace(whole.medicines[0], dose="1 tablett")
    needed = replace(regular, substance="Oksazepam", as_needed=True, reason="uro", since=date(2026, 10, 1))
    parts = (
        Section("medisiner", datetime(2026, 11, 23, 7, 57, tzinfo=UTC), complete=True),
        Section("notater", None, complete=False),
    )
    found = copyable(replace(whole, medicines=(needed, regular), sections=parts), 2)
    assert found is not None
    assert found.text.splitlines() == [
        "Faste medisiner (1)",
        "Paracet 500 mg — DOSE 1 tablett",
        "Ved behov (1)",
        "Oksazepam — DOSE 1 tablett — uro — siden 01.10.2026",
        "Komplett: medisiner · per 23.11.2026 08:57",
    ]
    broken = (replace(parts[0], complete=False, reason="incomplete"),)
    found = copyable(replace(whole, medicines=(regular,), sections=broken), 2)
    assert found is not None
    assert (
        found.text.splitlines()[-1]
        == "▲ medisiner: ikke komplett (det kan finnes mer i journalen) · per 23.11.2026 08:57"
    )


def test_a_note_that_is_not_whole_and_an_empty_page_give_nothing(whole: Chart) -> None:
    blocked = replace(whole, notes=(replace(whole.notes[0], unreadable="Sperret: dokument"),))
    assert copyable(blocked, 4) is None
    assert copyable(replace(whole, medicines=()), 2) is None


def until(board: Clipboard) -> datetime | None:
    """Return until when something of ours is there."""
    return board.ends_at


def given(written: list[str]) -> list[str]:
    """Return what a terminal was given for its clipboard; nothing else may have been written."""
    stream = "".join(written)
    assert _GIVEN.sub("", stream) == ""
    return [base64.b64decode(one).decode() for one in _GIVEN.findall(stream)]


async def test_it_is_laid_there_as_text_and_taken_away_when_its_time_is_up() -> None:
    clock, written, changes = StandingClock(), list[str](), list[object]()
    board = Clipboard(clock, written.append, lambda: changes.append(board.ends_at))
    board.lay("Sår stelt.\x1b]0;x\x07\nPuls 88")
    assert given(written) == ["Sår stelt.<U+001B>]0;x<U+0007>\nPuls 88"]
    assert board.ends_at == clock.now() + LASTS
    await asyncio.sleep(0)
    clock.move(29)
    await asyncio.sleep(0)
    assert until(board) is not None
    clock.move(2)
    for _ in range(5):
        await asyncio.sleep(0)
    assert until(board) is None
    assert given(written)[1:] == [" ", ""]
    assert written[1] == EMPTIED
    assert changes[-1] is None


async def test_what_is_laid_there_anew_has_its_whole_time_and_is_emptied_once() -> None:
    clock, written = StandingClock(), list[str]()
    board = Clipboard(clock, written.append, lambda: None)
    board.empty()
    assert written == []  # what somebody else laid there is not ours to take away
    board.lay("en")
    await asyncio.sleep(0)
    clock.move(20)
    board.lay("to")
    await asyncio.sleep(0)
    clock.move(15)
    for _ in range(5):
        await asyncio.sleep(0)
    assert board.ends_at == clock.now() + LASTS - timedelta(seconds=15)
    board.empty()
    board.empty()
    assert given(written) == ["en", "to", " ", ""]

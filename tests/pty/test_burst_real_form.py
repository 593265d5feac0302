"""Bursts of keys into the real client on the real journal, through a pseudo-terminal, up to what the journal then holds.

One write, or a key every few milliseconds: from the list of visits through the form and the signing, idle and loaded.
Each burst has values of its own, so that one that landed elsewhere is seen. Stock Textual, on the comparable form of
`tests.form_app`, stands beside it in the table at the end of the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.burner import load
from tests.conftest import BURST
from tests.pty.client import Nurse, chosen, plain_environment, rows_of
from tests.pty.stock import stock_fields_right
from tests.pty.terminal import keys
from tests.sandbox_room import SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.pty.terminal import Terminal

pytestmark = pytest.mark.xdist_group("burst")

PATIENT = "HANSEN, Odd"
WRISTBAND = "29874849837"
GAPS = (0.0, 0.005, 0.020, 0.050)
CODES = {"9279-1": "rr", "2708-6": "spo2", "59408-5": "spo2", "8480-6": "systolic", "8462-4": "diastolic"}
CODES |= {"8867-4": "pulse", "8310-5": "temp"}
CHOICES = {"722742002": "n", "371825009": "j", "248234008": "a", "300202002": "v"}
FORM = ("Respirasjon", "SpO2", "Oksygen", "BT systolisk", "BT diastolisk", "Puls", "Bevissthet", "Temperatur")


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxRoom]:
    """Run one journal, for a home of its own."""
    home = tmp_path_factory.mktemp("burst") / "home"
    home.mkdir(mode=0o700)
    room = SandboxRoom(home / ".local" / "state" / "feltjournal" / "sandbox")
    room.start()
    yield room
    room.close()


@pytest.fixture(scope="module")
def nurse(journal: SandboxRoom) -> Iterator[Nurse]:
    """A nurse with the round before her, on the patient that looks like nobody else."""
    home = journal.folder.parents[3]
    nurse = Nurse(home, plain_environment(home))
    nurse.start()
    nurse.signs_in()
    nurse.takes_round()
    nurse.chooses(PATIENT)
    yield nurse
    assert nurse.quits() == 0


def values_of(number: int) -> dict[str, str]:
    """Return values that no other burst has."""
    return {
        "rr": str(12 + number),
        "spo2": str(92 + number),
        "o2": "nj"[number % 2],
        "systolic": str(121 + number),
        "diastolic": str(71 + number),
        "pulse": str(61 + number),
        "acvpu": "av"[number % 2],
        "temp": str(361 + number),
    }


@pytest.mark.parametrize(
    "is_loaded", [False, pytest.param(True, marks=pytest.mark.day)], ids=["idle", "loaded"]
)
@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: f"{gap * 1000:.0f}ms")
def test_burst_is_in_the_journal_as_it_was_typed(
    nurse: Nurse,
    journal: SandboxRoom,
    gap: float,
    *,
    is_loaded: bool,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Form opened, eight values, signed: every value is in its own Observation, read past our client."""
    typed = values_of(GAPS.index(gap) + len(GAPS) * is_loaded)
    calls = journal.fhir("olav-lie")
    before = {one["id"] for one in calls.all_of("Observation")}
    words = ["v", *(word for value in typed.values() for word in (value, "enter")), "f9", "enter"]
    with load(is_on=is_loaded):
        nurse.terminal.send(*keys(words), gap=gap)
        nurse.sees("kan trekkes tilbake med u")
        stock = stock_fields_right(gap, tmp_path)
    _deliver(nurse)
    landed = _landed([one for one in calls.all_of("Observation") if one["id"] not in before])
    right = sum(landed.get(field) == value for field, value in typed.items())
    machine = "loaded" if is_loaded else "idle"
    told = f"{machine:6}  {gap * 1000:2.0f} ms between keys: {right} of 8 in the journal, stock Textual {stock} of 8"
    record_property(BURST, told)
    assert landed == typed


def _deliver(nurse: Nurse) -> None:
    """Send what was signed last, and wait until the journal has everything."""
    nurse.presses("u")
    nurse.terminal.wait_for(lambda t: "sender eller venter" in t.line(1) or "i journalen" in t.line(1))
    nurse.presses("end", "a")
    nurse.terminal.wait_for(lambda t: "Utboks" in t.line(0) and "venter" not in t.line(1), seconds=60)
    assert "avvist" not in nurse.terminal.line(1)
    nurse.presses("escape")
    nurse.sees("Tid   Status")


def _landed(observations: list[dict[str, Any]]) -> dict[str, str]:
    """Return what the journal holds, field by field, in the form's own writing."""
    found: dict[str, str] = {}
    for one in observations:
        if one["category"][0]["coding"][0]["code"] == "survey":
            continue
        for part in one.get("component", [one]):
            for coding in part["code"]["coding"]:
                if coding["code"] in CODES and "valueQuantity" in part:
                    found[CODES[coding["code"]]] = _digits(part["valueQuantity"]["value"])
            if "valueCodeableConcept" in part:
                choice = part["valueCodeableConcept"]["coding"][0]["code"]
                found["o2" if CHOICES[choice] in "nj" else "acvpu"] = CHOICES[choice]
    return found


def _digits(value: float) -> str:
    """Return the digits that are typed for a number."""
    return str(value).replace(".", "")


def _fields(terminal: Terminal) -> dict[str, str]:
    """Return what stands in the fields that are not empty, without the brackets of the one in hand."""
    found = {}
    for line in terminal.lines[5:15]:
        for name in FORM:
            if line[3:].startswith(name) and (value := line[18:27].strip("[]_ –")):
                found[name] = value
    return found


def _throw_away(nurse: Nurse) -> None:
    nurse.presses("f4", "f4")
    nurse.sees("Tid   Status")


def test_wristband_scanner_in_the_form_fills_one_field_only(nurse: Nurse) -> None:
    """Eleven digits and Enter are refused where they stand, and nothing of them is in any other field."""
    nurse.presses("v", *WRISTBAND, "enter", *"95", "enter")
    nurse.terminal.wait_for(lambda t: _fields(t) == {"Respirasjon": WRISTBAND[:7], "SpO2": "95"})
    assert "rett opp" in nurse.terminal.text
    nurse.presses("f9")
    nurse.sees("Kan ikke signeres")
    _throw_away(nurse)


def test_paste_stays_in_its_field_and_in_order(nurse: Nurse) -> None:
    """A pasted value, Enter and typed keys in one write; of several pasted lines only the first is taken.

    Fault: T1.
    """
    nurse.presses(
        "v", "\x1b[200~18\x1b[201~", "enter", "\x1b[200~95\nn\n128\x1b[201~", "enter", *"n", "enter"
    )
    nurse.terminal.wait_for(lambda t: _fields(t) == {"Respirasjon": "18", "SpO2": "95", "Oksygen": "n"})
    nurse.sees("> BT systolisk")
    _throw_away(nurse)


@pytest.mark.day
def test_held_arrow_keys_end_on_the_row_they_say(nurse: Nurse) -> None:
    """A hundred repeats down and up, then the form at once: it is the patient that the keys led to.

    Fault: T1.
    """
    nurse.presses("home")
    nurse.terminal.wait_for(_whole_list)
    names = [row[19:30].split(",")[0] for row in nurse.visits()]
    for gap in (0.0, 0.005):
        held = ["home", *["down"] * 100, *["up"] * 100, "down", "down", "v"]
        nurse.terminal.send(*held, gap=gap)
        nurse.sees("Respirasjon")
        assert names[2] in nurse.terminal.line(1)
        nurse.presses("escape")
        nurse.terminal.wait_for(_whole_list)
    nurse.chooses(PATIENT)


def _whole_list(terminal: Terminal) -> bool:
    """Tell whether the list stands there to its last row: every row has a name, and one is chosen."""
    rows = rows_of(terminal)
    return bool(rows) and all("," in row for row in rows) and bool(chosen(terminal))

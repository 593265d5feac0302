"""A chart that means harm, in the real journal, on every place of the real client, by byte scan of all that it wrote.

Nothing of the journal's text is a command to the terminal, and none of its characters is lost: what is not seen is
written out, and what looks like markup stands as it is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from tests.hostile_chart import EVERYTHING, PAYLOADS, SHORT, tag, write
from tests.pty.client import Nurse, chosen, plain_environment
from tests.pty.terminal import keys
from tests.sandbox_room import SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNSEEN = (
    "\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
MEANT = re.compile(
    r"\x1b\[(?:[0-9;]*m|\d+;\d+H|H|2J|\?(?:25|7|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
    r"|\?20(?:26|48)\$p|[<>=]\d*u|\?\d*u)"
)
"""Every sequence that the client and its parent mean: colours, cursor, modes, and the two questions about modes."""


@pytest.fixture
def journal(home: Path) -> Iterator[SandboxRoom]:
    """Run the journal with the hostile chart in it."""
    folder = home / "inn"
    folder.mkdir()
    write(folder, datetime.now(UTC))
    room = SandboxRoom(home / ".local" / "state" / "feltjournal" / "sandbox")
    started = room.start("--load", str(folder), "--plan-round")
    assert started.refused == ()
    yield room
    room.close()


class Eyes:
    """Reads place after place; knows when the screen shows what the keys asked for."""

    def __init__(self, nurse: Nurse) -> None:
        self.nurse = nurse
        self._letters = cycle("zyw")

    def look(self, *keys: str) -> list[str]:
        """Press keys, wait until they have been handled, and read the screen.

        The wait ends with the answer to a key that does nothing, which the client gives after all before it.
        """
        letter = next(self._letters)
        self.nurse.presses(*keys, letter)
        self.nurse.sees(f"{letter} gjør ingenting her")
        return self.nurse.terminal.lines

    def read_through(self, page: str) -> list[str]:
        """Read a patient's place from its first line to its last."""
        found: dict[int, str] = {}
        body, below = _body(self.look(page, "home"))
        fixed, body = _apart(body)
        total = len(body) + below
        while True:
            found |= dict(enumerate(body, total - below - len(body)))
            if not below:
                return [*fixed, *(found[number] for number in sorted(found))]
            body, below = _body(self.look("pagedown"))
            _, body = _apart(body)


def _body(lines: list[str]) -> tuple[list[str], int]:
    """Return the lines between the places' names and the message, and how many are hidden below them."""
    first = next(number for number, line in enumerate(lines) if re.search(r"›\d ", line)) + 2
    body = lines[first:-2]
    more = re.match(r" ↓ (\d+) linje", body[-1])
    return (body[:-1], int(more[1])) if more else (body, 0)


def _apart(body: list[str]) -> tuple[list[str], list[str]]:
    """Return the tasks, which stay where they are above the page, and the lines that turn."""
    rows = next((n for n, row in enumerate(body) if not re.match(r"[> ] \[[ x]\]", row)), len(body))
    fixed = rows + 1 if rows else 0  # and the empty line under them
    return body[:fixed], body[fixed:]


def columns(lines: list[str], width: int) -> str:
    """Return the cover sheet read down its left column, and then down its right one."""
    half = 34 if width < 100 else width // 2 - 1
    return "".join([bare(line[:half]) for line in lines] + [bare(line[half + 2 :]) for line in lines])


def whole(text: str) -> tuple[set[str], set[str]]:
    """Return the marks in the text that the whole payload follows, and those that are cut off from it."""
    marks = set(re.findall(r"\{[A-Z][A-Za-z]+\.\w+\}", text))
    full = {mark for mark in marks if mark + bare(written_out(EVERYTHING)) + "{.}" in text}
    return full, marks - full


def written_out(text: str) -> str:
    """Return the text with what is not seen made visible, worked out apart from the product's own way."""
    return re.sub(f"[{UNSEEN}]", lambda found: f"<U+{ord(found.group()):04X}>", text)


def bare(text: str) -> str:
    """Return the text without its blanks and line breaks: lines are broken where the place is narrow."""
    return "".join(text.split())


PLACES = {
    "1": {"AllergyIntolerance.text", "Appointment.comment", "Appointment.description", "Task.description"}
    | {"Condition.text", "Flag.text", "Patient.line"},
    "2": {"MedicationRequest.text", "MedicationRequest.display"},
    "3": {"Observation.text", "Observation.valueString"},
    "4": {"DocumentReference.data", "DocumentReference.description", "DocumentReference.display"},
    "5": {"CarePlan.title", "CarePlan.description", "CarePlan.scheduledString", "Goal.text"},
    "6": {"AllergyIntolerance.text", "Flag.text"},
}
"""Whose words stand whole on which place."""

VALUES = ("18", "95", "n", "128", "77", "84", "a", "372")


def check_stream(raw: bytes) -> None:
    """Every escape is one that the program means, and nothing else steers or hides."""
    rest = MEANT.sub("", raw.decode())
    found = re.search(f"[{UNSEEN}]", rest.replace("\r", "").replace("\n", ""))
    assert found is None, repr(rest[max(0, found.start() - 30) : found.start() + 30])


@pytest.mark.day
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_hostile_chart_steers_nothing_and_loses_nothing(
    home: Path, journal: SandboxRoom, size: tuple[int, int]
) -> None:
    """Every place from the sign-in to the unlocking, with what a refusing journal says, and all bytes."""
    nurse = Nurse(home, plain_environment(home), size)
    nurse.start()
    nurse.signs_in()
    nurse.takes_round()
    eyes = Eyes(nurse)
    _list(eyes)
    _patient(eyes)
    _outbox(eyes)
    _note_and_help(eyes)
    _refused_fetch(eyes, journal)
    first = nurse.terminal
    assert nurse.quits() == 0
    nurse.start()
    nurse.unlocks()
    assert nurse.quits() == 0
    check_stream(bytes(first.raw))
    check_stream(bytes(nurse.terminal.raw))


def _list(eyes: Eyes) -> None:
    """Go over every row: the detail of the chosen visit has the name with its payload, written out."""
    names = [SHORT, *PAYLOADS.values()]
    beside = 81 if eyes.nurse.size[0] >= 120 else 0  # where the detail begins
    seen = ""
    for key in ("home", *["down"] * len(PAYLOADS)):
        seen += bare("".join(line[beside:] for line in eyes.look(key)))
    assert [name for name in names if bare(written_out(name)) not in seen] == []


def _patient(eyes: Eyes) -> None:
    """Open the patient with everything in every text, and read all six places."""
    eyes.look("home")
    assert "FIENDTLIG" in chosen(eyes.nurse.terminal)
    eyes.look("enter")
    for page, marks in PLACES.items():
        lines = eyes.read_through(page)
        text = columns(lines, eyes.nurse.size[0]) if page == "1" else bare("".join(lines))
        full, cut = whole(text)
        assert {tag(*mark.split(".")) for mark in marks} <= full, (page, full, cut)
    eyes.nurse.presses("escape")
    eyes.nurse.sees("Tid   Status")


def _outbox(eyes: Eyes) -> None:
    """Sign a NEWS2 of the patient, and look at it in the outbox under the patient's name."""
    nurse = eyes.nurse
    nurse.presses("v", *keys([word for value in VALUES for word in (value, "enter")]))
    nurse.sees("37,2")
    nurse.presses("f9")
    nurse.sees("Enter signer")
    nurse.presses("enter")
    nurse.sees("kan trekkes tilbake")
    nurse.presses("u")
    nurse.sees("NEWS2 1 og 7")
    assert bare(written_out(SHORT)) in bare("".join(eyes.look("enter")))
    nurse.presses("escape")
    nurse.sees("Tid   Status")


def _note_and_help(eyes: Eyes) -> None:
    """Write what looks like markup into a note, sign it, and read it again; look at the keys."""
    nurse = eyes.nurse
    words = "Uro [ikke bekreftet] [/x] [JA] [@click=app.bell]klikk[/]"
    nurse.presses("n")
    nurse.sees("Notat til besøket")
    nurse.terminal.type(words)
    nurse.terminal.wait_for(lambda t: bare(words) in bare(t.text))
    nurse.presses("f9")
    nurse.sees("Enter signer")
    nurse.presses("enter")
    nurse.sees("kan trekkes tilbake")
    nurse.presses("enter")
    assert bare(words) in bare("".join(eyes.read_through("4")))
    nurse.presses("f1")
    nurse.sees("Taster")
    nurse.presses("escape")
    nurse.sees("›4 ")
    nurse.presses("escape")
    nurse.sees("Tid   Status")


def _refused_fetch(eyes: Eyes, journal: SandboxRoom) -> None:
    """Take the round along from a journal that forbids it in words of the same kind."""
    journal.fault("status", status=403, text=EVERYTHING, method="GET", path="/fhir/Appointment", times=0)
    eyes.nurse.presses("t")
    eyes.nurse.sees("ikke tilgang til dette")
    eyes.nurse.terminal.wait_for(lambda t: bare(written_out(EVERYTHING)) in bare(t.text))
    eyes.nurse.presses("escape")
    eyes.nurse.sees("Tid   Status")
    journal.forget_faults()

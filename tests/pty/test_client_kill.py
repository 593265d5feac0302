"""The whole client, at a real terminal before a real journal, killed wherever it happens to be, many times over.

Each turn a nurse writes a few words that no other turn has, on some patient, and signs; the process that holds the screens is
killed at a step and a moment drawn from one seed. `FELTJOURNAL_CLIENT_KILLS` sets how many times (3 unless told).
"""

from __future__ import annotations

import base64
import os
import random
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from ports.ids import SystemIds
from sandbox.launching import find_running
from tests.pty.client import COMMAND, PIN, Nurse, chosen, plain_environment, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.sandbox_room import SandboxRoom

KILLS = int(os.environ.get("FELTJOURNAL_CLIENT_KILLS", "3"))
LATEST = 0.15
"""Seconds after a key at which the process is killed, at most."""
STEPS = 9
"""Of one turn; at the last number all of them are done."""
SIGNED, SAVED = "kan trekkes tilbake med u", "utkast lagret"
LOOKS_ALIKE = "MOEN"
"""Two of the name are on the list, and digits are asked for; that is shown elsewhere."""


class Killed(Exception):
    """The client is gone."""


@dataclass(slots=True)
class Promised:
    """What the nurse saw of the words of one turn."""

    name: str = ""
    saved: bool = False
    signed: bool = False


@dataclass
class Ward:
    """One home, one journal, one turn after the other."""

    nurse: Nurse
    journal: SandboxRoom
    chance: random.Random
    promised: dict[str, Promised] = field(default_factory=dict)
    dies_at: int = -1
    step: int = 0

    def turn(self, number: int) -> None:
        """Write, save, sign and send, and be killed on the way; then take down what was on the screen at the end."""
        words = f"Tur{number:03}."
        promise = self.promised.setdefault(words, Promised())
        self.step, self.dies_at = 0, self.chance.randint(0, STEPS)
        with self.nurse.start():
            try:
                self._work(words, promise)
            except Killed:
                seen = self.nurse.terminal.text
                promise.signed = promise.signed or SIGNED in seen
            else:
                self._kill()

    def _work(self, words: str, promise: Promised) -> None:
        self._does("PIN  ")
        self._does("Tid   Status", *PIN, "enter")
        promise.name = self._goes_to_some()
        self._does("Notat til besøket", "n")
        self._does("lagrer", *words)
        self._does(lambda: SAVED in self.nurse.terminal.text and words in self._squeezed())
        promise.saved = True
        self._does("Enter signer", "f9")
        self._does(SIGNED, "enter")
        promise.signed = True
        self._does("Notat: hjemmebesøk", "u")
        self._does(lambda: "✓" in self.nurse.terminal.text, "home", "a")

    def _squeezed(self) -> str:
        """Return what stands on the screen without the blanks and line ends that wrapping puts in."""
        return "".join(self.nurse.terminal.text.split())

    def _does(self, wanted: str | Callable[[], bool], *keys: str) -> None:
        """Press keys and wait for what they lead to; or die, a random while after them."""
        if keys:
            self.nurse.presses(*keys)
        if self.step == self.dies_at:
            self.nurse.terminal._read_for(self.chance.uniform(0, LATEST))
            self._kill()
            raise Killed
        self.step += 1
        is_there = wanted if callable(wanted) else (lambda: wanted in self.nurse.terminal.text)
        self.nurse.terminal.wait_for(lambda _: is_there(), seconds=120)

    def _kill(self) -> None:
        """Kill the screens with signal 9; while the parent has not started them yet, the parent."""
        parent = psutil.Process(self.nurse.terminal.pid)
        for process in parent.children() or [parent]:
            process.send_signal(signal.SIGKILL)
        self.nurse.terminal.wait_end(seconds=60)

    def _goes_to_some(self) -> str:
        """Go down to one of the first patients whose name is like no other's; return the name."""
        terminal = self.nurse.terminal
        terminal.wait_for(lambda t: bool(chosen(t)))
        names = [name for row in rows_of(terminal)[:5] if LOOKS_ALIKE not in (name := _name(row))]
        wanted = self.chance.choice(names)
        self.nurse.chooses(wanted)
        return wanted

    def signs_what_is_left(self) -> None:
        """Sign the drafts that the kills left behind, once the program is let alone."""
        there = self.texts()
        left = {
            p.name for words, p in self.promised.items() if p.name and not any(words in t for _, t in there)
        }
        for name in sorted(left):
            with self.nurse.start():
                self.nurse.unlocks()
                self.nurse.chooses(name)
                self.nurse.presses("n")
                self.nurse.sees("Notat til besøket")
                self.nurse.terminal.type("Slutt.")
                self.nurse.sees("Slutt.")
                self.nurse.presses("f9")
                self.nurse.sees("Enter signer")
                self.nurse.presses("enter")
                self.nurse.sees(SIGNED)
                assert self.nurse.quits() == 0

    def delivers(self) -> None:
        """Let the command line send what waits, as often as it says that something does."""
        for _ in range(20):
            done = subprocess.run(
                [*COMMAND, "sync", "--pin-fd", "0"],
                input=f"{PIN}\n".encode(),
                capture_output=True,
                env=dict(self.nurse.environment),
                check=False,
                timeout=120,
            )
            if done.returncode == 0:
                return
            with self.nurse.start():  # half a minute of regret is cut short by hand
                self.nurse.unlocks()
                self.nurse.presses("u")
                self.nurse.sees("Notat: hjemmebesøk")
                self.nurse.presses("home", "a")
                self.nurse.sees("✓", seconds=90)
                self.nurse.quits()
        raise AssertionError("something waits for ever")

    def patients(self) -> list[dict[str, Any]]:
        """Return everybody in the journal."""
        return self.journal.fhir("olav-lie").all_of("Patient")

    def texts(self) -> list[tuple[str, str]]:
        """Return whose it is, and the text, of every note that the journal has."""
        found = self.journal.fhir("olav-lie").all_of("DocumentReference")
        return [
            (one["subject"]["reference"], base64.b64decode(part["attachment"].get("data", "")).decode())
            for one in found
            for part in one["content"]
        ]


def _name(row: str) -> str:
    """Return the family name in a row of the list, with the comma after it."""
    return f"{row.partition(', ')[0].split()[-1]}, "


@pytest.fixture
def ward(home: Path, journal: SandboxRoom) -> Ward:
    return Ward(Nurse(home, plain_environment(home)), journal, random.Random(20261125))


@pytest.mark.day
def test_whole_client_killed_anywhere_loses_doubles_and_misplaces_nothing(ward: Ward) -> None:
    """Fault: K1, K5, K6, K7, K8, K9, K12, K31."""
    with ward.nurse.start():
        ward.nurse.signs_in()
        ward.nurse.takes_round()
        assert ward.nurse.quits() == 0
    assert find_running(ward.journal.state, SystemIds()) is not None
    for number in range(KILLS):
        ward.turn(number)
    ward.delivers()
    ward.signs_what_is_left()
    ward.delivers()
    assert any(promise.signed for promise in ward.promised.values()), "nothing came as far as a signature"
    there = ward.texts()
    times = Counter(words for words in ward.promised for _, text in there if words in text)
    for words, promise in ward.promised.items():
        assert times[words] <= 1, f"{words} is {times[words]} times in the journal"
        kept = times[words] or not (promise.signed or promise.saved)
        assert kept, (
            f"{words} is not there: {promise}; there is {[text for _, text in there if 'Tur' in text]}"
        )
    owner = {f"{one['name'][0]['family'].upper()}, ": f"Patient/{one['id']}" for one in ward.patients()}
    for whose, text in there:
        for words, promise in ward.promised.items():
            assert words not in text or owner[promise.name] == whose, "a note of somebody else"

"""The home of one user, for commands that run as processes: the folders of `working_day`, and the embedded journal.

The fixtures `machine` and `running_journal` stand in `conftest.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.pty.client import plain_environment
from tests.pty.terminal import Terminal
from tests.working_day import NEWS2_TOTALS, PIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox_room import SandboxRoom


@dataclass(frozen=True, slots=True)
class Machine:
    """The home of one user, its embedded journal, and where the seals of its cache are exported to."""

    folder: Path
    room: SandboxRoom

    @property
    def environment(self) -> dict[str, str]:
        """What the command is given: this home, and nothing of the user who runs the test."""
        xdg = {name: str(self.folder / f"xdg-{name}") for name in ("data", "state")}
        return plain_environment(self.folder, XDG_DATA_HOME=xdg["data"], XDG_STATE_HOME=xdg["state"])

    @property
    def cache(self) -> Path:
        """The folder of the one cache."""
        (folder,) = [one for one in (self.folder / "data" / "cache").iterdir() if one.is_dir()]
        return folder

    def run(self, *words: str, pin: str = PIN) -> subprocess.CompletedProcess[str]:
        """Run a command with a PIN on its standard input, where `--pin-fd 0` finds it."""
        return subprocess.run(
            [sys.executable, "-m", "cli", *words],
            input=f"{pin}\n",
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            timeout=60,
        )

    def opens(self, *words: str) -> Terminal:
        """Run a command on a terminal."""
        return Terminal([sys.executable, "-m", "cli", *words], environment=self.environment)

    @property
    def export(self) -> Path:
        return self.folder / "minnepinne" / "forseglet"

    @property
    def key(self) -> Path:
        return self.room.folder / "organisation-key"

    @property
    def seals(self) -> list[Path]:
        return sorted(self.cache.glob("*.seal"))

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command; it has nothing to read."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )

    def says(self, *words: str) -> tuple[int, str, str]:
        """Run a command; return its exit code and what it said."""
        with self.start(*words) as process:
            out, error = process.communicate(timeout=120)
        return process.returncode, out, error

    def exported(self) -> None:
        """Take the seals out."""
        code, _, error = self.says("seals", "export", str(self.export))
        assert (code, error) == (0, "")

    def rescue_words(self, *more: str, key: Path | None = None) -> list[str]:
        """Return the words of a rescue by a supervisor."""
        return ["rescue", str(self.export), "--key", str(key or self.key), "--person", "ingrid-berg", *more]

    def rescue(self, *more: str) -> tuple[int, dict[str, Any]]:
        """Rescue; return the exit code and the report."""
        code, out, _ = self.says(*self.rescue_words("--json", *more))
        return code, json.loads(out)

    def in_journal(self) -> tuple[int, int, int, int]:
        """Count what the journal has of Kari: totals, observations and notes of ours, and rescues in its log."""
        calls = self.room.fhir("olav-lie")

        def ours(type_: str) -> int:
            return sum(
                any(i.get("value", "").startswith("urn:uuid:") for i in one.get("identifier", []))
                for one in calls.all_of(type_)
            )

        totals = len(calls.all_of(NEWS2_TOTALS))
        return totals, ours("Observation"), ours("DocumentReference"), calls.count("AuditEvent")

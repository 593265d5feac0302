"""The vault with a real gnome-keyring on a real session bus (security.md §2.2)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox_room import SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.needs("gnome-keyring"), pytest.mark.serial]

ROOT = Path(__file__).resolve().parents[2]
SESSION = 'printf %s "$LOGIN" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'


def in_session(
    home: Path,
    step: str,
    folder: Path,
    login: str = "ci-pass",
    *,
    at: float = 0,
    module: str = "tests.interop.keyring_session",
) -> str:
    """Run one step in a new session of the same user, `at` seconds after noon, and return what it said."""
    home.mkdir(exist_ok=True)
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LOGIN": login,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",  # to be ignored
    }
    program = [sys.executable, "-m", module, step, str(folder), str(at)]
    command = ["dbus-run-session", "--", "bash", "-c", SESSION, "bash", *program]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.strip()


def test_the_keyring_holds_its_half_over_sessions(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "cache"
    name, key = in_session(home, "create", folder).split()
    assert name == "secret-service"
    assert in_session(home, "right", folder) == key
    shutil.copytree(folder, tmp_path / "backup")
    assert in_session(home, "wrong", folder) == "WrongPin 4"
    assert in_session(home, "wrong", folder, at=1) == "WrongPin 3"
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    assert in_session(home, "right", folder, at=5) == "PinWaits 3", "a restored folder must end no wait"
    assert in_session(home, "wrong", folder, at=6) == "WrongPin 2", (
        "a restored folder must give no attempt back"
    )
    assert in_session(home, "right", folder, at=36) == key
    files = [path.read_bytes() for path in [*home.rglob("*"), *folder.rglob("*")] if path.is_file()]
    assert not any(key.encode() in content or bytes.fromhex(key) in content for content in files)
    assert in_session(home, "lose", folder) == "gone"
    assert in_session(home, "right", folder) == "KeyringLost"


def test_a_keyring_that_the_login_did_not_open_is_no_keyring(tmp_path: Path) -> None:
    """Fault: Y2."""
    home, folder = tmp_path / "home", tmp_path / "cache"
    in_session(home, "create", folder)
    assert in_session(home, "right", folder, login="another") == "no keyring"


@dataclass
class Desktop:
    """One user's home, whose cache is worked with in one session after the other."""

    home: Path
    folder: Path

    def does(self, step: str) -> dict[str, Any]:
        """Do one step of a nurse's day in a new session, and return what could be seen after it."""
        said = in_session(self.home, step, self.folder, module="tests.interop.keyring_day")
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found

    @property
    def headers(self) -> int:
        """How many caches there are, those that were set aside included."""
        return len([one for one in (self.folder / "data" / "cache").rglob("*") if one.suffix == ".hdr"])


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    """Return a desktop whose embedded journal runs."""
    room = SandboxRoom(tmp_path / "state" / "sandbox")
    room.start()
    yield Desktop(tmp_path / "home", tmp_path)
    room.close()


def test_a_forgotten_pin_is_set_aside_and_its_attempts_come_into_the_next_log(desktop: Desktop) -> None:
    """Counted in the item over sessions; the old cache and its secret stay, and the old PIN opens nothing of the new one.

    Fault: Y1, Y7.
    """
    assert desktop.does("begin")["backend"] == "secret-service"
    missed = desktop.does("miss")
    assert missed["ended"] == ["wrong-pin"] * 4 + ["pin-locked"]
    assert missed["left"] == 0
    assert desktop.does("right")["ended"] == ["pin-locked"], "another session gives no attempt"
    begun = desktop.does("forgotten")
    assert (begun["ended"], begun["backend"], begun["pins"]) == (["5"], "secret-service", ["5"])
    assert desktop.headers == 2
    assert desktop.does("right")["ended"] == ["wrong-pin"]
    opened = desktop.does("new")
    assert (opened["ended"], opened["pins"]) == (["open"], ["5", "1"])


def test_a_cache_of_another_desktops_keyring_costs_no_attempt_and_has_a_way_on(desktop: Desktop) -> None:
    """Made where a wallet answered, met where gnome-keyring does: not opened, not counted; begun anew, it lies in gnome-keyring.

    Fault: Y2.
    """
    assert desktop.does("wallet")["backend"] == "kwallet"
    met = desktop.does("right")
    assert (met["ended"], met["left"]) == (["keyring-away"], 0)
    begun = desktop.does("forgotten")
    assert (begun["backend"], begun["pins"]) == ("secret-service", []), "nothing was counted"
    assert desktop.headers == 2
    assert desktop.does("new")["ended"] == ["open"]


def test_a_cache_goes_on_in_gnome_keyring_where_another_answers_first(desktop: Desktop) -> None:
    desktop.does("begin")
    opened = desktop.does("both")
    assert (opened["ended"], opened["backend"], opened["unsent"]) == (["open"], "secret-service", 1)
    assert not (desktop.folder / "wallet.json").exists()

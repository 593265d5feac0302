"""The vault with a real gnome-keyring on a real session bus (security.md §2.2)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.needs("gnome-keyring"), pytest.mark.serial]

ROOT = Path(__file__).resolve().parents[2]
SESSION = 'printf %s "$LOGIN" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'


def in_session(home: Path, step: str, folder: Path, login: str = "ci-pass", *, at: float = 0) -> str:
    """Run one step in a new session of the same user, `at` seconds after noon, and return what it said."""
    home.mkdir(exist_ok=True)
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LOGIN": login,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",  # to be ignored
    }
    program = [sys.executable, "-m", "tests.interop.keyring_session", step, str(folder), str(at)]
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

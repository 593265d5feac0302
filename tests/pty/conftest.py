"""What a test at a real terminal stands on: a home, its journal, and a SecretService (a bus and gnome-keyring of its own)."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.sandbox_room import SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LOGIN = b"bare-i-test"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with nothing in it."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def journal(home: Path) -> Iterator[SandboxRoom]:
    """Run the embedded journal of that home."""
    room = SandboxRoom(home / ".local" / "state" / "feltjournal" / "sandbox")
    room.start()
    yield room
    room.close()


@pytest.fixture
def keyring_bus(home: Path) -> Iterator[Mapping[str, str]]:
    """Start a session bus and gnome-keyring for this home; give what the client's environment needs."""
    programs = [shutil.which(name) or name for name in ("dbus-daemon", "gnome-keyring-daemon")]
    bus = subprocess.Popen(
        [programs[0], "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE
    )
    assert bus.stdout is not None
    address = bus.stdout.readline().decode().strip()
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    more = {"DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": str(runtime)}
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **more}
    unlock = [programs[1], "--unlock", "--components=secrets", "--daemonize"]
    subprocess.run(unlock, input=LOGIN, env=environment, check=True, capture_output=True, timeout=30)
    yield more
    for process in psutil.process_iter(["name"]):
        if process.info["name"].startswith("gnome-keyring") and _home_of(process) == str(home):
            process.kill()
    bus.kill()
    bus.wait()


def _home_of(process: psutil.Process) -> str:
    try:
        return process.environ().get("HOME", "")
    except psutil.Error:
        return ""

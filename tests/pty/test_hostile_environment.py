"""What an environment may ask of the libraries below: to log keys, load code, draw to files, leave files open to all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ports.ids import SystemIds
from sandbox.launching import find_running
from tests.pty.client import PIN, Nurse, plain_environment
from tests.sandbox_room import SandboxRoom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVIL = """
import pathlib
pathlib.Path({mark!r}).write_text("loaded")
class Driver:
    pass
"""


@pytest.fixture
def journal(home: Path) -> Iterator[SandboxRoom]:
    room = SandboxRoom(home / ".local" / "state" / "feltjournal" / "sandbox")
    yield room
    room.close()


def test_no_variable_makes_the_client_log_keys_load_code_or_draw_to_a_file(
    home: Path, tmp_path: Path, journal: SandboxRoom
) -> None:
    """Every variable of Textual's, and those of others that would write what is typed or sent; with a umask that hides nothing.

    Fault: F4, Y9.
    """
    trap = tmp_path / "trap"
    trap.mkdir()
    mark = trap / "loaded"
    (trap / "evil_driver.py").write_text(EVIL.format(mark=str(mark)))
    more = {
        "TEXTUAL": "debug,devtools",
        "TEXTUAL_LOG": str(trap / "textual.log"),
        "TEXTUAL_DEBUG": "1",
        "TEXTUAL_DRIVER": "evil_driver:Driver",
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_SCREENSHOT_LOCATION": str(trap),
        "TEXTUAL_SCREENSHOT_FILENAME": "picture.svg",
        "TEXTUAL_PRESS": "q,q",
        "TEXTUAL_SHOW_RETURN": "1",
        "TEXTUAL_DEVTOOLS_HOST": "127.0.0.1",
        "SSLKEYLOGFILE": str(trap / "keys.log"),
        "HTTPX_LOG_LEVEL": "trace",
        "PYTHONASYNCIODEBUG": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "COLUMNS": "30",
        "LINES": "5",
    }
    environment = plain_environment(home, **more)
    environment["PYTHONPATH"] += f":{trap}"
    nurse = Nurse(home, environment)
    nurse.start("--sandbox", shell="umask 000; exec")
    nurse.signs_in()
    journal.started = find_running(journal.state, SystemIds())
    nurse.takes_round()
    assert nurse.quits() == 0
    assert sorted(path.name for path in trap.iterdir() if path.name != "__pycache__") == ["evil_driver.py"]
    assert not mark.exists()
    written = [path for path in (home / ".local").rglob("*") if path.name not in {".local", "share", "state"}]
    assert len(written) > 5
    assert [path for path in written if path.stat().st_mode & 0o077] == []
    said = nurse.terminal.raw.decode()
    assert PIN not in said
    assert "Traceback" not in said

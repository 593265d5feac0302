"""Where the program keeps its files (XDG Base Directory on Linux, the system's own places elsewhere)."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one user: `data` holds the encrypted cache, `state` the embedded journal, `config` the known journals."""

    data: Path
    state: Path
    config: Path | None = None

    @property
    def cache(self) -> Path:
        """The folder of the encrypted caches."""
        return self.data / "cache"

    @property
    def journals(self) -> Path:
        """The folder of the journals that are known here, each in a folder of its own."""
        return (self.config or self.data / "config") / "journals"

    @property
    def sandbox(self) -> Path:
        """The folder of the embedded journal."""
        return self.state / "sandbox"


def user_folders() -> Folders:
    """Return the folders of the user who runs the program."""
    home = Path.home()
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
        return Folders(*(local / "Feltjournal" / name for name in ("data", "state", "config")))
    if sys.platform == "darwin":
        support = home / "Library" / "Application Support" / "feltjournal"
        return Folders(support / "data", support / "state", support / "config")
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    state = Path(os.environ.get("XDG_STATE_HOME") or home / ".local" / "state")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return Folders(data / "feltjournal", state / "feltjournal", config / "feltjournal")

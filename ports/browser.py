"""The browser of the machine: whether there is one to open, and opening it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Protocol


class Browser(Protocol):
    """What a sign-in needs of it."""

    def is_here(self) -> bool:
        """Tell whether a browser can be opened where the person sits."""
        ...

    def open(self, url: str) -> bool:
        """Open an address; False when nothing was started."""
        ...


class SystemBrowser:
    """The desktop's own choice. Never a browser in the terminal: it would take the screen and the keys from the client."""

    def is_here(self) -> bool:
        """Over SSH a browser would open on the wrong machine; without a desktop there is none."""
        if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
            return False
        if sys.platform in {"win32", "darwin"}:
            return True
        has_desktop = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
        return has_desktop and shutil.which("xdg-open") is not None

    def open(self, url: str) -> bool:
        """Start the opener with no terminal to write to. It is seen by others on the machine: the address may hold no secret."""
        if not url.startswith(("https://", "http://127.0.0.1:")):
            return False
        if sys.platform == "win32":
            os.startfile(url)  # noqa: S606  the system's own way, and only an address of the web comes here
            return True
        opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
        if opener is None:
            return False
        try:
            subprocess.Popen(  # noqa: S603  a fixed program and an address of the web, no shell
                [opener, url],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            return False
        return True

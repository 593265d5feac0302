"""Building a working day on the real machine: the system's clock, randomness, disk and threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ports.clock import SystemClock
from ports.disk import SystemDisk
from ports.folders import user_folders
from ports.ids import SystemIds
from ports.worker import ThreadWorker
from services.embedded import embedded_journal
from services.setup import Setup
from services.workday import Workday

if TYPE_CHECKING:
    from pathlib import Path


def workday_here(*, no_cache: bool = False, sandbox_state: Path | None = None) -> Workday:
    """Return the working day of this user with the embedded journal.

    Args:
        no_cache: Keep nothing on this machine; works only with network.
        sandbox_state: The embedded journal's folder, when it is not the usual one.

    Raises:
        Trouble: SANDBOX_NOT_RUNNING when no embedded journal was ever started here.
    """
    return Workday(setup_here(no_cache=no_cache, sandbox_state=sandbox_state))


def setup_here(*, no_cache: bool = False, sandbox_state: Path | None = None) -> Setup:
    """Return the seams of the real machine with the embedded journal; see `workday_here`."""
    folders, disk = user_folders(), SystemDisk()
    journal = embedded_journal(sandbox_state or folders.sandbox, disk)
    return Setup(folders, SystemClock(), SystemIds(), disk, ThreadWorker(), journal, no_cache=no_cache)

"""Building a working day on the real machine: the system's clock, randomness, disk and threads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ports.clock import SystemClock
from ports.disk import SystemDisk
from ports.folders import user_folders
from ports.ids import SystemIds
from ports.worker import ThreadWorker
from services.embedded import EMBEDDED, embedded_journal
from services.setup import Setup
from services.workday import Workday

if TYPE_CHECKING:
    from pathlib import Path

    from ports.folders import Folders
    from services.configured_journal import ConfiguredJournal


def workday_here(
    *, journal: str = EMBEDDED, no_cache: bool = False, sandbox_state: Path | None = None
) -> Workday:
    """Return the working day of this user with a journal.

    Args:
        journal: The name of a journal that is known here; by itself the embedded one.
        no_cache: Keep nothing on this machine; works only with network.
        sandbox_state: The embedded journal's folder, when it is not the usual one.

    Raises:
        Trouble: SANDBOX_NOT_RUNNING when no embedded journal was ever started here; NO_SUCH_JOURNAL, or JOURNAL_FILE when its
            file cannot be used.
    """
    return Workday(setup_here(journal=journal, no_cache=no_cache, sandbox_state=sandbox_state))


def setup_here(
    *, journal: str = EMBEDDED, no_cache: bool = False, sandbox_state: Path | None = None
) -> Setup:
    """Return the seams of the real machine with a journal; see `workday_here`."""
    folders, disk = user_folders(), SystemDisk()
    configured = _configured(journal, folders, disk)
    address = configured.address if configured else None
    if address is None:
        address = embedded_journal(sandbox_state or folders.sandbox, disk)
    setup = Setup(folders, SystemClock(), SystemIds(), disk, ThreadWorker(), address, no_cache=no_cache)
    if configured is None:
        return setup
    return replace(
        setup,
        no_cache=no_cache or configured.no_cache,
        review_before_sending=configured.review_before_sending,
        clipboard=configured.clipboard,
        retention=configured.retention,
        idle=configured.idle,
        organisation=configured.organisation,
        training=_training(configured, folders, disk),
    )


def practice_here(journal: str) -> tuple[str, bool]:
    """Return the training journal of a journal, and whether it is the embedded one, which must be started first.

    Raises:
        Trouble: NO_SUCH_JOURNAL when it has none; JOURNAL_FILE when a file cannot be used.
    """
    from services.journals import Journals
    from services.practice import practice_in

    return practice_in(Journals(user_folders().journals, SystemDisk()), journal)


def _training(configured: ConfiguredJournal, folders: Folders, disk: SystemDisk) -> str:
    """Return where one may practise; asked only where a course can be missing."""
    if not configured.training:
        return ""
    from services.journals import Journals
    from services.practice import training_of

    return training_of(Journals(folders.journals, disk), configured)


def _configured(journal: str, folders: Folders, disk: SystemDisk) -> ConfiguredJournal | None:
    """Return what a journal's file says, or None for the embedded one, which has none: then nothing that reads one is loaded."""
    if journal == EMBEDDED:
        return None
    from services.journals import Journals

    return Journals(folders.journals, disk).read(journal)

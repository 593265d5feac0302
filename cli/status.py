"""`feltjournal status`: what is on this machine, and what is unsent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli import headless
from cli.exit_codes import ExitCode
from cli.pin import read_pin

if TYPE_CHECKING:
    from argparse import Namespace

    from services.views import Door
    from services.workday import Workday


def run(options: Namespace) -> int:
    """Say it; `options` has `json` and `pin_fd`."""
    return headless.run(options, _status)


async def _status(workday: Workday, door: Door, options: Namespace) -> tuple[dict[str, Any], ExitCode]:
    said: dict[str, Any] = {"cache": door.locked, "clinician": door.clinician, "journal": door.journal_name}
    if not door.locked:
        return said, ExitCode.NOTHING
    await workday.unlock(read_pin(options.pin_fd))
    return said | headless.counts(workday, await workday.outbox()), ExitCode.OK

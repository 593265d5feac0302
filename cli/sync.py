"""`feltjournal sync`: deliver what is signed and due, once, now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli import headless
from cli.exit_codes import ExitCode
from cli.pin import read_pin
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from argparse import Namespace

    from services.views import Door
    from services.workday import Workday


def run(options: Namespace) -> int:
    """Deliver; `options` has `json` and `pin_fd`."""
    return headless.run(options, _sync)


async def _sync(workday: Workday, door: Door, options: Namespace) -> tuple[dict[str, Any], ExitCode]:
    if not door.locked:
        raise Trouble(TroubleCode.CACHE_MISSING)
    await workday.unlock(read_pin(options.pin_fd))
    await workday.sync()
    said = headless.counts(workday, await workday.outbox())
    if said["connection"] == "offline":
        return said, ExitCode.OFFLINE
    if said["connection"] == "signed-out":
        return said, ExitCode.LOCKED
    return said, ExitCode.UNSENT if said["unsent_entries"] else ExitCode.OK

"""`feltjournal sync`: deliver what is signed and due, once, now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli import headless
from cli.exit_codes import ExitCode
from cli.sync_json import as_json, sent_as_json
from offline_cache.states import EntryState

if TYPE_CHECKING:
    from argparse import Namespace

    from services.views import Door
    from services.workday import Workday

_CONNECTION_EXIT = {"offline": ExitCode.OFFLINE, "signed-out": ExitCode.LOCKED}


def run(options: Namespace) -> int:
    """Deliver; `options` has `json` and `pin_fd`."""
    return headless.run(options, _sync)


async def _sync(workday: Workday, door: Door) -> tuple[dict[str, Any], ExitCode]:
    before = {row.entry_id for row in await workday.outbox() if row.state is EntryState.DELIVERED}
    await workday.sync()
    said = await headless.found(workday, door)
    report = await workday.sync_report()
    said["sent"] = sent_as_json(await workday.outbox(), before)
    said["pull"] = as_json(report) if report is not None else None
    delivered = ExitCode.UNSENT if said["unsent_entries"] else ExitCode.OK
    return said, _CONNECTION_EXIT.get(said["connection"], delivered)

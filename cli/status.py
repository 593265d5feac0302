"""`feltjournal status`: what is on this machine, and what is unsent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli import headless
from cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from argparse import Namespace

    from services.views import Door
    from services.workday import Workday


def run(options: Namespace) -> int:
    """Say it; `options` has `json` and `pin_fd`."""
    return headless.run(options, _status)


async def _status(workday: Workday, door: Door) -> tuple[dict[str, Any], ExitCode]:
    return await headless.found(workday, door), ExitCode.OK

"""`feltjournal pin`: another PIN for the cache that is on this machine. Needs no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli import headless, words
from cli.exit_codes import ExitCode
from cli.pin import read_new_pin, read_pin
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from argparse import Namespace

    from services.views import Door
    from services.workday import Workday


def run(options: Namespace) -> int:
    """Change it; `options` has `json`, `pin_fd` and `new_pin_fd`."""
    asked: list[str] = []

    def old_pin() -> str:
        asked[:] = [read_pin(options.pin_fd, "PIN nå: ")]
        return asked[0]

    async def change(workday: Workday, _door: Door) -> tuple[dict[str, Any], ExitCode]:
        try:
            await workday.change_pin(asked[0], read_new_pin(options.new_pin_fd))
        except Trouble as trouble:
            if (
                trouble.code is TroubleCode.PIN_TOO_SHORT
            ):  # the old one opened the cache, so it is the new one
                raise Trouble(trouble.code, new="new") from None
            raise
        return {"changed": True}, ExitCode.OK

    return headless.run(options, change, lambda _said: [words.PIN_CHANGED], pin=old_pin)

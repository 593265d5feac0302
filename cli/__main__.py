"""The `feltjournal` command: what was asked for, and nothing imported that it does not need."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["sandbox"]:
        from sandbox.command import run as run_sandbox

        return run_sandbox(words[1:])
    from cli.arguments import parser

    options = parser().parse_args(words)
    if options.version:
        from cli.version import __version__

        print(f"feltjournal {__version__}")
        return 0
    return _headless(options) if options.command else _screens(options)


def _headless(options: Namespace) -> int:
    """Run a command without a screen."""
    _protect()
    if options.command == "doctor":
        from cli import doctor

        return doctor.run(options)
    if options.command == "status":
        from cli import status

        return status.run(options)
    from cli import sync

    return sync.run(options)


def _screens(options: Namespace) -> int:
    """Run the client under the parent that keeps the terminal safe."""
    from cli import supervisor

    if why := _refusal(options):
        print(why, file=sys.stderr)
        return 2
    gc.disable()  # until the first frame stands

    def client(is_locked: bool) -> int:  # noqa: FBT001  one thing to know
        from cli.client import run_client

        return run_client(options, is_locked=is_locked)

    return supervisor.run(client, before=_protect)


def _refusal(options: Namespace) -> str:
    """Return why the screens cannot be shown here, or nothing."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return (
            "Feltjournal trenger en terminal. I skript: feltjournal status --json, feltjournal sync --json."
        )
    if os.environ.get("TERM", "") in {"", "dumb", "unknown"}:
        return "Terminalen kan ikke vise skjermbilder (TERM mangler eller er dumb). Prøv en annen terminal."
    if options.journal != "innebygd":
        return f"Kjenner ingen journal som heter «{options.journal}». Det finnes én: innebygd."
    return ""


def _protect() -> None:
    """Keep this process's memory, files and environment from other eyes."""
    from ports.process import harden, scrub_environment

    scrub_environment()
    harden()


if __name__ == "__main__":
    raise SystemExit(main())

"""The `feltjournal` command: what was asked for, and nothing imported that it does not need."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    from ports.command_line import never_fail_on_a_character

    never_fail_on_a_character()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["sandbox"]:
        return _sandbox(words[1:])
    from cli.arguments import parser

    options = parser().parse_args(words)
    if options.command == "sandbox":  # an option stood before it
        return _sandbox([])
    if options.version:
        from cli.version import __version__

        print(f"feltjournal {__version__}")
        return 0
    return _headless(options) if options.command else _screens(options)


def _sandbox(words: Sequence[str]) -> int:
    """Run a command of the embedded journal."""
    from sandbox.command import run

    return run(words)


def _headless(options: Namespace) -> int:
    """Run a command without a screen; an error that nobody foresaw gets the fixed page, never its own words."""
    _protect()
    from cli.exit_codes import ExitCode

    try:
        return _command(options)
    except KeyboardInterrupt:
        from cli.words import INTERRUPTED

        print(INTERRUPTED, file=sys.stderr)
        return 128 + signal.SIGINT
    except Exception as error:  # noqa: BLE001  its text may hold what must not be printed
        from ports.ids import SystemIds
        from tui import crash

        print(crash.page(error, SystemIds().uuid()[:8]), file=sys.stderr)
        return ExitCode.FAULT


def _command(options: Namespace) -> int:
    """Run the command that was named."""
    from tui import crash

    crash.silence()
    if options.command == "doctor":
        from cli import doctor

        return doctor.run(options)
    if options.command == "status":
        from cli import status

        return status.run(options)
    if options.command == "pin":
        from cli import pin_change

        return pin_change.run(options)
    if options.command == "journals":
        from cli import journals

        return journals.run(options)
    if options.command == "seals":
        from cli import seals

        return seals.run(options)
    if options.command == "audit":
        from cli import audit

        return audit.run(options)
    if options.command == "rescue":
        from cli import rescue

        return rescue.run(options)
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

    def practise() -> None:
        options.practice = True

    return supervisor.run(client, before=_protect, practise=practise)


def _refusal(options: Namespace) -> str:
    """Return why the screens cannot be shown here, or nothing."""
    if options.journal != "innebygd" and not _is_known(options.journal):
        return "Kjenner ikke den journalen. Ingenting er startet. Se hvilke som finnes: feltjournal journals list."
    if options.journal != "innebygd" and options.sandbox:
        return "--sandbox starter øvingsjournalen, og --journal velger en annen. Ingenting er startet. Velg én av dem."
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return (
            "Feltjournal trenger en terminal, og her er ingen. Ingenting er startet.\n"
            "I skript: feltjournal status --json eller feltjournal sync --json."
        )
    if os.environ.get("TERM", "") in {"", "dumb", "unknown"}:
        return (
            "Terminalen kan ikke vise skjermbilder (TERM mangler eller er dumb). Ingenting er startet.\n"
            "Prøv en annen terminal, eller sett TERM til det den er, f.eks. TERM=xterm-256color."
        )
    return ""


def _is_known(journal: str) -> bool:
    """Tell whether there is a journal of this name here, by its file alone: reading it waits until the first frame stands."""
    from ports.folders import user_folders

    is_plain = journal.isascii() and journal.replace("-", "").isalnum()
    return is_plain and (user_folders().journals / journal / "journal.toml").is_file()


def _protect() -> None:
    """Keep this process's memory, files and environment from other eyes."""
    from ports.process import harden, scrub_environment

    scrub_environment()
    harden()


if __name__ == "__main__":
    raise SystemExit(main())

"""The command line, in bokmål."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable

_EPILOG = """\
eksempler:
  feltjournal --sandbox            start den innebygde journalen og klienten
  feltjournal status --json        hva som ligger på maskinen, for skript
  feltjournal sync --pin-fd 3      lever det som er signert, PIN fra fildeskriptor 3

PIN gis bare i terminalen eller gjennom en fildeskriptor, aldri som argument eller miljøvariabel.
"""


class _Help(argparse.RawDescriptionHelpFormatter):
    """The help page, with its own words."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """Begin with `bruk:`."""
        super().add_usage(usage, actions, groups, prefix or "bruk: ")


class _Parser(argparse.ArgumentParser):
    """A parser that answers in bokmål."""

    def __init__(self, *, prog: str, description: str = "", epilog: str = "", help: str = "") -> None:  # noqa: A002
        super().__init__(
            prog=prog,
            description=description or help,
            epilog=epilog,
            formatter_class=_Help,
            add_help=False,
            allow_abbrev=False,
        )
        self._positionals.title = "kommandoer"
        self._optionals.title = "valg"
        self.add_argument("-h", "--help", action="help", help="vis denne hjelpen og slutt")

    def error(self, message: str) -> NoReturn:
        """Say where the help is; the words are not repeated, one may be a PIN typed in the wrong place."""
        del message  # English, and it may quote what should not be on a screen
        self.exit(2, f"{self.prog}: forstår ikke kommandolinjen. Se {self.prog} --help.\n")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    whole = _Parser(
        prog="feltjournal", description="Dagens runde i terminalen, med eller uten nett.", epilog=_EPILOG
    )
    whole.add_argument("--version", action="store_true", help="vis versjonen og slutt")
    whole.add_argument("--sandbox", action="store_true", help="start den innebygde journalen om den ikke går")
    whole.add_argument(
        "--no-cache", action="store_true", help="lagre ingenting på maskinen; virker bare med nett"
    )
    whole.add_argument(
        "--journal", metavar="NAVN", default="innebygd", help="hvilken journal (ellers: innebygd)"
    )
    commands = whole.add_subparsers(dest="command", metavar="", title="kommandoer", prog="feltjournal")
    _headless(commands.add_parser("status", help="hva som ligger på maskinen, og hva som ikke er sendt"))
    _headless(commands.add_parser("sync", help="lever det som er signert, én gang, nå"))
    doctor = commands.add_parser("doctor", help="hva denne maskinen har og mangler for trygt arbeid")
    doctor.add_argument("--json", action="store_true", help="skriv svaret som JSON")
    commands.add_parser("sandbox", help="den innebygde journalen: serve, stop, status")
    return whole


def _headless(command: argparse.ArgumentParser) -> None:
    """Add what the commands without a screen share."""
    command.add_argument("--json", action="store_true", help="skriv svaret som JSON")
    command.add_argument("--pin-fd", type=int, metavar="N", help="les PIN fra fildeskriptor N")

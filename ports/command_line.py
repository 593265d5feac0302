"""The words of a command line in bokmål: argparse speaks English, and it repeats what was typed."""

from __future__ import annotations

import argparse
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDTH = 80


class NotUnderstood(Exception):
    """A value on the command line cannot be used; the text says why, in bokmål, and may be shown."""


class BokmalParser(argparse.ArgumentParser):
    """A parser that answers in bokmål and never repeats what it did not understand: it may have been a PIN."""

    def __init__(
        self,
        *,
        prog: str,
        usage: str = "",
        description: str = "",
        epilog: str = "",
    ) -> None:
        super().__init__(
            prog=prog,
            usage=usage or None,
            description=description,
            epilog=epilog,
            formatter_class=_Help,
            add_help=False,
            allow_abbrev=False,
        )
        self._positionals.title = "kommandoer"
        self._optionals.title = "valg"
        self.add_argument("-h", "--help", action="help", help="vis denne hjelpen og slutt")

    def error(self, message: str) -> NoReturn:
        """Say where the help is, and end with 2."""
        del message  # English, and it may quote what should not be on a screen
        self.exit(2, f"{self.prog}: forstår ikke kommandolinjen. Se {self.prog} --help.\n")


class _Help(argparse.RawDescriptionHelpFormatter):
    """The help page: within 80 columns, every explanation in the same column."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=_WIDTH)

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """Begin with `bruk:`."""
        super().add_usage(usage, actions, groups, "bruk: " if prefix is None else prefix)

    def add_argument(self, action: argparse.Action) -> None:
        """List commands like options, with no line of their own above them."""
        if isinstance(action, argparse._SubParsersAction):
            for command in action._get_subactions():
                super().add_argument(command)
        else:
            super().add_argument(action)


def add_command(
    commands: argparse._SubParsersAction[BokmalParser], name: str, what: str, more: str = ""
) -> BokmalParser:
    """Add a command; `what` stands in the list of commands, and with `more` at the top of its own help."""
    return commands.add_parser(name, help=what, description=f"{what[:1].upper()}{what[1:]}.{more}")


def never_fail_on_a_character() -> None:
    """Let a terminal or a file with an old character set show `?` where it has no sign, instead of ending."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")

"""The journals that this user's machine knows: one folder each, with a TOML file and what it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from services.embedded import EMBEDDED
from services.journal_file import FILE, files_named, read_journal_file
from services.journal_problem import JournalFileFault, Problem
from services.trouble import Trouble, TroubleCode

if TYPE_CHECKING:
    from pathlib import Path

    from ports.disk import Disk
    from services.configured_journal import ConfiguredJournal

TEMPLATES = ("helseid", "epic", "openid", "sandbox")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class ListedJournal:
    """One journal of the list. `journal` is None when its file cannot be used."""

    name: str
    journal: ConfiguredJournal | None


def is_name(name: str) -> bool:
    """Tell whether a journal may be called so: lower-case letters, digits and hyphens."""
    return bool(_NAME.match(name)) and name != EMBEDDED


class Journals:
    """The folder of journals. Synchronous."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def file(self, name: str) -> Path:
        """Return where a journal's file lies."""
        return self._folder / name / FILE

    def names(self) -> list[str]:
        """Return the names of all journals but the embedded one."""
        found = [path.name for path in self._disk.list(self._folder)]
        return [name for name in found if is_name(name) and self._disk.exists(self.file(name))]

    def list(self) -> list[ListedJournal]:
        """Return all journals but the embedded one, as far as their files can be read."""
        return [ListedJournal(name, self._readable(name)) for name in self.names()]

    def read(self, name: str) -> ConfiguredJournal:
        """Return one journal.

        Raises:
            Trouble: NO_SUCH_JOURNAL; JOURNAL_FILE when its file cannot be used.
        """
        if name not in self.names():
            raise Trouble(TroubleCode.NO_SUCH_JOURNAL, known=", ".join([EMBEDDED, *self.names()]))
        try:
            return read_journal_file(self.file(name), self._disk)
        except JournalFileFault as fault:
            raise Trouble(TroubleCode.JOURNAL_FILE, name=name, count=str(len(fault.problems))) from None

    def add(self, name: str, source: Path, *, replaces: bool = False) -> ConfiguredJournal:
        """Take in a file that can be used, and what it names beside itself.

        Raises:
            JournalFileFault: It cannot be used, there is one of that name already, or another file stands where one would go: it
                may be a private key that is nowhere else.
        """
        self._require_free(name, replaces=replaces)
        journal = read_journal_file(source, self._disk)
        text = self._disk.read(source)
        named = {
            beside: self._disk.read(source.parent / beside) for beside in files_named(text.decode("utf-8"))
        }
        if not replaces and not all(self._may_lay(name, *one) for one in named.items()):
            raise JournalFileFault([Problem("beside-taken")])
        for beside, content in named.items():
            self._disk.replace(self._folder / name / beside, content)
        self._disk.replace(self.file(name), text)  # last: a journal is there when its file is
        return journal

    def add_template(self, name: str, template: str, *, replaces: bool = False) -> Path:
        """Lay out a template to be filled in, and return its file.

        Raises:
            JournalFileFault: There is one of that name already.
        """
        self._require_free(name, replaces=replaces)
        self._disk.replace(self.file(name), template_text(template).encode("utf-8"))
        return self.file(name)

    def _require_free(self, name: str, *, replaces: bool) -> None:
        if not is_name(name):
            raise JournalFileFault([Problem("bad-name")])
        if not replaces and self._disk.exists(self.file(name)):
            raise JournalFileFault([Problem("name-taken")])

    def _may_lay(self, name: str, beside: str, content: bytes) -> bool:
        there = self._folder / name / beside
        return not self._disk.exists(there) or self._disk.read(there) == content

    def _readable(self, name: str) -> ConfiguredJournal | None:
        try:
            return read_journal_file(self.file(name), self._disk)
        except JournalFileFault:
            return None


def template_text(template: str) -> str:
    """Return a template that is shipped with the program."""
    return (resources.files("services") / "journal_templates" / f"{template}.toml").read_text("utf-8")

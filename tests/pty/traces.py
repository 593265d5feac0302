"""Looks for what a working day must leave nowhere: names, identity numbers, addresses, words of notes, PINs and tokens.

A token is known to nobody but the client and the journal, which keeps its digest: whatever has the form of one, anywhere, is
digested and compared. So no test has to know a token to find it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from sandbox.population.home_care import HOME_CARE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOKEN = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_OWN = "journal.db"
"""The embedded journal's own database is a journal: it holds all of it by right."""


def people() -> Iterator[str]:
    """Yield what tells of the people of the embedded journal: names, numbers as they are written, streets."""
    for life in HOME_CARE:
        yield from (
            life.family,
            life.family.upper(),
            life.street,
            life.number,
            f"{life.number[:6]} {life.number[6:]}",
        )


@dataclass(frozen=True, slots=True)
class Traces:
    """What is looked for: words of this day, those of the people, and the digests of every token of the journal."""

    words: tuple[str, ...]
    digests: frozenset[str]

    @classmethod
    def of(cls, journal: Path, *words: str) -> Traces:
        """Take the digests from the folder of a journal; `words` are what was typed and written this day."""
        uri = f"file:{journal / _OWN}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as tables:
            rows = tables.execute("SELECT digest FROM token").fetchall()
        return cls((*words, *dict.fromkeys(people())), frozenset(row[0] for row in rows))

    def in_bytes(self, content: bytes) -> list[str]:
        """Return what is found in bytes, in UTF-8 or UTF-16."""
        found = [one for one in self.words if one.encode() in content or one.encode("utf-16-le") in content]
        tokens = {hashlib.sha256(one).hexdigest() for one in _TOKEN.findall(content)}
        return found + ["a token" for _ in tokens & self.digests]

    def in_files(self, folder: Path) -> list[str]:
        """Return the files below a folder in whose content or name something is found."""
        found = []
        for path in folder.rglob("*"):
            if path.is_file() and not path.name.startswith(_OWN):
                found += [
                    f"{path.name}: {what}"
                    for what in self.in_bytes(path.read_bytes() + b"\0" + path.name.encode())
                ]
        return found

    def in_processes(self) -> list[str]:
        """Return the processes in whose command line or environment something is found; the test's own is left out."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                told = "\0".join([*process.cmdline(), *(f"{k}={v}" for k, v in process.environ().items())])
                if process.pid != os.getpid():
                    found += [f"{process.pid}: {what}" for what in self.in_bytes(told.encode())]
        return found

    def in_open_files(self, processes: Iterable[psutil.Process]) -> tuple[int, list[str]]:
        """Return how many files the processes hold open, deleted ones too, and those in which something is found.

        Only root may look into a process that has made itself unreadable; for others there are no files to see.
        """
        count, found = 0, []
        for process in processes:
            with contextlib.suppress(OSError):
                for link in Path(f"/proc/{process.pid}/fd").iterdir():
                    if link.is_file() and not link.readlink().name.startswith(_OWN):
                        count += 1
                        found += [f"{link.readlink()}: {what}" for what in self.in_bytes(link.read_bytes())]
        return count, found

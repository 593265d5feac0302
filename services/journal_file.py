"""Reading a journal's TOML file into what a client is built from. Every fault is told with its line and its field."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from services.journal_beside import Beside
from services.journal_problem import JournalFileFault, Problem, line_of

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from ports.disk import Disk
    from services.configured_journal import ConfiguredJournal
    from services.journal_form import JournalForm

FILE = "journal.toml"
_LARGEST = 64 * 1024


def read_journal_file(path: Path, disk: Disk) -> ConfiguredJournal:
    """Read the file and what lies beside it.

    Raises:
        JournalFileFault: with every problem that was found.
    """
    try:
        raw = disk.read(path)
    except OSError:
        raise JournalFileFault([Problem("missing-file")]) from None
    text = _text(raw)
    form = _form(text)
    reader = Beside(path.parent, disk, text)
    read = reader.journal(form)
    if reader.problems:
        raise JournalFileFault(reader.problems)
    return read


def files_named(text: str) -> list[str]:
    """Return the files that a TOML file names beside itself; the file must be one that can be read."""
    form = _form(text)
    sign_in, backend, organisation = form.sign_in, form.backend, form.organisation
    named = [
        form.authority,
        sign_in and sign_in.key,
        sign_in and sign_in.secret,
        backend and backend.key,
        organisation and organisation.public_key,
    ]
    return sorted({one for one in named if one})


def _text(raw: bytes) -> str:
    if len(raw) > _LARGEST:
        raise JournalFileFault([Problem("too-large")])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JournalFileFault([Problem("not-utf-8", line=raw[: error.start].count(b"\n") + 1)]) from None


def _form(text: str) -> JournalForm:
    """Read TOML and check every field."""
    from pydantic import ValidationError

    from services.journal_form import JournalForm

    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise JournalFileFault([Problem("not-toml", line=_line_said(str(error), text))]) from None
    except RecursionError:
        raise JournalFileFault([Problem("not-toml")]) from None
    try:
        return JournalForm.model_validate(tree)
    except ValidationError as error:
        raise JournalFileFault([_problem(one, text) for one in error.errors()]) from None


def _problem(error: ErrorDetails, text: str) -> Problem:
    """Turn pydantic's finding into ours: the value itself is left out, for it may be a secret in the wrong place."""
    path = [str(one) for one in error["loc"] if isinstance(one, str)]
    context = error.get("ctx", {})
    allowed = str(next((context[name] for name in ("expected", "le", "ge") if name in context), ""))
    return Problem(str(error["type"]), ".".join(path), line_of(text, path), allowed)


def _line_said(message: str, text: str) -> int:
    """Return the line that tomllib names; at the end of the document that is the last one."""
    _, _, rest = message.rpartition("at line ")
    number = rest.partition(",")[0]
    return int(number) if number.isdigit() else text.count("\n") + 1

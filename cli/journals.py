"""`feltjournal journals list|add|check`: the journals that this machine knows, and what each of them can do."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

from cli import journals_words as words
from cli.exit_codes import ExitCode
from cli.headless import refuse, refuse_trouble, say
from cli.json_out import say_json
from ports.disk import SystemDisk
from ports.folders import user_folders
from services.embedded import EMBEDDED
from services.journal_problem import JournalFileFault
from services.journals import Journals
from services.trouble import Trouble

if TYPE_CHECKING:
    from argparse import Namespace

    from services.journal_check import Finding


def run(options: Namespace) -> int:
    """List, add or check; `options` has `verb`, `json`, and what each verb takes."""
    known = Journals(user_folders().journals, SystemDisk())
    try:
        if options.verb == "add":
            return _add(known, options)
        return _check(known, options) if options.verb == "check" else _list(known, options)
    except JournalFileFault as fault:
        return _faulty(fault, options)
    except OSError:
        return refuse("disk-fault", ExitCode.FAULT, words.DISK_FAULT, options)
    except Trouble as trouble:
        return refuse_trouble(trouble, options)


def _list(known: Journals, options: Namespace) -> int:
    found = known.list()
    if options.json:
        rows = [
            {
                "name": one.name,
                "title": one.journal.title if one.journal else "",
                "environment": one.journal.environment.value if one.journal else "",
                "usable": one.journal is not None,
            }
            for one in found
        ]
        say_json(rows)
    else:
        say(words.listed(EMBEDDED, found))
    return ExitCode.OK


def _add(known: Journals, options: Namespace) -> int:
    if (options.file is None) is (options.template is None):
        return refuse("usage", ExitCode.USAGE, words.FILE_OR_TEMPLATE, options)
    if options.template is not None:
        file = known.add_template(options.name, options.template, replaces=options.replace)
        said = words.laid_out(options.name, str(file))
    else:
        file, said = (
            known.file(options.name),
            words.added(options.name, known.add(options.name, options.file, replaces=options.replace)),
        )
    if options.json:
        say_json({"name": options.name, "file": str(file)})
    else:
        say(said)
    return ExitCode.OK


def _check(known: Journals, options: Namespace) -> int:
    """Read the file, then ask the journal and its issuer."""
    from services.journal_check import Level, check_journal
    from services.journal_file import read_journal_file
    from services.practice import practice_findings
    from services.start import setup_here

    if options.name != EMBEDDED and options.name in known.names():
        configured = read_journal_file(known.file(options.name), SystemDisk())  # here every problem is told
        if configured.address is not None:
            setup = setup_here(journal=options.name)
            try:
                found = asyncio.run(check_journal(setup, configured.backend))
            finally:
                setup.worker.close()
            found += practice_findings(known, configured)
            _say(found, words.head(options.name, configured), options)
            if any(one.code == "unreachable" for one in found):
                return ExitCode.OFFLINE
            return ExitCode.FAULT if any(one.level is Level.FAIL for one in found) else ExitCode.OK
    elif options.name != EMBEDDED:
        known.read(options.name)
    return refuse("embedded", ExitCode.OK, words.EMBEDDED_IS_CHECKED_ELSEWHERE, options)


def _say(found: list[Finding], head: list[str], options: Namespace) -> None:
    if options.json:
        say_json([asdict(one) for one in found])
    else:
        say([*head, *(line for one in found for line in words.finding(one))])


def _faulty(fault: JournalFileFault, options: Namespace) -> int:
    """Say every problem, with its line and its field."""
    if options.json:
        problems = [asdict(one) for one in fault.problems]
        say_json({"error": "journal-file", "exit": int(ExitCode.FAULT), "problems": problems})
        return ExitCode.FAULT
    return refuse("journal-file", ExitCode.FAULT, "\n".join(words.faulty(fault)), options)

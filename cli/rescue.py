"""`feltjournal rescue FILE --key KEYFILE`: deliver from the supervisor's machine what a laptop sealed and did not deliver."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from cli import rescue_words as words
from cli.exit_codes import ExitCode
from cli.headless import exit_of, refuse
from cli.json_out import say_json
from services.embedded import server_id
from services.opened_seals import Became, OpenedSeals, RescuedEntry, open_seals, read_export, read_key
from services.rescue_problem import RescueProblem, RescueStopped
from services.trouble import Trouble
from services.trouble_from import told

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from services.setup import Setup
    from services.views import BrowserView, CodeView, Person

_WELL = {Became.DELIVERED, Became.THERE}
_EXIT_BY_GRAVITY = (
    (Became.WRONG_KEY, ExitCode.WRONG_KEY),
    (Became.OTHER_JOURNAL, ExitCode.OTHER_JOURNAL),
    (Became.DAMAGED, ExitCode.DAMAGED),
    (Became.WAITING, ExitCode.OFFLINE),
)


def run(options: Namespace) -> int:
    """Rescue; `options` has `file`, `key`, `person`, `dry_run` and `json`."""
    from services.start import setup_here

    try:
        setup = setup_here(journal=options.journal)
        private = read_key(options.key, setup.disk)
        opened = open_seals(
            read_export(options.file, setup.disk),
            private,
            server_id(setup.journal),
            unconfirmed=options.unconfirmed,
        )
        supervisor, came = "", list[RescuedEntry]()
        if opened.entries:
            supervisor, came = asyncio.run(_deliver(setup, opened, options))
    except RescueStopped as stopped:
        problem = stopped.problem
        return refuse(problem.value, words.EXIT_OF[problem], words.STOPPED[problem], options)
    except Trouble as trouble:
        return refuse(trouble.code.value, exit_of(trouble), words.trouble(trouble), options)
    return _say([*came, *opened.others], supervisor, options)


async def _deliver(setup: Setup, opened: OpenedSeals, options: Namespace) -> tuple[str, list[RescuedEntry]]:
    """Sign in and bring the entries in; return who did it and what came of it."""
    from services.rescue import Rescue
    from services.rescue_sign_in import RescueSignIn

    entrance = RescueSignIn(setup)
    try:
        with told():
            if setup.journal.embedded_key is None:
                client, user = await entrance.elsewhere(_tell)
            else:
                people = await entrance.people()
                client, user = await entrance.sign_in(_chosen(people, options.person))
            came = await Rescue(setup, client, user).run(opened.entries, rehearse=options.dry_run)
    finally:
        await entrance.aclose()
        setup.worker.close()
    return user.name, came


def _tell(view: BrowserView | CodeView) -> None:
    """Say at the terminal what is to be done elsewhere."""
    print("\n".join(words.elsewhere(view)), file=sys.stderr, flush=True)


def _chosen(people: Sequence[Person], asked: str) -> str:
    """Return who signs in: the one named, or the one chosen at the terminal."""
    if asked:
        if asked not in {person.person_id for person in people}:
            raise RescueStopped(RescueProblem.UNKNOWN_PERSON)
        return asked
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise RescueStopped(RescueProblem.NOBODY_CHOSEN)
    print("\n".join(words.choice(people)), file=sys.stderr)
    try:
        number = input(words.WHO)
    except EOFError:
        number = ""
    if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= len(people)):
        raise RescueStopped(RescueProblem.NOBODY_CHOSEN)
    return people[int(number) - 1].person_id


def _say(came: list[RescuedEntry], supervisor: str, options: Namespace) -> int:
    code = _exit(came)
    if options.json:
        said = {
            "supervisor": supervisor,
            "dry_run": options.dry_run,
            "entries": [_as_json(one) for one in came],
            "counts": dict(Counter(one.became.value for one in came)),
            "exit": int(code),
        }
        say_json(said)
    else:
        print("\n".join(words.rescued(came, supervisor, rehearsed=options.dry_run)))
    return code


def _as_json(one: RescuedEntry) -> dict[str, Any]:
    return {
        "entry": one.entry_id,
        "clinician": one.clinician,
        "kind": one.kind,
        "signed_at": one.signed_at.isoformat(timespec="seconds") if one.signed_at else None,
        "parts": one.parts,
        "became": one.became.value,
        "why": one.why,
        "journal_ids": list(one.journal_ids),
    }


def _exit(came: list[RescuedEntry]) -> ExitCode:
    """Return the code of the gravest thing that a script must act on; what waits for a person comes last."""
    became = {one.became for one in came}
    if became <= _WELL:
        return ExitCode.OK
    return next((code for what, code in _EXIT_BY_GRAVITY if what in became), ExitCode.UNSENT)

"""What the commands without a screen share: open the door, do one thing, say it. Data goes to stdout, the story to stderr."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

from cli import words
from cli.exit_codes import ExitCode
from cli.pin import NoPin
from services.trouble import Trouble, TroubleCode
from tui.text.nb_trouble import trouble_words

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Awaitable, Callable

    from services.views import Door, EntryRow
    from services.workday import Workday

    Act: TypeAlias = Callable[[Workday, Door, Namespace], Awaitable[tuple[dict[str, Any], ExitCode]]]

_EXIT_OF = {
    TroubleCode.WRONG_PIN: ExitCode.LOCKED,
    TroubleCode.PIN_LOCKED: ExitCode.LOCKED,
    TroubleCode.KEYRING_LOST: ExitCode.LOCKED,
    TroubleCode.LOCKED: ExitCode.LOCKED,
    TroubleCode.SIGNED_OUT: ExitCode.LOCKED,
    TroubleCode.JOURNAL_UNREACHABLE: ExitCode.OFFLINE,
    TroubleCode.NOT_A_JOURNAL: ExitCode.OFFLINE,
    TroubleCode.CACHE_BUSY: ExitCode.BUSY,
    TroubleCode.CACHE_MISSING: ExitCode.NOTHING,
    TroubleCode.SANDBOX_NOT_RUNNING: ExitCode.NOTHING,
}


def run(options: Namespace, act: Act) -> int:
    """Open the door, unlock, do one thing, say it and close. Trouble becomes words and an exit code."""
    from services.start import workday_here

    try:
        return asyncio.run(_within(workday_here(), options, act))
    except Trouble as trouble:
        return _tell(trouble, as_json=options.json)
    except NoPin:
        print(words.NO_PIN, file=sys.stderr)
        return ExitCode.LOCKED


async def _within(workday: Workday, options: Namespace, act: Act) -> int:
    try:
        door = await workday.door()
        said, code = await act(workday, door, options)
    finally:
        await workday.close()
    print(json.dumps(said, ensure_ascii=False) if options.json else "\n".join(words.lines(said)))
    return code


def counts(workday: Workday, rows: list[EntryRow]) -> dict[str, Any]:
    """Return what is unsent and how old the data is, for people and for scripts."""
    status = workday.status()
    by_state: dict[str, int] = {}
    for row in rows:
        by_state[row.state.value] = by_state.get(row.state.value, 0) + 1
    return {
        "connection": status.connection.value,
        "data_as_of": status.data_as_of.isoformat() if status.data_as_of else None,
        "unsent_visits": status.unsent_visits,
        "unsent_entries": status.unsent_entries,
        "entries": by_state,
    }


def _tell(trouble: Trouble, *, as_json: bool) -> int:
    code = _EXIT_OF.get(trouble.code, ExitCode.FAULT)
    if as_json:
        print(json.dumps({"error": trouble.code.value, "exit": int(code)}))
    said = trouble_words(trouble)
    print(said.what, said.safe, said.next, sep="\n", file=sys.stderr)
    return code

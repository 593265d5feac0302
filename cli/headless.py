"""What the commands without a screen share: open the door, do one thing, say it. Data goes to stdout, the story to stderr."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

from cli import words
from cli.exit_codes import ExitCode
from cli.json_out import say_json
from cli.pin import NoPin, read_pin
from ports.folders import user_folders
from services.trouble import Trouble, TroubleCode
from tui.text.nb_trouble import trouble_words

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from datetime import datetime

    from services.views import Door
    from services.workday import Workday

    Act: TypeAlias = Callable[[Workday, Door], Awaitable[tuple[dict[str, Any], ExitCode]]]
    Lines: TypeAlias = Callable[[dict[str, Any]], Iterable[str]]

_EXIT_OF = {
    TroubleCode.WRONG_PIN: ExitCode.LOCKED,
    TroubleCode.PIN_TOO_SHORT: ExitCode.LOCKED,
    TroubleCode.PIN_WAITS: ExitCode.LOCKED,
    TroubleCode.PIN_LOCKED: ExitCode.LOCKED,
    TroubleCode.KEYRING_LOST: ExitCode.LOCKED,
    TroubleCode.KEYRING_AWAY: ExitCode.LOCKED,
    TroubleCode.LOCKED: ExitCode.LOCKED,
    TroubleCode.SIGNED_OUT: ExitCode.LOCKED,
    TroubleCode.JOURNAL_UNREACHABLE: ExitCode.OFFLINE,
    TroubleCode.NOT_A_JOURNAL: ExitCode.OFFLINE,
    TroubleCode.CACHE_BUSY: ExitCode.BUSY,
    TroubleCode.CACHE_WIPED: ExitCode.NOTHING,
    TroubleCode.UNSENT_STAYS: ExitCode.UNSENT,
    TroubleCode.CACHE_MISSING: ExitCode.NOTHING,
    TroubleCode.CACHE_LOST: ExitCode.NOTHING,
    TroubleCode.SANDBOX_NOT_RUNNING: ExitCode.OFFLINE,
    TroubleCode.NO_SUCH_JOURNAL: ExitCode.NOTHING,
}


def run(
    options: Namespace,
    act: Act,
    lines: Lines = words.lines,
    instead: Mapping[TroubleCode, tuple[str, ExitCode, str]] | None = None,
    *,
    pin: Callable[[], str] | None = None,
) -> int:
    """Open the door, unlock, do one thing, say it and close. Trouble becomes words and an exit code.

    Args:
        options: has `journal`, `json` and `pin_fd`.
        act: what is done; what it found and the exit code.
        lines: puts what it found into words.
        instead: what some trouble is to this command: the error's name, its exit code and its words.
        pin: how the PIN is asked for, when not as usual.
    """
    from services.start import workday_here

    try:
        ask = pin or partial(read_pin, options.pin_fd)
        said, code = asyncio.run(_within(workday_here(journal=options.journal), ask, act))
    except Trouble as trouble:
        if instead and trouble.code in instead:
            return refuse(*instead[trouble.code], options)
        if trouble.code is TroubleCode.SANDBOX_NOT_RUNNING and not _has_cache():
            trouble = Trouble(TroubleCode.CACHE_MISSING)
        return refuse_trouble(trouble, options)
    except NoPin as no_pin:
        return refuse("no-pin", ExitCode.LOCKED, words.NO_PIN[no_pin.because], options)
    if options.json:
        say_json(said)
    else:
        say(lines(said))
    return code


def _text(trouble: Trouble) -> str:
    """Return the words; a PIN too short to be tried is another matter here than where one is chosen."""
    if trouble.code is TroubleCode.PIN_TOO_SHORT and "new" not in trouble.details:
        return words.TOO_SHORT
    said = trouble_words(trouble)
    if elsewhere := trouble.details.get("unsent_elsewhere"):
        return words.UNSENT_ELSEWHERE.format(journals=elsewhere)
    return f"{said.what}\n{said.safe}\n{said.next}"


def _has_cache() -> bool:
    """Tell whether this user has a cache, whatever journal it belongs to."""
    folder = user_folders().cache
    return folder.is_dir() and any(one.is_dir() for one in folder.iterdir())


async def _within(workday: Workday, pin: Callable[[], str], act: Act) -> tuple[dict[str, Any], ExitCode]:
    try:
        door = await workday.door()
        if not door.locked:  # of this journal: what is unsent of another is not to be taken for nothing
            unsent = await workday.unsent_elsewhere()
            journals = ", ".join(f"{journal} ({count})" for journal, count in unsent.items())
            raise Trouble(TroubleCode.CACHE_MISSING, unsent_elsewhere=journals)
        await workday.unlock(pin())
        return await act(workday, door)
    finally:
        await workday.close()


async def found(workday: Workday, door: Door) -> dict[str, Any]:
    """Return what is unsent and how old the data is, for people and for scripts."""
    status = workday.status()
    by_state: dict[str, int] = {}
    for row in await workday.outbox():
        by_state[row.state.value] = by_state.get(row.state.value, 0) + 1
    return {
        "clinician": door.clinician,
        "journal": door.journal_name,
        "connection": status.connection.value,
        "data_as_of": _instant(status.data_as_of),
        "unsent_visits": status.unsent_visits,
        "unsent_entries": status.unsent_entries,
        "sealed_entries": await workday.sealed(),
        "entries": by_state,
        "only_reads": status.only_reads.value,
        "lease": status.lease.value,
        "lease_ends": _instant(status.lease_ends),
        "hard_end": _instant(status.hard_end),
        "clock_put_back": status.clock_put_back,
        "charts_held": status.charts_held,
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def exit_of(trouble: Trouble) -> ExitCode:
    """Return the exit code that a script reads for this trouble."""
    return _EXIT_OF.get(trouble.code, ExitCode.FAULT)


def refuse(error: str, code: ExitCode, text: str, options: Namespace) -> int:
    """Say why it was not done: in words to the person, as JSON to the script."""
    if options.json:
        say_json({"error": error, "exit": int(code)})
    say(text.split("\n"), file=sys.stderr)
    return code


def refuse_trouble(trouble: Trouble, options: Namespace) -> int:
    """Say what went wrong, what is safe and what to do next, with the code that a script reads for it."""
    return refuse(trouble.code.value, exit_of(trouble), _text(trouble), options)


def say(lines: Iterable[str], *, file: TextIO | None = None) -> None:
    """Print lines with nothing in them that a terminal obeys: a name in them may be a file's, an issuer's or a journal's."""
    from tui.text.visible import visible

    print("\n".join(visible(one).replace("\n", " ") for one in lines), file=file)

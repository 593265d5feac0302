"""The command `sandbox serve|stop|status`."""

from __future__ import annotations

import asyncio
import errno
import logging
import sys
from argparse import SUPPRESS
from pathlib import Path
from typing import TYPE_CHECKING

from ports.clock import SystemClock
from ports.command_line import BokmalParser, NotUnderstood, add_command
from ports.disk import SystemDisk
from ports.folders import user_folders
from ports.ids import SystemIds
from ports.process import harden
from sandbox.profiles import FULL, PROFILES
from sandbox.state import StateFolder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from sandbox.serving import Wiring

OK, FAILED, NOT_UNDERSTOOD, NOT_RUNNING = 0, 1, 2, 7
_REASONS = {
    errno.EACCES: "ingen rettighet",
    errno.EPERM: "ingen rettighet",
    errno.EROFS: "kan bare leses",
    errno.ENOTDIR: "det ligger en fil der",
    errno.EEXIST: "det ligger en fil der",
    errno.ENOENT: "finnes ikke",
    errno.ENOSPC: "disken er full",
}
_LARGEST_PORT = 65535
_MOST_PATIENTS = 10_000
_EPILOG = """\
sluttkoder: 0 i orden, 1 feil (meldingen sier hva), 2 kommandolinjen er feil,
            7 øvingsjournalen kjører ikke
"""
_SERVE_MORE = """
Klienten finner øvingsjournalen i den vanlige mappen; med --state står den for
seg selv. Det som er lastet og skrevet, er der neste gang."""


def run(argv: Sequence[str], *, prog: str = "feltjournal sandbox", wiring: Wiring | None = None) -> int:
    """Carry out the command and return the exit code: 0 done, 1 failed, 2 wrong use, 7 not running."""
    try:
        options = _parser(prog).parse_args(list(argv))
    except NotUnderstood as misuse:
        return _fail(f"{misuse}. Ingenting er startet. Se {prog} serve --help.", NOT_UNDERSTOOD)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else NOT_UNDERSTOOD
    state = StateFolder(options.state or user_folders().sandbox, SystemDisk())
    try:
        match options.verb:
            case "serve":
                return _serve(state, options, wiring)
            case "stop":
                return _stop(state)
            case _:
                return _status(state)
    except OSError as error:
        why = _REASONS.get(error.errno or 0, error.strerror or type(error).__name__)
        return _fail(
            f"Mappen {state.path} kan ikke brukes ({why}). Ingenting er endret. Velg en annen med --state."
        )


def _parser(prog: str) -> BokmalParser:
    parser = BokmalParser(prog=prog, description="Øvingsjournalen: bare oppdiktede personer.", epilog=_EPILOG)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="serve|stop|status")
    serve = add_command(verbs, "serve", "kjør journalen i dette vinduet til den blir stoppet", _SERVE_MORE)
    serve.add_argument(
        "--port", type=_port, metavar="N", help="port på 127.0.0.1; ellers den forrige (0: en ledig)"
    )
    serve.add_argument(
        "--profile",
        type=_profile,
        default=FULL,
        metavar="NAVN",
        help="full: alt journalen kan; epic: som en nordisk Epic svarer (full)",
    )
    serve.add_argument("--load", type=Path, metavar="MAPPE", help="last FHIR R4 JSON og NDJSON fra en mappe")
    serve.add_argument("--plan-round", action="store_true", help="legg en vakt med besøk over pasientene")
    serve.add_argument(
        "--patients", type=_patients, default=0, metavar="N", help="lag N oppdiktede personer til"
    )
    serve.add_argument(
        "--seed", type=_count, default=1, metavar="N", help="frø for dem: samme frø, samme personer"
    )
    serve.add_argument(
        "--token-lifetime",
        type=_count,
        default=3600,
        metavar="SEK",
        help="sekunder en innlogging varer (3600)",
    )
    serve.add_argument("--ready-handle", type=int, help=SUPPRESS)
    stop = add_command(verbs, "stop", "stopp journalen som kjører")
    status = add_command(verbs, "status", "si om journalen kjører, og hvor")
    for verb in (serve, stop, status):
        verb.add_argument("--state", type=Path, metavar="MAPPE", help="mappen journalen ligger i")
    return parser


def _port(text: str) -> int:
    value = _count(text)
    if value > _LARGEST_PORT:
        raise NotUnderstood(f"{text} er ikke en port (0–65535)")
    return value


def _profile(text: str) -> str:
    if text not in PROFILES:
        raise NotUnderstood(f"--profile er {' eller '.join(PROFILES)}")
    return text


def _patients(text: str) -> int:
    value = _count(text)
    if value > _MOST_PATIENTS:
        raise NotUnderstood(f"{text} er for mange: --patients tar høyst {_MOST_PATIENTS}")
    return value


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise NotUnderstood(f"{text!r} er ikke et helt tall")
    return int(text)


def _serve(state: StateFolder, options: argparse.Namespace, wiring: Wiring | None) -> int:
    from sandbox.serving import CannotServe, ServeOptions, serve

    harden()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    if options.load is not None and not options.load.is_dir():
        return _fail(
            f"Mappen {options.load} finnes ikke. Ingenting er startet. Gi --load en mappe med FHIR R4 JSON."
        )
    if options.load is not None and not _has_files(options.load):
        return _fail(
            f"Mappen {options.load} har verken .json eller .ndjson. Ingenting er startet. Gi --load en mappe med FHIR R4 JSON."
        )
    asked = ServeOptions(
        options.port,
        options.load,
        options.plan_round,
        options.patients,
        options.seed,
        options.token_lifetime,
        options.ready_handle,
        options.profile,
    )
    try:
        serve(state, asked, clock=SystemClock(), ids=SystemIds(), tell=_say, wiring=wiring)
    except CannotServe as reason:
        return _fail(str(reason))
    _say("Øvingsjournalen er stoppet. Alt som er lagret, er der neste gang.")
    return OK


def _has_files(folder: Path) -> bool:
    from sandbox.loading import files_to_load

    return bool(files_to_load(folder))


def _stop(state: StateFolder) -> int:
    from sandbox.launching import stop_running

    if not state.is_running():
        _say("Øvingsjournalen kjører ikke. Det som er lagret, er der. Start den med «sandbox serve».")
        return NOT_RUNNING
    if asyncio.run(stop_running(state, SystemClock())):
        _say("Øvingsjournalen er stoppet. Alt som er lagret, er der neste gang.")
        return OK
    return _fail(f"Øvingsjournalen (prosess {state.pid}) stoppet ikke. Vent litt og prøv igjen.")


def _status(state: StateFolder) -> int:
    from sandbox.launching import find_running

    if not state.is_running():
        _say("Øvingsjournalen kjører ikke. Det som er lagret, er der. Start den med «sandbox serve».")
        return NOT_RUNNING
    running = find_running(state, SystemIds())
    if running is None:
        return _fail(
            f"En prosess har mappen {state.path}, men svarer ikke som øvingsjournalen. Ingenting er sendt dit. "
            "Starter den nå, så vent litt; ellers stopp den med «sandbox stop»."
        )
    _say(f"Øvingsjournalen svarer på {running.base_url} (prosess {state.pid}).")
    return OK


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _fail(text: str, code: int = FAILED) -> int:
    sys.stderr.write(f"{text}\n")
    return code

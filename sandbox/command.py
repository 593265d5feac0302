"""The command `sandbox serve|stop|status`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ports.clock import SystemClock
from ports.disk import SystemDisk
from ports.folders import user_folders
from ports.ids import SystemIds
from ports.process import harden
from sandbox.state import StateFolder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.serving import Wiring

OK, FAILED, NOT_RUNNING = 0, 1, 3
_LARGEST_PORT = 65535


def run(argv: Sequence[str], *, prog: str = "feltjournal sandbox", wiring: Wiring | None = None) -> int:
    """Carry out the command and return the exit code: 0 done, 1 failed, 2 wrong use, 3 not running."""
    try:
        options = _parser(prog).parse_args(list(argv))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    state = StateFolder(options.state or user_folders().sandbox, SystemDisk())
    match options.verb:
        case "serve":
            return _serve(state, options, wiring)
        case "stop":
            return _stop(state)
        case _:
            return _status(state)


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog, description="Den innebygde journalen: bare oppdiktede personer."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="serve|stop|status")
    serve = verbs.add_parser("serve", help="kjør journalen i dette vinduet til den blir stoppet")
    serve.add_argument(
        "--port", type=_port, metavar="N", help="port på 127.0.0.1; uten blir den forrige brukt (0: en ledig)"
    )
    serve.add_argument("--load", type=Path, metavar="MAPPE", help="last FHIR R4 JSON fra en mappe")
    serve.add_argument(
        "--plan-round", action="store_true", help="legg en vakt med besøk over pasientene som er lastet"
    )
    serve.add_argument(
        "--patients", type=_count, default=0, metavar="N", help="lag N oppdiktede personer ved siden av"
    )
    serve.add_argument(
        "--seed",
        type=_count,
        default=1,
        metavar="N",
        help="frø for de oppdiktede (samme frø, samme personer)",
    )
    serve.add_argument(
        "--token-lifetime", type=_count, default=3600, metavar="SEK", help="hvor lenge en innlogging varer"
    )
    serve.add_argument("--ready-handle", type=int, help=argparse.SUPPRESS)
    stop = verbs.add_parser("stop", help="stopp journalen som kjører")
    status = verbs.add_parser("status", help="si om journalen kjører, og hvor")
    for verb in (serve, stop, status):
        verb.add_argument("--state", type=Path, metavar="MAPPE", help="mappen som journalen ligger i")
    return parser


def _port(text: str) -> int:
    value = _count(text)
    if value > _LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text} er ikke en port (0–65535)")
    return value


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} er ikke et helt tall")
    return int(text)


def _serve(state: StateFolder, options: argparse.Namespace, wiring: Wiring | None) -> int:
    from sandbox.serving import CannotServe, ServeOptions, serve

    harden()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    if options.load is not None and not options.load.is_dir():
        return _fail(
            f"Mappen {options.load} finnes ikke. Skriv --load med en mappe som inneholder FHIR R4 JSON."
        )
    asked = ServeOptions(
        options.port,
        options.load,
        options.plan_round,
        options.patients,
        options.seed,
        options.token_lifetime,
        options.ready_handle,
    )
    try:
        serve(state, asked, clock=SystemClock(), ids=SystemIds(), tell=_say, wiring=wiring)
    except CannotServe as reason:
        return _fail(str(reason))
    except PermissionError:
        return _fail(f"Mappen {state.path} kan ikke skrives til. Velg en annen med --state.")
    _say("Den innebygde journalen er stoppet. Alt som er lagret, er der neste gang.")
    return OK


def _stop(state: StateFolder) -> int:
    from sandbox.launching import stop_running

    if not state.is_running():
        _say("Den innebygde journalen kjører ikke.")
        return NOT_RUNNING
    if asyncio.run(stop_running(state, SystemClock())):
        _say("Den innebygde journalen er stoppet.")
        return OK
    return _fail(f"Den innebygde journalen (prosess {state.pid}) stoppet ikke.")


def _status(state: StateFolder) -> int:
    from sandbox.launching import find_running

    if not state.is_running():
        _say("Den innebygde journalen kjører ikke. Start den med «sandbox serve».")
        return NOT_RUNNING
    running = find_running(state, SystemIds())
    if running is None:
        return _fail("En prosess holder tilstanden, men svarer ikke som den innebygde journalen.")
    _say(f"Den innebygde journalen svarer på {running.base_url} (prosess {state.pid}).")
    return OK


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _fail(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return FAILED

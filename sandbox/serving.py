"""Runs the embedded journal in this process until it is told to stop."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import uvicorn

from sandbox.app import DEFAULT_TOKEN_LIFETIME, Parts, build
from sandbox.fhir.journal import Journal
from sandbox.fhir.tables import open_tables
from sandbox.hooks import Hooks, NoHooks
from sandbox.identity_guard import holds_real_number
from sandbox.loading import Loader, LoadReport
from sandbox.profiles import FULL
from sandbox.seeding import Seeding

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.types import ASGIApp

    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.state import StateFolder

_DRAIN_SECONDS = 2
HOST = "127.0.0.1"


class CannotServe(Exception):
    """The journal cannot be started; the text says why, in bokmål."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What `serve` was asked for."""

    port: int | None = None
    load: Path | None = None
    plan_round: bool = False
    patients: int = 0
    seed: int = 1
    token_lifetime: int = DEFAULT_TOKEN_LIFETIME
    ready_handle: int | None = None
    profile: str = FULL


@dataclass(slots=True)
class Wiring:
    """What a test may put in the place of the product's own."""

    hooks: Hooks = field(default_factory=NoHooks)
    wrap: Callable[[ASGIApp, Parts], ASGIApp] = lambda app, _parts: app
    protocol: type[asyncio.Protocol] | str = "auto"


def serve(
    state: StateFolder,
    options: ServeOptions,
    *,
    clock: Clock,
    ids: Ids,
    tell: Callable[[str], None],
    wiring: Wiring | None = None,
) -> None:
    """Serve the journal in `state` until SIGTERM or SIGINT.

    Raises:
        CannotServe: another process holds the state, the port is taken, or the state cannot be used.
    """
    wiring = wiring or Wiring()
    state.disk.make_folder(state.path)
    with state.lock() as was_free:
        if not was_free:
            raise CannotServe(
                "Øvingsjournalen kjører allerede. Bruk den som den er, eller stopp den først med «sandbox stop»."
            )
        listener = _listen(state, options.port)
        try:
            _run(state, options, listener, clock=clock, ids=ids, tell=tell, wiring=wiring)
        finally:
            listener.close()
            state.drop_pid()


def _run(
    state: StateFolder,
    options: ServeOptions,
    listener: socket.socket,
    *,
    clock: Clock,
    ids: Ids,
    tell: Callable[[str], None],
    wiring: Wiring,
) -> None:
    port = int(listener.getsockname()[1])
    tables = _open(state)
    try:
        journal = Journal(tables, ids)
        _check_profile(state, journal, options.profile)
        report = fill(journal, options, clock=clock, ids=ids)
        for line in report.lines():
            tell(line)
        parts = Parts(
            state, journal, f"http://{HOST}:{port}", clock, ids, options.token_lifetime, wiring.hooks
        )
        app = wiring.wrap(build(parts), parts)
        state.keep_port(port)
        state.keep_pid(os.getpid())

        def ready() -> None:
            tell(f"Øvingsjournalen svarer på {parts.base_url}. Stopp med Ctrl+C eller «sandbox stop».")
            _announce(options.ready_handle, parts, report)

        asyncio.run(_serve_until_told(app, listener, wiring.protocol, ready))
    finally:
        tables.close()


def fill(journal: Journal, options: ServeOptions, *, clock: Clock, ids: Ids) -> LoadReport:
    """Put into the journal what the options ask for, and plan the rounds."""
    seeding = Seeding(journal, clock, ids, options.profile)
    seeding.identify()
    report = LoadReport()
    if options.load is not None:
        report = Loader(journal, clock).load(options.load)
    elif not journal.note("loaded"):
        seeding.built_in()
    if options.patients:
        seeding.generated(options.patients, options.seed)
    seeding.plan_built_in()
    if options.plan_round:
        seeding.plan_all()
    return report


def _check_profile(state: StateFolder, journal: Journal, asked: str) -> None:
    """Refuse a state that was made for another profile: its ids and its notes would not fit."""
    made_for = (journal.note("profile") or FULL) if journal.note("instance") else asked
    if made_for != asked:
        raise CannotServe(
            f"Journalen i {state.path} er laget med --profile {made_for} og kan ikke kjøres som {asked}. "
            f"Ingenting er endret. Start med --profile {made_for}, eller velg en annen mappe med --state."
        )


def _open(state: StateFolder) -> sqlite3.Connection:
    """Open the database, unless it holds the number of a real person."""
    try:
        tables = open_tables(state.database)
        rows = tables.execute("SELECT DISTINCT value FROM term WHERE name = 'identifier'")
        if any(holds_real_number(str(value)) for (value,) in rows):
            tables.close()
            raise CannotServe(
                "Journalen holder fødselsnummer i området for virkelige personer. Den åpnes ikke. "
                "Velg en annen mappe med --state."
            )
    except sqlite3.DatabaseError:
        raise CannotServe(
            f"{state.database} kan ikke leses som en journal. Den er ikke rørt. Velg en annen mappe med --state."
        ) from None
    return tables


def _listen(state: StateFolder, asked: int | None) -> socket.socket:
    port = asked if asked is not None else (state.port or 0)
    # the protocol is named so that asyncio turns off Nagle's delay on what is accepted
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        text = f"Port {port} er opptatt eller kan ikke brukes. Ingenting er endret. Velg en annen: --port N, eller"
        raise CannotServe(f"{text} --port 0 for en ledig.") from None
    listener.listen(128)
    return listener


async def _serve_until_told(
    app: ASGIApp, listener: socket.socket, protocol: type[asyncio.Protocol] | str, ready: Callable[[], None]
) -> None:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        lifespan="off",
        http=protocol,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        timeout_keep_alive=30,
    )
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    server = _ReadyServer(config, ready)
    # uvicorn raises the signal again when it has stopped: without these the process would die of it
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    await server.serve(sockets=[listener])


class _ReadyServer(uvicorn.Server):
    """Calls back when the journal answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._ready()


def _announce(handle: int | None, parts: Parts, report: LoadReport) -> None:
    """Write the ready line to whoever started this process, and close the pipe."""
    if handle is None:
        return
    line: dict[str, Any] = {
        "base_url": parts.base_url,
        "issuer": parts.issuer,
        "refused": [f"{refused.file}: {refused.reason}" for refused in report.refused],
    }
    with os.fdopen(handle, "w", encoding="utf-8") as pipe:
        pipe.write(json.dumps(line) + "\n")

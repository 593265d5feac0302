"""The engines as running processes: each is started once and gives benches, one per test."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.certificates import throw_away_certificate
from tests.contract.engines.bench import Bench, opened
from tests.contract.scripted_journal import FixedToken
from tests.omissions import FHIR_ROUTER, ROOT, router_node
from tests.sandbox_room import SandboxRoom

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

_SERVER = ROOT / "tests" / "peers" / "fhir_router" / "server.cjs"
_STOP_SECONDS = 20


SANDBOX_OPTIONS: dict[str, tuple[str, ...]] = {
    "sandbox full": (),
    "sandbox epic": ("--profile", "epic"),
}
ROUTER_MODES = {"fhir-router": "each", "fhir-router, whole": "whole"}
"""The router's two ways with a transaction: each entry for itself, or the first refusal as the answer to all."""

ENGINES = (*SANDBOX_OPTIONS, *ROUTER_MODES)


class Router:
    """`@medplum/fhir-router` in a Node of its own; it ends with its standard input, so no orphan can be left."""

    def __init__(self, folder: Path) -> None:
        node, pem = router_node(), throw_away_certificate(folder)
        assert node is not None
        self.tls = ssl.create_default_context(cafile=pem)
        self.process = subprocess.Popen(
            [node, _SERVER, FHIR_ROUTER, pem], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def bench(self, mode: str) -> Bench:
        """Return a new, empty journal."""
        base = f"https://127.0.0.1:{self.port}/{SystemIds().uuid()}/{mode}"
        return Bench(base, tls=self.tls, slow=_stamped)

    def close(self) -> None:
        """Close its standard input and see it end by itself."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        assert self.process.wait(_STOP_SECONDS) == 0
        self.process.stdout.close()


@asynccontextmanager
async def _stamped(bench: Bench, body: bytes) -> AsyncIterator[None]:
    """Take the stamp now and publish at the end."""
    stamp = SystemClock().now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    yield
    assert (await bench.raw("POST", "Observation", body, x_stamped=stamp)).status == 201


class SandboxHouse:
    """The embedded journal in its own process, as Kari Nordmann sees it."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._room = SandboxRoom(folder / "sandbox", options=("--port", "0", *options))
        self._room.start()
        self._token = str(self._room.sign_in()["access_token"])

    def bench(self) -> Bench:
        """Return the journal."""
        return Bench(self._room.base, FixedToken(self._token), slow=self._held)

    @asynccontextmanager
    async def _held(self, bench: Bench, body: bytes) -> AsyncIterator[None]:
        """Hold the commit of one create: its stamp is given, its publication waits."""
        await asyncio.to_thread(self._room.forget_faults)
        await asyncio.to_thread(self._room.fault, "hold-commit", method="POST", path="/fhir/Observation")
        create = asyncio.create_task(bench.client.create("Observation", body))
        await asyncio.to_thread(self._room.until_fired)
        yield
        await asyncio.to_thread(self._room.release)
        await create
        await asyncio.to_thread(self._room.forget_faults)

    def close(self) -> None:
        """End the process."""
        self._room.close()


class Houses:
    """Every engine by name; each process is started when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, SandboxHouse] = {}
        self._router: Router | None = None

    def bench(self, engine: str) -> AbstractAsyncContextManager[Bench]:
        """Return a bench on an engine of the table."""
        if engine in ROUTER_MODES:
            return opened(self.router.bench(ROUTER_MODES[engine]))
        if engine not in self._open:
            self._open[engine] = SandboxHouse(self._folder / engine, *SANDBOX_OPTIONS[engine])
        return opened(self._open[engine].bench())

    @property
    def router(self) -> Router:
        """The router's process."""
        if self._router is None:
            self._router = Router(self._folder)
        return self._router

    def close(self) -> None:
        """End every process that was started."""
        for house in self._open.values():
            house.close()
        if self._router is not None:
            self._router.close()

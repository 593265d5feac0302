"""Faults of the network that need no journal: no name, no older address, and an evening without a line."""

from __future__ import annotations

import asyncio
import socket
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from client.errors import ErrorKind, JournalError
from client.journal import JournalClient
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from services.connection import ConnectionWatch
from services.delivery import Delivery
from services.views import Connection
from tests.simulation.virtual_time import VirtualClock, VirtualLoop, run_virtually

HOUR = 3600.0
PATIENT = b'{"resourceType":"Patient","id":"p1"}'


class NoName(httpx.AsyncBaseTransport):
    """A network whose name service fails."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        cause = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        raise httpx.ConnectError(str(cause), request=request) from cause


async def test_name_that_is_not_found_is_no_network_and_nothing_was_sent() -> None:
    """Fault: N3."""
    inner = NoName()
    transport = JournalTransport(
        "https://journal.example/fhir", clock=SystemClock(), ids=SystemIds(), inner=inner
    )
    client = JournalClient(transport)
    for call in (client.read("Patient", "p1"), client.create("Observation", PATIENT)):
        with pytest.raises(JournalError) as failed:
            await call
        assert (failed.value.kind, failed.value.may_be_applied) == (ErrorKind.UNREACHABLE, False)
    await transport.aclose()


@pytest.mark.needs("ipv6")
async def test_journal_that_has_only_an_ipv6_address() -> None:
    """Fault: N12."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: {len(PATIENT)}\r\n\r\n"
        writer.write(head.encode() + PATIENT)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "::1", 0)
    port = server.sockets[0].getsockname()[1]
    transport = JournalTransport(
        f"http://[::1]:{port}/fhir", clock=SystemClock(), ids=SystemIds(), plain_http=True
    )
    assert (await JournalClient(transport).read("Patient", "p1")).id == "p1"
    await transport.aclose()
    server.close()


class Counting(VirtualClock):
    """A virtual clock that counts how often somebody goes to sleep."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__(loop)
        self.sleeps = 0

    async def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        await super().sleep(seconds)


class Evening:
    """Hours of the delivery's loop, with a line that is down or flaps."""

    def __init__(self, *, flaps: bool = False) -> None:
        self.loop = VirtualLoop()
        self.clock = Counting(self.loop)
        self.asked: list[float] = []
        self.told = 0
        self.delivered = 0
        self._flaps = flaps

    async def _capabilities(self) -> object:
        self.asked.append(self.loop.moment)
        if self._flaps and int(self.loop.moment) % 2:
            return SimpleNamespace()
        raise JournalError(ErrorKind.UNREACHABLE)

    async def _changed(self) -> None:
        self.told += 1

    def delivery(self) -> Delivery:
        async def check(_can: object) -> object:
            return SimpleNamespace()

        async def deliver_due(_can: object) -> object:
            self.delivered += 1
            return SimpleNamespace(stopped_by=None, tried=0, next_at=None)

        session: Any = SimpleNamespace(
            client=SimpleNamespace(capabilities=self._capabilities),
            pull=SimpleNamespace(capabilities=None),
            proven=None,
            tokens=SimpleNamespace(ended=False),
            receipts=SimpleNamespace(check=check),
            outbox=SimpleNamespace(deliver_due=deliver_due),
        )
        self.watch = ConnectionWatch(self.clock, SystemIds())
        return Delivery(session, self.watch, self.clock, self._changed)

    def last(self, hours: float) -> Evening:
        """Let it run for so long."""
        run_virtually(self.loop, self._run(hours))
        return self

    async def _run(self, hours: float) -> None:
        task = asyncio.create_task(self.delivery().run())
        await asyncio.sleep(hours * HOUR)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def test_eight_hours_without_a_line_neither_spin_nor_give_up() -> None:
    """A few questions a minute, as many wake-ups, one word to the screen; never two within a second. Fault: V5, N1, V3."""
    evening = Evening().last(8)
    assert 8 * HOUR / 16 < len(evening.asked) < 8 * HOUR / 7
    assert evening.clock.sleeps == len(evening.asked)
    assert min(b - a for a, b in zip(evening.asked, evening.asked[1:], strict=False)) >= 0.5
    assert (evening.watch.state, evening.told, evening.delivered) == (Connection.OFFLINE, 1, 0)


def test_line_that_flaps_every_second_is_not_hammered_and_is_used() -> None:
    """Fault: N8, V1."""
    evening = Evening(flaps=True).last(1)
    assert len(evening.asked) <= HOUR
    assert evening.delivered > 100
    assert evening.clock.sleeps <= len(evening.asked) + 1

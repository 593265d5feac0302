"""An answer too many on a kept connection is never the answer to the next question."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from client.journal import JournalClient
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.scripted_journal import NEW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

JUNK = {
    "another answer": b"HTTP/1.1 201 X\r\nLocation: Observation/of-another\r\nContent-Length: 0\r\n\r\n",
    "the start of one": b"HTTP/1.1 201 X\r\nLocation: Obs",
    "a line break": b"\r\n",
}


def _answer(id_: int) -> bytes:
    return f"HTTP/1.1 201 X\r\nLocation: Observation/{id_}\r\nContent-Length: 0\r\n\r\n".encode()


@asynccontextmanager
async def _journal(junk: bytes) -> AsyncIterator[tuple[str, list[int]]]:
    """Run a journal that keeps connections and numbers what it makes; with each answer goes what is behind it, in one write."""
    connections: list[int] = []
    made = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal made
        connections.append(0)
        mine = len(connections) - 1
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            made += 1
            connections[mine] += 1
            writer.write(_answer(made) + junk)
            await writer.drain()

    def gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def until_gone() -> None:
            try:
                await serve(reader, writer)
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()

        tasks.add(asyncio.ensure_future(until_gone()))

    tasks: set[asyncio.Future[None]] = set()
    server = await asyncio.start_server(gone, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/fhir", connections
    for task in tasks:
        task.cancel()


async def _made(base: str, times: int) -> list[str]:
    transport = JournalTransport(base, clock=SystemClock(), ids=SystemIds(), plain_http=True)
    try:
        client = JournalClient(transport)
        return [(await client.create("Observation", NEW)).id for _ in range(times)]
    finally:
        await transport.aclose()


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK.keys())
async def test_what_comes_behind_an_answer_is_not_the_next_one(junk: bytes) -> None:
    """Each write is acknowledged by its own answer, over a connection that nothing lies in. Fault: H15, H20."""
    async with _journal(junk) as (base, connections):
        assert await _made(base, 3) == ["1", "2", "3"]
        assert connections == [1, 1, 1]


async def test_a_connection_is_kept_where_nothing_comes_behind() -> None:
    async with _journal(b"") as (base, connections):
        assert await _made(base, 3) == ["1", "2", "3"]
        assert connections == [3]

"""An answer too many on a kept connection is never the answer to the next question."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from client.journal import JournalClient
from client.transport import JournalTransport
from ports.clock import SystemClock
from ports.ids import SystemIds
from tests.contract.certificates import throw_away_certificate
from tests.contract.scripted_journal import NEW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_OTHER = b"HTTP/1.1 201 X\r\nLocation: Observation/of-another\r\nContent-Length: 0\r\n\r\n"
JUNK = {
    "another answer": _OTHER,
    "the start of one": b"HTTP/1.1 201 X\r\nLocation: Obs",
    "a line break": b"\r\n",
}
_ONE_READ = 65_536
"""What httpcore asks of a connection at once."""


def _answer(id_: int, size: int = 0) -> bytes:
    """Return the answer to a create; with a `size` its body, with blanks behind, fills the answer up to so many bytes."""
    body = f'{{"resourceType":"Observation","id":"{id_}"}}'.encode() if size else b""
    head = f"HTTP/1.1 201 X\r\nLocation: Observation/{id_}\r\nContent-Type: application/fhir+json\r\n"
    filled = size - len(head) - len("Content-Length: 00000\r\n\r\n")
    body = body.ljust(max(filled, 0))
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture(params=["plain", "tls"])
def secured(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Return the certificate of a journal over TLS, or None for one without."""
    return throw_away_certificate(tmp_path) if request.param == "tls" else None


@asynccontextmanager
async def _journal(
    *writes: bytes, certificate: Path | None, size: int = 0
) -> AsyncIterator[tuple[str, list[int]]]:
    """Run a journal that keeps connections and numbers what it makes.

    The first of the writes goes in one piece with each answer, every further one in a piece (over TLS a record) of its own.
    """
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
            first, *more = writes
            writer.write(_answer(made, size) + first)
            for one in more:
                writer.write(one)
            await writer.drain()

    def gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def until_gone() -> None:
            try:
                await serve(reader, writer)
            except (asyncio.IncompleteReadError, OSError):
                writer.close()

        tasks.add(asyncio.ensure_future(until_gone()))

    tasks: set[asyncio.Future[None]] = set()
    tls: ssl.SSLContext | None = None
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
    server = await asyncio.start_server(gone, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield (
            f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/fhir",
            connections,
        )
    for task in tasks:
        task.cancel()


async def _made(base: str, times: int, certificate: Path | None) -> list[str]:
    tls = ssl.create_default_context(cafile=certificate) if certificate else None
    transport = JournalTransport(
        base, clock=SystemClock(), ids=SystemIds(), plain_http=certificate is None, tls=tls
    )
    try:
        client = JournalClient(transport)
        return [(await client.create("Observation", NEW)).id for _ in range(times)]
    finally:
        await transport.aclose()


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK.keys())
async def test_what_comes_behind_an_answer_is_not_the_next_one(junk: bytes, secured: Path | None) -> None:
    """Each write is acknowledged by its own answer, over a connection that nothing lies in. Fault: H15, H20."""
    async with _journal(junk, certificate=secured) as (base, connections):
        assert await _made(base, 3, secured) == ["1", "2", "3"]
        assert connections == [1, 1, 1]


async def test_an_answer_in_a_piece_of_its_own_is_not_the_next_one(secured: Path | None) -> None:
    """TLS gives one record at a time: what lies in the next one is neither read nor in the socket any more. Fault: H15, H20."""
    async with _journal(b"", _OTHER, certificate=secured) as (base, _):
        assert await _made(base, 3, secured) == ["1", "2", "3"]


async def test_an_answer_behind_one_that_fills_a_whole_read_is_not_the_next_one(secured: Path | None) -> None:
    """The loop takes more out of the socket at once than is asked for; the rest waits in a queue. Fault: H15, H20."""
    async with _journal(_OTHER, certificate=secured, size=_ONE_READ) as (base, _):
        assert await _made(base, 3, secured) == ["1", "2", "3"]


@pytest.mark.parametrize("size", [0, _ONE_READ])
async def test_a_connection_is_kept_where_nothing_comes_behind(secured: Path | None, size: int) -> None:
    async with _journal(b"", certificate=secured, size=size) as (base, connections):
        assert await _made(base, 3, secured) == ["1", "2", "3"]
        assert connections == [3]

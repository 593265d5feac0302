"""A real HTTP server on loopback: answers what a test has scripted, well-formed or not, and remembers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence
    from types import TracebackType


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reset:
    """Reset the connection: after the whole request, or as soon as the header has come."""

    after_body: bool = True


@dataclass(frozen=True)
class Drip:
    """Send the start of an answer and then nothing more, until the client goes away."""

    start: bytes = b""


@dataclass(frozen=True)
class Flood:
    """Send the start of an answer and then the same piece over and over, until the client goes away."""

    start: bytes
    piece: bytes


Reply = bytes | Reset | Drip | Flood


def reply(
    status: int, body: bytes = b"", *headers: str, kind: str = "application/fhir+json", length: int = -1
) -> bytes:
    """Return a raw answer; a `length` that is not the body's makes it one that is cut short."""
    count = len(body) if length < 0 else length
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Type: {kind}",
        f"Content-Length: {count}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class ScriptedServer:
    """Answers each request with the next reply of the script, or with what `answer` makes of it."""

    script: list[Reply] = field(default_factory=list)
    answer: Callable[[Got], Reply] | None = None
    tls: ssl.SSLContext | None = None
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None  # answers wait until it is set

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        self._server.close()

    @property
    def address(self) -> str:
        """Return scheme, host and port."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def base(self) -> str:
        """Return the base address of the journal."""
        return f"{self.address}/fhir"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            await self._exchange(reader, writer)
        with contextlib.suppress(ConnectionError):
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {
            name.lower(): value.strip() for name, _, value in (one.partition(":") for one in head[1:]) if name
        }
        early = self.script[0] if self.script else None
        if isinstance(early, Reset) and not early.after_body:
            self.script.pop(0)
            _reset(writer)
            return
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        got = Got(method, target, headers, body)
        self.got.append(got)
        self.arrived.set()
        if self.gate:
            await self.gate.wait()
        await self._give(self.answer(got) if self.answer else self.script.pop(0), reader, writer)

    @staticmethod
    async def _give(what: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if isinstance(what, Reset):
            _reset(writer)
            return
        writer.write(what if isinstance(what, bytes) else what.start)
        await writer.drain()
        while isinstance(what, Flood):  # until the other end is closed
            writer.write(what.piece)
            await writer.drain()
        if isinstance(what, Drip):
            await reader.read()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST rather than FIN."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def tokens_seen(servers: Sequence[ScriptedServer]) -> list[str]:
    """Return every Authorization header that came anywhere."""
    return [
        one.headers["authorization"]
        for server in servers
        for one in server.got
        if "authorization" in one.headers
    ]

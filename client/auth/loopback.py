"""The listener that a browser is sent back to (RFC 8252 §7.3): a free port of this machine, for one sign-in and no longer.

Anybody on the machine can call it. Only the callback that carries the sign-in's own state, from a program of the same user, is
taken; everything else gets a page that says so, and the sign-in goes on. The state alone is not enough: the address that a
browser is opened with is seen by others on the machine, who could go there, sign in as themselves and bring what they get.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Self

from client.auth.errors import SignInError, SignInReason
from ports.own_connections import is_of_this_user

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from ports.clock import Clock

PATIENCE = 300.0
"""Seconds that a person has in the browser; HelseID's own sample waits as long."""

_PATH = "/callback"
_LONGEST_HEAD = 16 * 1024
_HEAD_SECONDS = 10.0
_MOST_AT_ONCE = 32


class Loopback:
    """Listens on 127.0.0.1 while it is open.

    Args:
        clock: The time, for the patience.
        taken: The page for the browser whose callback was taken.
        other: The page for every other call.
        host: How the address names this machine: `127.0.0.1`, or `localhost` for an issuer that wants it so.
    """

    def __init__(self, clock: Clock, *, taken: str, other: str, host: str = "127.0.0.1") -> None:
        self._clock = clock
        self._taken = taken
        self._other = other
        self._host = host
        self._is_mine: Callable[[str], bool] = lambda _url: False
        self._came: asyncio.Future[str]
        self._open = 0

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        self._came = asyncio.get_running_loop().create_future()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LONGEST_HEAD)
        self._port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no more."""
        self._server.close()

    @property
    def redirect_uri(self) -> str:
        """Return the address to be sent back to."""
        return f"http://{self._host}:{self._port}{_PATH}"

    def expect(self, is_mine: Callable[[str], bool]) -> None:
        """Take the callback that `is_mine` knows. To be said before the browser is opened: it may be back at once."""
        self._is_mine = is_mine

    async def callback(self) -> str:
        """Wait for the browser; return the address it called.

        Raises:
            SignInError: EXPIRED when it did not come while the patience lasted.
        """
        patience = asyncio.create_task(self._clock.sleep(PATIENCE))
        patience.add_done_callback(lambda _: self._give_up())
        try:
            return await self._came
        finally:
            patience.cancel()

    def _give_up(self) -> None:
        """Wait no more, unless the browser has come."""
        if not self._came.done():
            self._came.set_exception(SignInError(SignInReason.EXPIRED))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up."""
        self._open += 1
        url = ""
        try:
            if self._open <= _MOST_AT_ONCE:
                async with asyncio.timeout(_HEAD_SECONDS):
                    url = self._called(await reader.readuntil(b"\r\n\r\n"))
                if url and not is_of_this_user(writer.get_extra_info("peername")[1], self._port):
                    url = ""
                is_taken = self._is_taken(url)
                writer.write(_page(self._taken if is_taken else self._other, 200 if is_taken else 404))
                await writer.drain()
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass
        finally:
            self._open -= 1
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        if self._is_taken(url):
            self._came.set_result(url)

    def _is_taken(self, url: str) -> bool:
        """Tell whether this is the one call that is waited for."""
        return bool(url) and not self._came.done() and self._is_mine(url)

    def _called(self, head: bytes) -> str:
        """Return the address of a GET of our own path under our own name; empty for anything else."""
        lines = head.decode("latin-1").split("\r\n")
        method, _, rest = lines[0].partition(" ")
        target, _, version = rest.partition(" ")
        hosts = [line[5:].strip().lower() for line in lines[1:] if line[:5].lower() == "host:"]
        is_ours = hosts == [f"{self._host}:{self._port}"] and target.partition("?")[0] == _PATH
        is_plain = target.isascii() and target.isprintable() and version.startswith("HTTP/1.")
        return f"http://{self._host}:{self._port}{target}" if method == "GET" and is_ours and is_plain else ""


def _page(words: str, status: int) -> bytes:
    """Return a page of fixed words: no script, nothing fetched, framed by nobody, told to nobody as a referrer, kept nowhere."""
    body = (
        f"<!doctype html><html lang=nb><meta charset=utf-8><title>Feltjournal</title><p>{words}</p></html>"
    ).encode()
    lines = [
        f"HTTP/1.1 {status} {'OK' if status == 200 else 'Not Found'}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body

"""Sends one request to one origin and brings back the whole answer: no redirects, no cookies, no proxy."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from client.answer import Answer, read_http_date
from client.body import read_body
from client.errors import TIMED_OUT, UNTRUSTED, ErrorKind, JournalError
from client.meter import Meter
from client.surplus import close_if_surplus
from client.wire import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.origin import Origin
    from ports.clock import Clock
    from ports.ids import Ids

_WHOLE = 6.0  # the whole exchange may take this many times the patience for one silence
_MOST_CONNECTIONS = 4
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Sender:
    """One connection pool to one origin; what lies elsewhere is refused before anything is sent."""

    def __init__(
        self,
        origin: Origin,
        *,
        clock: Clock,
        ids: Ids,
        inner: httpx.AsyncBaseTransport | None = None,
        timeout: float = 20.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.origin = origin
        self.meter = Meter()
        self._clock = clock
        self._ids = ids
        self._timeout = timeout
        self._inner = inner or _open_pool(origin, tls)

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        writes: bool = False,
    ) -> Answer:
        """Send one request and return its answer, whatever its status.

        Raises:
            JournalError: when no whole answer came; `may_be_applied` tells what that means for a write.
        """
        if not self.origin.holds(url):
            raise JournalError(ErrorKind.OFF_ORIGIN, detail="a request to another place")
        request_id = self._ids.uuid()
        request = httpx.Request(method, url, headers=self._headers(headers, request_id), content=body)
        request.extensions["timeout"] = {
            "connect": self._timeout,
            "read": self._timeout,
            "write": self._timeout,
        }
        if not self.origin.holds(str(request.url)):
            raise JournalError(ErrorKind.OFF_ORIGIN, detail="a request to another place")
        try:
            self.meter.asked()
            async with asyncio.timeout(self._timeout * _WHOLE):
                return await self._exchange(request, request_id, writes=writes)
        except TimeoutError:
            raise _lost(writes, request_id, TIMED_OUT) from None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()

    @staticmethod
    def _headers(headers: Mapping[str, str], request_id: str) -> dict[str, str]:
        """Add what every request carries."""
        return {"User-Agent": "feltjournal", "Accept-Encoding": "gzip", "X-Request-Id": request_id, **headers}

    async def _exchange(self, request: httpx.Request, request_id: str, *, writes: bool) -> Answer:
        """Send, then read the body; the response is closed however it ends."""
        try:
            response = await self._inner.handle_async_request(request)
        except _NOT_SENT as error:
            detail = UNTRUSTED if _is_of_tls(error) else "no connection"
            raise JournalError(ErrorKind.UNREACHABLE, request_id=request_id, detail=detail) from None
        except httpx.ReadTimeout:
            raise _lost(writes, request_id, TIMED_OUT) from None
        except (httpx.TransportError, OSError, ssl.SSLError):
            raise _lost(writes, request_id, "no answer") from None
        try:
            return await self._read(response, request_id)
        except (httpx.TransportError, OSError):
            raise self._cut(response.status_code, request_id, writes=writes) from None
        except JournalError as error:
            error.status, error.request_id, error.may_be_applied = response.status_code, request_id, writes
            raise
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response, request_id: str) -> Answer:
        """Read the raw stream into an answer."""
        headers = _lower(response.headers)
        stream = response.stream
        if not isinstance(stream, httpx.AsyncByteStream):
            raise JournalError(ErrorKind.BROKEN, detail="no stream")
        body = await read_body(
            stream,
            encoding=headers.get("content-encoding", ""),
            length=headers.get("content-length", ""),
            meter=self.meter,
        )
        await close_if_surplus(response)
        return Answer(
            status=response.status_code,
            headers=headers,
            body=body,
            server_time=read_http_date(headers.get("date", "")),
            received_at=self._clock.now(),
            request_id=request_id,
        )

    @staticmethod
    def _cut(status: int, request_id: str, *, writes: bool) -> JournalError:
        """Make the error for an answer that began and did not end."""
        return JournalError(
            ErrorKind.BROKEN,
            status=status,
            may_be_applied=writes,
            request_id=request_id,
            detail="an answer cut short",
        )


def _is_of_tls(error: BaseException) -> bool:
    """Tell whether TLS is what kept a connection from being made."""
    cause = error.__cause__ or error.__context__
    return isinstance(error, ssl.SSLError) or (cause is not None and _is_of_tls(cause))


def _open_pool(origin: Origin, tls: ssl.SSLContext | None) -> httpx.AsyncHTTPTransport:
    """Open the pool; TLS 1.2 or later with the system's own authorities, unless others were named."""
    limits = httpx.Limits(
        max_connections=_MOST_CONNECTIONS, max_keepalive_connections=_MOST_CONNECTIONS, keepalive_expiry=30
    )
    if origin.scheme == "http":
        return httpx.AsyncHTTPTransport(verify=False, trust_env=False, limits=limits)
    return httpx.AsyncHTTPTransport(verify=tls or _system_tls(), trust_env=False, limits=limits)


def _system_tls() -> ssl.SSLContext:
    """Return a context that trusts what the system trusts, and writes its keys to no file that the environment names."""
    context = ssl.create_default_context()
    context.keylog_filename = None  # type: ignore[assignment]  # typeshed lacks that None turns it off
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _lower(headers: httpx.Headers) -> dict[str, str]:
    """Return the headers with names in lower case, repeated ones joined."""
    return {name.lower(): value for name, value in headers.items()}


def _lost(writes: bool, request_id: str, detail: str) -> JournalError:  # noqa: FBT001  a private two-way switch
    """Make the error for a request that went out and had no answer."""
    kind = ErrorKind.ANSWER_LOST if writes else ErrorKind.UNREACHABLE
    return JournalError(kind, may_be_applied=writes, request_id=request_id, detail=detail)

"""Bytes behind an answer: they would be taken for the answer to the next question on the same connection.

A journal, or what stands before it, that sends one answer too many puts every answer after it behind its question: a write could
be called delivered by the answer to another one. HTTP/1.1 has no other sign of it, so such a connection is used no more.

What still lies in the socket httpcore sees itself before it uses a connection again. What was taken out of it already can wait in
three places: in h11, in TLS (which gives one record at a time), and in the queue that anyio keeps between loop and reader.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from client.wire import httpx

_WAY_TO_H11 = ("stream", "_httpcore_stream", "_stream", "_connection", "_h11_state")
"""From an answer of httpx to the connection's state. None of it is public, and a test with a real server holds the way."""

_WAY_TO_QUEUE = ("_protocol", "read_queue")
"""From a socket of anyio to what was read ahead; held by the same test."""


async def close_if_surplus(response: httpx.Response) -> None:
    """Close the connection of an answer that was read to its end, if the journal has sent more than the answer.

    Nothing happens where the answer came over no HTTP/1.1 connection (a test's own transport).
    """
    connection: Any = response.extensions.get("network_stream")
    if connection is not None and (
        _is_in_http(response)
        or _is_in_tls(connection.get_extra_info("ssl_object"))
        or _is_in_queue(getattr(connection, "_stream", None))
    ):
        await connection.aclose()


def _is_in_http(response: httpx.Response) -> bool:
    behind: tuple[bytes, bool] = getattr(_led(_WAY_TO_H11, response), "trailing_data", (b"", False))
    return bool(behind[0])


def _is_in_tls(tls: ssl.SSLObject | None) -> bool:
    """Tell whether a record waits: it is seen only by taking it, and then the connection has no use any more."""
    if tls is None:
        return False
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        return False
    except ssl.SSLError:
        return True
    return True  # a byte, or the other side's word that it is over


def _is_in_queue(stream: object) -> bool:
    return bool(_led(_WAY_TO_QUEUE, getattr(stream, "transport_stream", stream)))


def _led(way: tuple[str, ...], at: object) -> object:
    for name in way:
        at = getattr(at, name, None)
    return at

"""Bytes behind an answer: they would be taken for the answer to the next question on the same connection.

A journal, or what stands before it, that sends one answer too many puts every answer after it behind its question: a write could
be called delivered by the answer to another one. HTTP/1.1 has no other sign of it, so such a connection is used no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from client.wire import httpx

_WAY_TO_H11 = ("stream", "_httpcore_stream", "_stream", "_connection", "_h11_state")
"""From an answer of httpx to the connection's state. None of it is public, and a test with a real server holds the way."""


async def close_if_surplus(response: httpx.Response) -> None:
    """Close the connection of an answer that was read to its end, if the journal has sent more than the answer.

    Nothing happens where the answer came over no HTTP/1.1 connection (a test's own transport).
    """
    at: Any = response
    for name in _WAY_TO_H11:
        at = getattr(at, name, None)
    behind, _ = getattr(at, "trailing_data", (b"", False))
    connection = response.extensions.get("network_stream")
    if behind and connection is not None:
        await connection.aclose()

"""Answers of the journal that something on the way spoils, and requests that something on the way changes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

VALIDATORS = ("etag", "last-modified", "if-match", "if-none-match", "if-none-exist")


@dataclass(slots=True)
class Kept:
    """An answer that has been taken off the wire."""

    start: Message = field(default_factory=dict)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    async def send(self, send: Send, body: bytes) -> None:
        """Send the head on with another body."""
        headers = [
            (name, value) for name, value in self.start["headers"] if name.lower() != b"content-length"
        ]
        await send({**self.start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})


async def answered(app: ASGIApp, scope: Scope, receive: Receive) -> Kept:
    """Let the journal answer in plain text, and keep the answer."""
    plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    kept = Kept()
    await app({**scope, "headers": plain}, receive, kept.take)
    return kept


def with_other_entries(body: bytes, change: str) -> bytes:
    """Return a Bundle whose entries are `reversed`, one `fewer`, or one `more` (the first once again)."""
    bundle: dict[str, Any] = json.loads(body)
    entries: list[Any] = bundle.get("entry", [])
    changed: Callable[[], list[Any]] = {
        "reversed": lambda: entries[::-1],
        "fewer": lambda: entries[:-1],
        "more": lambda: [*entries, *entries[:1]],
    }[change]
    return json.dumps(bundle | {"entry": changed()}).encode()


def without_headers(app: ASGIApp, names: list[str]) -> ASGIApp:
    """Return the journal behind a proxy that passes some headers in neither direction."""
    dropped = {name.encode() for name in names or VALIDATORS}

    async def stripped(scope: Scope, receive: Receive, send: Send) -> None:
        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _without(message["headers"], dropped)}
            await send(message)

        await app({**scope, "headers": _without(scope["headers"], dropped)}, receive, pass_on)

    return stripped


def _without(headers: list[tuple[bytes, bytes]], dropped: set[bytes]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() not in dropped]


async def whole_body(receive: Receive) -> bytes:
    """Take the whole request."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def again(body: bytes, receive: Receive) -> Receive:
    """Return a way to receive a body that has been taken already, and then whatever comes after it."""
    parts = [body]

    async def replayed() -> Message:
        return {"type": "http.request", "body": parts.pop(), "more_body": False} if parts else await receive()

    return replayed

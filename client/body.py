"""Reading a body from the raw stream with caps; gzip is undone here, so that a bomb is stopped early."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

from client.errors import ErrorKind, JournalError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable

    from client.meter import Meter

MOST_BYTES = 32 * 1024 * 1024
MOST_RATIO = 100
_RATIO_FROM = 1024 * 1024
_STEP = 1024 * 1024


class _Sink(Protocol):
    """Takes the raw pieces and holds the decoded body."""

    def take(self, piece: bytes) -> None:
        """Take one raw piece."""
        ...

    def whole(self) -> bytes:
        """Return the body once the stream has ended."""
        ...


class _Plain:
    """A body that is not encoded."""

    def __init__(self) -> None:
        self._body = bytearray()

    def take(self, piece: bytes) -> None:
        """Add the piece unless the body grows too large."""
        self._body += piece
        if len(self._body) > MOST_BYTES:
            raise _too_large("more bytes than a page may have")

    def whole(self) -> bytes:
        """Return what came."""
        return bytes(self._body)


class _Gzip:
    """A gzip body, undone in steps of at most one MiB."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._raw = 0
        self._body = bytearray()

    def take(self, piece: bytes) -> None:
        """Inflate the piece step by step, looking at the caps after each."""
        self._raw += len(piece)
        if self._raw > MOST_BYTES:  # a stream may go on for ever and hold nothing
            raise _too_large("more bytes than a page may have")
        try:
            while piece:
                self._body += self._inflater.decompress(piece, _STEP)
                piece = self._inflater.unconsumed_tail
                self._check()
        except zlib.error:
            raise JournalError(ErrorKind.BROKEN, detail="not gzip") from None
        if self._inflater.unused_data:
            raise JournalError(ErrorKind.BROKEN, detail="bytes after the gzip body")

    def whole(self) -> bytes:
        """Return the body if the stream came to its proper end."""
        if not self._inflater.eof:
            raise JournalError(ErrorKind.BROKEN, detail="a gzip body cut short")
        return bytes(self._body)

    def _check(self) -> None:
        """Stop at the cap, or at a ratio that no page of a journal has."""
        if len(self._body) > MOST_BYTES:
            raise _too_large("more bytes than a page may have")
        if len(self._body) > _RATIO_FROM and len(self._body) > MOST_RATIO * self._raw:
            raise _too_large("packed tighter than any journal packs")


async def read_body(
    stream: AsyncIterable[bytes], *, encoding: str, length: str, meter: Meter | None = None
) -> bytes:
    """Return the decoded body of a raw stream; `meter` is told the bytes as they were on the wire.

    Raises:
        JournalError: TOO_LARGE beyond a cap, BROKEN for an encoding not asked for or a body cut short.
    """
    if length.isascii() and length.isdigit() and int(length[:12]) > MOST_BYTES:
        raise _too_large("more bytes than a page may have")
    sink = _sink(encoding.strip().lower())
    empty = True
    async for piece in stream:
        if piece:
            empty = False
            if meter is not None:
                meter.came(len(piece))
            sink.take(piece)
    return b"" if empty else sink.whole()


def _sink(encoding: str) -> _Sink:
    """Choose how the body is undone; only what was asked for is accepted."""
    if encoding in {"", "identity"}:
        return _Plain()
    if encoding in {"gzip", "x-gzip"}:
        return _Gzip()
    raise JournalError(ErrorKind.BROKEN, detail="an encoding that was not asked for")


def _too_large(detail: str) -> JournalError:
    """Make the refusal."""
    return JournalError(ErrorKind.TOO_LARGE, detail=detail)

"""Bodies packed to burst, cut or of a packing that was not asked for."""

from __future__ import annotations

import gzip
import zlib
from functools import cache
from typing import TYPE_CHECKING

from tests.contract.hostile.bodies import PATIENT
from tests.contract.hostile.case import Case, Moment
from tests.contract.scripted_server import Flood, Reply, reply

if TYPE_CHECKING:
    from collections.abc import Callable

_MIB = 1024 * 1024
_START = b'{"resourceType":"Patient","id":"p1","x":"'
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
_EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"


@cache
def bomb(mib: int) -> bytes:
    """Return a gzip body that unpacks to so many MiB of a patient with one long text."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = packer.compress(_START) + packer.flush(zlib.Z_FULL_FLUSH)
    step = packer.compress(b" " * _MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    return _HEAD + start + step * mib + packer.compress(b'"}') + packer.flush() + bytes(8)


@cache
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _gzip(make: Callable[[], bytes], encoding: str = "gzip") -> Callable[[Moment], Reply]:
    return lambda _moment: reply(200, make(), f"Content-Encoding: {encoding}")


def _without_end(piece: bytes, start: bytes = b"") -> Callable[[Moment], Reply]:
    head = b"HTTP/1.1 200 X\r\nContent-Type: application/fhir+json\r\nContent-Encoding: gzip\r\n\r\n"
    return lambda _moment: Flood(head + _HEAD + start, piece)


def _bent(place: int) -> bytes:
    packed = bytearray(_packed(PATIENT))
    packed[place] ^= 0xFF
    return bytes(packed)


CASES = [
    Case("a bomb of 1 GiB", "read", _gzip(lambda: bomb(1024)), "too-large"),
    Case("a bomb of 1 GiB for a search", "search", _gzip(lambda: bomb(1024)), "too-large"),
    Case("a bomb of 1 GiB for a write", "create", _gzip(lambda: bomb(1024)), "too-large open"),
    Case(
        "a bomb in an error", "read", lambda _m: reply(500, bomb(64), "Content-Encoding: gzip"), "too-large"
    ),
    Case("a body packed tighter than any journal packs", "read", _gzip(lambda: bomb(3)), "too-large"),
    Case("a bomb inside a bomb", "read", _gzip(lambda: gzip.compress(bomb(1024), mtime=0)), "too-large"),
    Case("empty blocks without end", "read", _without_end(_EMPTY_BLOCK * 13_000), "too-large"),
    Case(
        "a name in the gzip header without end",
        "read",
        lambda _m: Flood(
            b"HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03",
            b"n" * 65536,
        ),
        "too-large",
    ),
    Case("10,000 gzip bodies one behind the other", "read", _gzip(lambda: _packed(b"") * 10_000), "broken"),
    Case("gzip cut short", "read", _gzip(lambda: _packed(PATIENT)[:-9]), "broken"),
    Case("gzip with more behind it", "read", _gzip(lambda: _packed(PATIENT) + b"x"), "broken"),
    Case("gzip with another checksum", "read", _gzip(lambda: _bent(-5)), "broken"),
    Case("gzip with another length", "read", _gzip(lambda: _bent(-1)), "broken"),
    Case("gzip that is none", "read", _gzip(lambda: PATIENT), "broken"),
    Case("a body that is not said to be gzip", "read", lambda _m: reply(200, _packed(PATIENT)), "broken"),
    Case("an empty body said to be gzip", "read", _gzip(lambda: b""), "broken"),
    Case("packed twice", "read", _gzip(lambda: _packed(_packed(PATIENT)), "gzip, gzip"), "broken"),
    Case("brotli", "read", _gzip(lambda: PATIENT, "br"), "broken"),
    Case("deflate", "read", _gzip(lambda: zlib.compress(PATIENT), "deflate"), "broken"),
    Case("zstd", "read", _gzip(lambda: PATIENT, "zstd"), "broken"),
    Case("an encoding that nobody knows", "read", _gzip(lambda: PATIENT, "x-evil"), "broken"),
    Case("gzip in other letters", "read", _gzip(lambda: _packed(PATIENT), "GZip"), "gives p1"),
]

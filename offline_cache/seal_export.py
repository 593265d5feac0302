"""The file in which seals leave the laptop, version 1. All numbers are unsigned and big-endian.

    offset  size  what
    0       7     "FJSEALS"
    7       1     the version: 1
    8       4     how many seals follow
    …       4     n, the length of a seal    ┐
    …       32    SHA-256 of the seal        ├ for each seal
    …       n     the seal, byte for byte    ┘
    …       32    SHA-256 of everything before; here the file ends

A seal whose signature is not known to have been committed has the word PENDING and a zero byte before it.

The checksums tell a copy that went wrong from a seal that somebody changed: only the seal's own tag, inside, guards against that.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

from offline_cache.errors import ExportDamaged, ExportTruncated

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAGIC = b"FJSEALS\x01"
_SUM_BYTES = 32
_PENDING = b"PENDING\x00"


def mark(seal: bytes, *, pending: bool) -> bytes:
    """Return a seal as it goes into the file."""
    return _PENDING + seal if pending else seal


def unmark(seal: bytes) -> tuple[bytes, bool]:
    """Return a seal out of the file, and whether its signature is not known to have been committed."""
    is_pending = seal.startswith(_PENDING)
    return seal[len(_PENDING) :] if is_pending else seal, is_pending


def pack(seals: Sequence[bytes]) -> bytes:
    """Return the file."""
    frames = b"".join(struct.pack(">I", len(seal)) + _sum(seal) + seal for seal in seals)
    whole = _MAGIC + struct.pack(">I", len(seals)) + frames
    return whole + _sum(whole)


def unpack(raw: bytes) -> list[bytes]:
    """Return the seals.

    Raises:
        ExportTruncated: The file ends too early.
        ExportDamaged: It is another kind of file, or a byte of it is not what was written.
    """
    if raw[: len(_MAGIC)] != _MAGIC[: len(raw)] or not raw:
        raise ExportDamaged
    count, at = struct.unpack(">I", _piece(raw, len(_MAGIC), 4))[0], len(_MAGIC) + 4
    seals: list[bytes] = []
    broken = False
    for _ in range(count):
        (length,) = struct.unpack(">I", _piece(raw, at, 4))
        given = _piece(raw, at + 4, _SUM_BYTES)
        seals.append(_piece(raw, at + 4 + _SUM_BYTES, length))
        broken = broken or _sum(seals[-1]) != given
        at += 4 + _SUM_BYTES + length
    given = _piece(raw, at, _SUM_BYTES)
    if broken or given != _sum(raw[:at]) or len(raw) != at + _SUM_BYTES:
        raise ExportDamaged
    return seals


def _sum(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def _piece(raw: bytes, at: int, length: int) -> bytes:
    """Return a piece of the file, or say that it ends before."""
    piece = raw[at : at + length]
    if len(piece) != length:
        raise ExportTruncated
    return piece

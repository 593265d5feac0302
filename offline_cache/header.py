"""The header file `cache.hdr`: how the database key is wrapped, for whom, and a checksum over all of it.

The checksum tells a damaged header from a wrong PIN. It is no seal against an edit on purpose: against that,
what is written here takes part in the key that unwraps (`Header.binding`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from offline_cache.errors import HeaderDamaged
from offline_cache.keys import KdfParams  # noqa: TC001  msgspec reads the annotation

if TYPE_CHECKING:
    from pathlib import Path

    from ports.disk import Disk

_FORMAT = 1
_LARGEST = 64 * 1024
_MOST_MEMORY_KIB = 1024 * 1024
_MOST_PASSES = 32


@dataclass(frozen=True, slots=True)
class VaultIdentity:
    """Whose cache it is, and of which journal: the program's own synthetic one (`embedded`) or another."""

    server: str
    user: str
    clinician: str
    journal: str
    embedded: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """The database key wrapped once, under one PIN. Two slots exist only while a PIN is being changed."""

    kdf: KdfParams
    salt: str
    wrapped: str


@dataclass(frozen=True, slots=True)
class Header:
    """Everything that is known without a key. `backend` is empty where no keyring takes part."""

    database_id: str
    identity: VaultIdentity
    backend: str
    keyring_check: str
    created_at: str
    slots: tuple[Slot, ...]
    store_confirmed: bool = False
    format: int = _FORMAT

    def binding(self, slot: Slot) -> bytes:
        """Return what takes part in the key of a slot: an edit of any of it makes the right PIN fail."""
        bound = (
            self.format,
            self.database_id,
            asdict(self.identity),
            self.backend,
            asdict(slot.kdf),
            slot.salt,
        )
        return b"feltjournal kek v1 " + _canonical(bound)

    def with_slots(self, *slots: Slot) -> Header:
        """Return the header with these slots in place of its own."""
        return replace(self, slots=slots)

    def confirmed(self) -> Header:
        """Return the header that says that the database was made: a missing one is an incident now."""
        return replace(self, store_confirmed=True)


class _File(msgspec.Struct):
    """The file as a whole."""

    checksum: str
    header: Header


def encode(header: Header) -> bytes:
    """Return the file's bytes."""
    content = asdict(header)
    return _canonical({"checksum": _checksum(content), "header": content}) + b"\n"


def decode(raw: bytes) -> Header:
    """Read the file's bytes; HeaderDamaged unless they are exactly what `encode` wrote."""
    try:
        header = msgspec.json.decode(raw, type=_File).header
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise HeaderDamaged from None
    whole = encode(header) == raw
    if (
        not whole
        or header.format != _FORMAT
        or not header.slots
        or not all(_is_bearable(s.kdf) for s in header.slots)
    ):
        raise HeaderDamaged
    return header


def read(path: Path, disk: Disk) -> Header | None:
    """Return the header of a file, or None when there is none."""
    if not disk.exists(path):
        return None
    if disk.size(path) > _LARGEST:
        raise HeaderDamaged
    return decode(disk.read(path))


def _is_bearable(kdf: KdfParams) -> bool:
    """Tell whether the cost is one this program would ask for; a made-up one could hang the machine."""
    return (
        0 < kdf.memory_kib <= _MOST_MEMORY_KIB
        and 0 < kdf.passes <= _MOST_PASSES
        and 0 < kdf.lanes <= _MOST_PASSES
    )


def _checksum(content: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(content)).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")

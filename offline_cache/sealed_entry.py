"""What is inside a seal: a signed entry with everything that is needed to deliver it as it was signed, on another machine."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  msgspec reads the annotation
from typing import TYPE_CHECKING

import msgspec

from offline_cache.entry_records import NewPart
from offline_cache.errors import SealDamaged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from offline_cache.entry_records import EntryRecord, PartRecord


class SealAuthor(msgspec.Struct, frozen=True):
    """Who signed: stays the author whoever delivers."""

    subject: str
    name: str
    fhir_user: str


class SealedPart(msgspec.Struct, frozen=True, kw_only=True):
    """One resource. `server_id` is set when the journal had acknowledged the part before the seal was written."""

    op_id: str
    number: int
    type: str
    body: bytes
    method: str = "POST"
    target: str = ""
    if_match: str = ""
    server_id: str = ""
    version_id: str = ""


class SealedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A signed entry; `depends` names entries that must be in the journal before it."""

    format: int = 1
    entry_id: str
    sequence: int
    kind: str
    patient: str
    visit: str
    title: str
    event_at: datetime
    signed_at: datetime
    author: SealAuthor
    depends: tuple[str, ...] = ()
    parts: tuple[SealedPart, ...]


_decode = msgspec.json.Decoder(SealedEntry).decode


def sealed_entry(entry: EntryRecord, parts: Sequence[PartRecord], author: SealAuthor) -> SealedEntry:
    """Return what is sealed of a signed entry. Here, and in `as_new_part`, a new column of a part finds its way into the seal."""
    return SealedEntry(
        entry_id=entry.entry_id,
        sequence=entry.sequence,
        kind=entry.kind.value,
        patient=entry.patient,
        visit=entry.visit,
        title=entry.title,
        event_at=entry.event_at,
        signed_at=entry.signed_at,
        author=author,
        parts=tuple(
            SealedPart(
                op_id=part.op_id,
                number=part.number,
                type=part.type,
                body=part.body,
                server_id=part.server_id,
                version_id=part.version_id,
            )
            for part in parts
        ),
    )


def as_new_part(part: SealedPart) -> NewPart:
    """Return the part as it was signed."""
    return NewPart(part.op_id, part.number, part.type, part.body)


def encode(entry: SealedEntry) -> bytes:
    """Return the content of a seal: JSON, the bodies in base64 so that no byte of them changes."""
    return msgspec.json.encode(entry)


def decode(content: bytes) -> SealedEntry:
    """Read the content of a seal; SealDamaged when a program that we do not know wrote it."""
    try:
        entry = _decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise SealDamaged from None
    if (
        entry.format != 1
        or not entry.parts
        or entry.event_at.tzinfo is None
        or entry.signed_at.tzinfo is None
    ):
        raise SealDamaged
    return entry

"""What is inside a seal: a signed entry with everything that is needed to deliver it as it was signed, on another machine."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  msgspec reads the annotation
from typing import TYPE_CHECKING

import msgspec

from offline_cache.delivery_bundle import with_references
from offline_cache.entry_records import Base, NewPart
from offline_cache.errors import SealDamaged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from offline_cache.entry_records import EntryRecord, PartRecord
    from offline_cache.store import Store


class SealAuthor(msgspec.Struct, frozen=True):
    """Who signed: stays the author whoever delivers."""

    subject: str
    name: str
    fhir_user: str


class SealedPart(msgspec.Struct, frozen=True, kw_only=True):
    """One resource. `server_id` is set when the journal had acknowledged the part before the seal was written.

    A part with the method PUT replaces the version `if_match` of `target`, whose content was `base_body`; without a version
    that one is still to be made by `follows`, a part of another entry.
    """

    op_id: str
    number: int
    type: str
    body: bytes
    method: str = "POST"
    target: str = ""
    if_match: str = ""
    server_id: str = ""
    version_id: str = ""
    base_body: bytes = b""
    follows: str = ""


class SealedNeed(msgspec.Struct, frozen=True):
    """A part of another entry that this one refers to by its own id, and the id that the journal gave it, if that was known."""

    op_id: str
    type: str
    server_id: str = ""


class SealedStranger(msgspec.Struct, frozen=True):
    """Whom it is about, as typed: somebody whom no person had matched with a patient of the journal."""

    name: str
    number: str
    birth_date: str
    place: str
    note: str
    typed_at: datetime


class SealedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A signed entry.

    `depends` names entries that must be in the journal before it, `needs` the parts of them that it refers to.
    """

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
    needs: tuple[SealedNeed, ...] = ()
    stranger: SealedStranger | None = None
    parts: tuple[SealedPart, ...]


_decode = msgspec.json.Decoder(SealedEntry).decode


def sealed_entry(store: Store, entry: EntryRecord, author: SealAuthor) -> SealedEntry:
    """Return what is sealed of a signed entry. Here, and in `as_new_part`, a new column of a part finds its way into the seal."""
    depends = tuple(store.depends.of(entry.entry_id))
    matched = store.strangers.known()
    parts = store.entries.parts(entry.entry_id)
    typed = store.strangers.get(entry.patient)
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
        depends=depends,
        needs=_needs(store, depends, parts),
        stranger=None
        if typed is None
        else SealedStranger(
            typed.name, typed.number, typed.birth_date, typed.place, typed.note, typed.typed_at
        ),
        parts=tuple(_sealed_part(store, part, matched) for part in parts),
    )


def _sealed_part(store: Store, part: PartRecord, matched: dict[str, str]) -> SealedPart:
    """Return one part; a typed identity that a person has matched is in it as the patient who it is."""
    first = store.entries.part(part.follows) if part.follows else None
    is_open = first is not None and not first.replaced_by
    return SealedPart(
        op_id=part.op_id,
        number=part.number,
        type=part.type,
        body=with_references(part.body, part.op_id, matched),
        method="PUT" if part.is_update else "POST",
        target=part.target_id,
        if_match=first.version_id if first is not None and is_open else part.base_version,
        server_id=part.server_id,
        version_id=part.version_id,
        base_body=first.body if first is not None else part.base_body,
        follows=part.follows,
    )


def _needs(store: Store, depends: Sequence[str], parts: Sequence[PartRecord]) -> tuple[SealedNeed, ...]:
    """Return the parts of earlier entries that these parts name."""
    earlier = [part for entry_id in depends for part in store.entries.parts(entry_id)]
    named = [one for one in earlier if any(f'"urn:uuid:{one.op_id}"'.encode() in p.body for p in parts)]
    return tuple(SealedNeed(one.op_id, one.type, one.server_id) for one in named)


def as_new_part(part: SealedPart, *, version: str = "", known: Mapping[str, str] | None = None) -> NewPart:
    """Return the part as it was signed.

    Args:
        part: what was sealed.
        version: the version that it replaces, where the seal could not know it yet.
        known: what the journal calls the parts of other entries that it refers to.
    """
    body = with_references(part.body, part.op_id, known or {})
    base = Base(part.target, part.if_match or version, part.base_body) if part.method == "PUT" else None
    return NewPart(part.op_id, part.number, part.type, body, base)


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

"""On the supervisor's machine: the exported file and the organisation's private key, and the entries that come of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from offline_cache import seal_export, seal_format, sealed_entry
from offline_cache.errors import (
    ExportDamaged,
    ExportTruncated,
    OrganisationKeyUnreadable,
    SealDamaged,
    SealOfOtherKey,
)
from offline_cache.organisation_key import read_private
from services.rescue_problem import RescueProblem, RescueStopped

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from offline_cache.sealed_entry import SealedEntry
    from ports.disk import Disk

_LARGEST_KEY = 64 * 1024


class Became(StrEnum):
    """What a rescue came to for one entry."""

    DELIVERED = "delivered"  # now, by this run
    THERE = "there"  # the journal had all of it
    MISSING = "missing"  # a rehearsal: it would be delivered
    WAITING = "waiting"  # the journal was not to be had; to be run again
    UNCERTAIN = "uncertain"  # it may be there, and the journal cannot say; nothing is sent twice
    REFUSED = "refused"  # the journal does not take it
    NEEDS_PERSON = "needs-person"  # nothing was sent; somebody must look
    WRONG_KEY = "wrong-key"
    OTHER_JOURNAL = "other-journal"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class RescuedEntry:
    """What became of one entry, with nothing of the patient in it. `why` is a code word of ours."""

    became: Became
    entry_id: str = ""
    clinician: str = ""
    kind: str = ""
    signed_at: datetime | None = None
    parts: int = 0
    journal_ids: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class OpenedSeals:
    """The entries that can be delivered, in the order of signing, and what became of the other seals."""

    entries: list[SealedEntry] = field(default_factory=list)
    others: list[RescuedEntry] = field(default_factory=list)


def about(
    entry: SealedEntry, became: Became, why: str = "", journal_ids: tuple[str, ...] = ()
) -> RescuedEntry:
    """Return what became of an opened entry."""
    author = entry.author.name
    return RescuedEntry(
        became, entry.entry_id, author, entry.kind, entry.signed_at, len(entry.parts), journal_ids, why
    )


def read_key(path: Path, disk: Disk) -> X25519PrivateKey:
    """Read the organisation's private key.

    Raises:
        RescueStopped: KEY_UNREADABLE.
    """
    try:
        if disk.size(path) > _LARGEST_KEY:
            raise RescueStopped(RescueProblem.KEY_UNREADABLE)
        return read_private(disk.read(path))
    except (OSError, OrganisationKeyUnreadable):
        raise RescueStopped(RescueProblem.KEY_UNREADABLE) from None


def read_export(path: Path, disk: Disk) -> list[bytes]:
    """Read the exported file.

    Raises:
        RescueStopped: FILE_UNREADABLE, EXPORT_TRUNCATED, EXPORT_DAMAGED, NOTHING_SEALED.
    """
    try:
        seals = seal_export.unpack(disk.read(path))
    except OSError:
        raise RescueStopped(RescueProblem.FILE_UNREADABLE) from None
    except ExportTruncated:
        raise RescueStopped(RescueProblem.EXPORT_TRUNCATED) from None
    except ExportDamaged:
        raise RescueStopped(RescueProblem.EXPORT_DAMAGED) from None
    if not seals:
        raise RescueStopped(RescueProblem.NOTHING_SEALED)
    return seals


def open_seals(
    raws: list[bytes], private: X25519PrivateKey, journal: str, *, unconfirmed: bool = False
) -> OpenedSeals:
    """Open the seals of one journal; each that cannot be opened is told by itself and holds back no other.

    Args:
        raws: the seals out of the export.
        private: the organisation's key.
        journal: which journal's are wanted.
        unconfirmed: take along what was perhaps never signed, for somebody has asked who wrote it.
    """
    opened = OpenedSeals()
    known: dict[str, set[str]] = {}
    marked = sorted((seal_export.unmark(raw) for raw in raws), key=lambda one: one[1])
    for raw, is_pending in marked:
        one = _opened(raw, private, journal)
        if isinstance(one, RescuedEntry):
            opened.others.append(one)
            continue
        op_ids = {part.op_id for part in one.parts}
        if one.entry_id not in known and is_pending and not unconfirmed:
            opened.others.append(about(one, Became.NEEDS_PERSON, "pending"))
        elif one.entry_id not in known:
            known[one.entry_id] = op_ids
            opened.entries.append(one)
        elif known[one.entry_id] != op_ids:
            opened.others.append(about(one, Became.NEEDS_PERSON, "two-versions"))
    opened.entries.sort(key=lambda e: (e.author.subject, e.signed_at, e.sequence))
    return opened


def _opened(raw: bytes, private: X25519PrivateKey, journal: str) -> SealedEntry | RescuedEntry:
    try:
        seal = seal_format.read(raw)
    except SealDamaged:
        return RescuedEntry(Became.DAMAGED)
    head = seal.head
    if head.journal != journal:
        return RescuedEntry(Became.OTHER_JOURNAL, head.entry, head.clinician)
    try:
        entry = sealed_entry.decode(seal_format.unseal(seal, private))
    except SealOfOtherKey:
        return RescuedEntry(Became.WRONG_KEY, head.entry, head.clinician)
    except SealDamaged:
        return RescuedEntry(Became.DAMAGED, head.entry, head.clinician)
    return entry if entry.entry_id == head.entry else RescuedEntry(Became.DAMAGED, head.entry, head.clinician)

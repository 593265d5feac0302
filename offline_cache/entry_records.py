"""The rows of `entries.py` as records, and how they are read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from offline_cache.instants import from_optional, from_text
from offline_cache.states import EntryKind, EntryState

if TYPE_CHECKING:
    from datetime import datetime

    from offline_cache.engine import Row, Value

DRAFT_SELECT = """SELECT entry_id, kind, patient, visit, event_at, fields, author, saved_at
    FROM entry WHERE state = 'utkast'"""
ENTRY_SELECT = """SELECT entry_id, kind, patient, visit, event_at, fields, author, saved_at,
    sequence, title, state, signed_at, send_after, next_at, delivered_at, withdrawn_at, attempts,
    detail, shown, failures FROM entry WHERE state <> 'utkast'"""
PART_SELECT = """SELECT op_id, number, type, body, state, server_id, version_id, status, detail,
    target_id, base_version, base_body, follows, replaced_by, missed_at, entry_id FROM part"""


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """An entry being written; `saved_at` is set by the store."""

    entry_id: str
    kind: EntryKind
    patient: str
    visit: str
    event_at: datetime
    fields: dict[str, str] = field(default_factory=dict, repr=False)
    author: str = ""
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """What an update was made from: the version that the clinician saw. `follows` is a part of ours that makes it."""

    target_id: str
    version_id: str
    body: bytes = field(repr=False)
    follows: str = ""


@dataclass(frozen=True, slots=True)
class NewPart:
    """One resource of an entry about to be signed; `op_id` names it for ever. With a base it is an update, else a create."""

    op_id: str
    number: int
    type: str
    body: bytes = field(repr=False)
    base: Base | None = None


@dataclass(frozen=True, slots=True)
class PartRecord:
    """One resource of a signed entry, and what the journal said of it."""

    op_id: str
    number: int
    type: str
    body: bytes = field(repr=False)
    state: EntryState
    server_id: str
    version_id: str
    status: int
    detail: str
    target_id: str = ""
    base_version: str = ""
    base_body: bytes = field(default=b"", repr=False)
    follows: str = ""
    replaced_by: str = ""
    missed_at: datetime | None = None
    entry_id: str = ""

    @property
    def is_update(self) -> bool:
        """Tell whether the part replaces a version of something that the journal has."""
        return bool(self.target_id)


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """A signed entry."""

    entry_id: str
    kind: EntryKind
    patient: str
    visit: str
    event_at: datetime
    fields: dict[str, str] = field(repr=False)
    author: str
    sequence: int
    title: str
    state: EntryState
    signed_at: datetime
    send_after: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    withdrawn_at: datetime | None
    attempts: int
    detail: str
    shown: str = field(repr=False)
    failures: int = 0


def draft_from(row: Row) -> DraftRecord:
    """Read a row of `DRAFT_SELECT`."""
    entry_id, kind, patient, visit, event_at, fields, author, saved_at = row
    return DraftRecord(
        str(entry_id),
        EntryKind(str(kind)),
        str(patient),
        str(visit),
        from_text(event_at),
        _fields(fields),
        str(author),
        from_text(saved_at),
    )


def entry_from(row: Row) -> EntryRecord:
    """Read a row of `ENTRY_SELECT`."""
    draft = draft_from(row[:8])
    (
        sequence,
        title,
        state,
        signed_at,
        send_after,
        next_at,
        delivered_at,
        withdrawn_at,
        attempts,
        detail,
        shown,
        failures,
    ) = row[8:]
    return EntryRecord(
        draft.entry_id,
        draft.kind,
        draft.patient,
        draft.visit,
        draft.event_at,
        draft.fields,
        draft.author,
        _number(sequence),
        str(title),
        EntryState(str(state)),
        from_text(signed_at),
        from_text(send_after),
        from_optional(next_at),
        from_optional(delivered_at),
        from_optional(withdrawn_at),
        _number(attempts),
        str(detail),
        str(shown),
        _number(failures),
    )


def part_from(row: Row) -> PartRecord:
    """Read a row of `PART_SELECT`."""
    op_id, number, type_, body, state, server_id, version_id, status, detail = row[:9]
    target_id, base_version, base_body, follows, replaced_by, missed_at, entry_id = row[9:]
    return PartRecord(
        str(op_id),
        _number(number),
        str(type_),
        body if isinstance(body, bytes) else b"",
        EntryState(str(state)),
        str(server_id),
        str(version_id),
        _number(status),
        str(detail),
        str(target_id),
        str(base_version),
        base_body if isinstance(base_body, bytes) else b"",
        str(follows),
        str(replaced_by),
        from_optional(missed_at),
        str(entry_id),
    )


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _fields(text: Value) -> dict[str, str]:
    fields: dict[str, str] = json.loads(str(text))
    return fields

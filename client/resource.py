"""Resources as the exact bytes that came, cut out of answers without decoding them, beside a small header."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from client.errors import ErrorKind, JournalError

if TYPE_CHECKING:
    from datetime import datetime

    from client.outcome import Outcome

_ID = re.compile(r"[A-Za-z0-9._-]{1,256}\Z")
_TYPE = re.compile(r"[A-Z][A-Za-z]{0,63}\Z")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. `body` is the slice exactly as received; header fields that are missing are empty."""

    type: str
    id: str
    version_id: str
    last_updated: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search. `total` is the journal's word and may be wrong (Epic: the page's size); `next` is its link."""

    resources: tuple[Resource, ...]
    included: tuple[Resource, ...]
    total: int | None
    warnings: tuple[Outcome, ...]
    server_time: datetime | None
    is_last: bool
    next: str = ""


@dataclass(frozen=True, slots=True)
class Deletion:
    """The journal's word that a resource was deleted, and when by its own clock; empty when it does not say."""

    type: str
    id: str
    at: str


@dataclass(frozen=True, slots=True)
class DeletionPage:
    """One page of what was deleted; `stamps` are those of everything that the page tells of."""

    gone: tuple[Deletion, ...]
    stamps: tuple[str, ...]
    server_time: datetime | None


class _Meta(msgspec.Struct):
    versionId: str | None = None  # noqa: N815  FHIR's own name
    lastUpdated: str | None = None  # noqa: N815  FHIR's own name


_NO_META = _Meta()


class _Header(msgspec.Struct):
    resourceType: str = ""  # noqa: N815  FHIR's own name
    id: str | None = None
    meta: msgspec.Raw = msgspec.Raw(b"null")


class _Usual(msgspec.Struct):
    resourceType: str = ""  # noqa: N815  FHIR's own name
    id: str | None = None
    meta: _Meta | None = None


_read_usual = msgspec.json.Decoder(_Usual).decode
_read_header = msgspec.json.Decoder(_Header).decode
_read_meta = msgspec.json.Decoder(_Meta | None).decode


def is_id(text: str) -> bool:
    """Tell whether the text may be an id: opaque, up to 256 characters (Epic), never a step in a path."""
    return bool(_ID.match(text)) and text not in {".", ".."}


def is_type(text: str) -> bool:
    """Tell whether the text has the form of a resource type."""
    return bool(_TYPE.match(text))


def read_resource(body: bytes | msgspec.Raw) -> Resource:
    """Return the resource with its header; the bytes must have passed `json_rules.check` before.

    Raises:
        JournalError: NOT_FHIR when it is no resource, BROKEN when its id cannot be an id.
    """
    body = bytes(body)
    type_, id_, meta = _header_of(body)
    if not is_type(type_):
        raise JournalError(ErrorKind.NOT_FHIR, detail="no resourceType")
    if id_ and not is_id(id_):
        raise JournalError(ErrorKind.BROKEN, detail="an id that cannot be one")
    return Resource(type_, id_ or "", meta.versionId or "", meta.lastUpdated or "", body)


def _header_of(body: bytes) -> tuple[str, str | None, _Meta]:
    """Read type, id and meta: at one go as they nearly always are, else again with a meta of any shape."""
    with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
        usual = _read_usual(body)
        return usual.resourceType, usual.id, usual.meta or _NO_META
    try:
        header = _read_header(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise JournalError(ErrorKind.NOT_FHIR, detail="no resource") from None
    return header.resourceType, header.id, _lenient_meta(header.meta)


def _lenient_meta(raw: msgspec.Raw) -> _Meta:
    """Read meta; one that is missing, null or of another shape counts as empty (Epic has none)."""
    try:
        return _read_meta(raw) or _Meta()
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Meta()

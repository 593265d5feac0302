"""Bundles taken apart into the exact slices of their entries."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from client.errors import ErrorKind, JournalError
from client.outcome import Outcome, read_outcomes
from client.resource import Deletion, DeletionPage, Page, Resource, is_id, is_type, read_resource

if TYPE_CHECKING:
    from datetime import datetime

_NULL = msgspec.Raw(b"null")


class Link(msgspec.Struct):
    """A link of a Bundle."""

    relation: str = ""
    url: str = ""


class Search(msgspec.Struct):
    """Why an entry is in a searchset."""

    mode: str | None = None


class EntryRequest(msgspec.Struct):
    """What was asked, in a history: a deletion is told by its method alone."""

    method: str = ""
    url: str = ""


class EntryResponse(msgspec.Struct):
    """What a transaction did with one entry."""

    status: str = ""
    location: str | None = None
    etag: str | None = None
    lastModified: str | None = None  # noqa: N815  FHIR's own name
    outcome: msgspec.Raw = _NULL


class Entry(msgspec.Struct):
    """One entry; `resource` is an uncopied slice."""

    resource: msgspec.Raw = _NULL
    search: Search | None = None
    request: EntryRequest | None = None
    response: EntryResponse | None = None


class Bundle(msgspec.Struct):
    """The outer form of a Bundle."""

    resourceType: str = ""  # noqa: N815  FHIR's own name
    type: str | None = None
    total: int | None = None
    link: list[Link] | None = None
    entry: list[Entry] | None = None

    @property
    def next(self) -> str:
        """Return the link to the next page, or nothing."""
        return next((one.url for one in self.link or () if one.relation == "next" and one.url), "")


_read = msgspec.json.Decoder(Bundle).decode


def read_bundle(body: bytes, *, writes: bool = False) -> Bundle:
    """Read a checked body as a Bundle.

    Raises:
        JournalError: NOT_FHIR when it is something else.
    """
    try:
        bundle = _read(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise JournalError(ErrorKind.NOT_FHIR, may_be_applied=writes, detail="no Bundle") from None
    if bundle.resourceType != "Bundle":
        raise JournalError(ErrorKind.NOT_FHIR, may_be_applied=writes, detail="no Bundle")
    return bundle


def is_there(raw: msgspec.Raw) -> bool:
    """Tell whether the member was given and is not null."""
    return raw != _NULL


def read_page(bundle: Bundle, type_: str, server_time: datetime | None) -> Page:
    """Separate matches, included resources and the journal's warnings.

    An entry without a search mode counts as a match if it has the type that was searched for.
    """
    matches: list[Resource] = []
    included: list[Resource] = []
    warnings: list[Outcome] = []
    for entry in bundle.entry or ():
        if not is_there(entry.resource):
            continue
        resource = read_resource(entry.resource)
        mode = (entry.search.mode if entry.search else None) or ""
        if mode == "outcome" or (resource.type == "OperationOutcome" and type_ != "OperationOutcome"):
            warnings += read_outcomes(resource.body)
        elif mode == "include" or (mode != "match" and resource.type != type_):
            included.append(_with_id(resource))
        else:
            matches.append(_of_type(_with_id(resource), type_))
    link = bundle.next
    return Page(
        tuple(matches),
        tuple(included),
        bundle.total,
        tuple(warnings),
        server_time,
        is_last=not link,
        next=link,
    )


def read_deletions(bundle: Bundle, type_: str, server_time: datetime | None) -> DeletionPage:
    """Return the deletions that a page of a type's history tells of; what was written is passed over unread."""
    found: list[Deletion] = []
    stamps = tuple((e.response.lastModified if e.response else None) or "" for e in bundle.entry or ())
    for entry in bundle.entry or ():
        if entry.request is None or entry.request.method != "DELETE":
            continue
        _, id_, _ = read_location(entry.request.url, type_)
        if not id_:
            raise JournalError(ErrorKind.BROKEN, detail="a deletion of nothing")
        found.append(Deletion(type_, id_, (entry.response.lastModified if entry.response else None) or ""))
    return DeletionPage(tuple(found), stamps, server_time)


def read_tombstones(bundle: Bundle, type_: str, server_time: datetime | None) -> DeletionPage:
    """Return what a search with `_deleted=true` tells of; a match with any content is no tombstone and is passed over."""
    found: list[Deletion] = []
    for entry in bundle.entry or ():
        if not is_there(entry.resource) or (entry.search is not None and entry.search.mode == "outcome"):
            continue
        resource = read_resource(entry.resource)
        if resource.type == type_ and resource.id and _is_bare(resource.body):
            found.append(Deletion(type_, resource.id, resource.last_updated))
    return DeletionPage(tuple(found), tuple(one.at for one in found), server_time)


def _is_bare(body: bytes) -> bool:
    """Tell whether a resource says nothing but who it was."""
    tree = msgspec.json.decode(body)
    return isinstance(tree, dict) and set(tree) <= {"resourceType", "id", "meta"}


def _with_id(resource: Resource) -> Resource:
    """Refuse a resource without an id: it could be neither stored nor read again."""
    if not resource.id:
        raise JournalError(ErrorKind.BROKEN, detail="a resource without an id")
    return resource


def _of_type(resource: Resource, type_: str) -> Resource:
    """Refuse a match of another type than was searched for."""
    if resource.type != type_:
        raise JournalError(ErrorKind.WRONG_RESOURCE, detail="a match of another type")
    return resource


def read_location(location: str, type_: str = "") -> tuple[str, str, str]:
    """Return type, id and version of a Location, absolute or relative; empty texts when it names none."""
    try:
        steps = [one for one in urlsplit(location).path.split("/") if one]
    except ValueError:  # a host that can be none
        return "", "", ""
    version = ""
    if len(steps) >= 2 and steps[-2] == "_history":
        version = steps[-1] if is_id(steps[-1]) else ""
        steps = steps[:-2]
    if len(steps) < 2 or not is_type(steps[-2]) or not is_id(steps[-1]) or (type_ and steps[-2] != type_):
        return "", "", ""
    return steps[-2], steps[-1], version


def read_etag(etag: str) -> str:
    """Return the opaque text of an ETag, weak or strong."""
    text = etag.strip().removeprefix("W/")
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] == '"' else ""

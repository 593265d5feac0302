"""What the journal acknowledged of a write, by id."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from client.bundle import is_there, read_bundle, read_etag, read_location
from client.errors import ErrorKind, JournalError
from client.failures import json_body
from client.outcome import read_outcomes
from client.resource import Resource, read_resource

if TYPE_CHECKING:
    from client.answer import Answer
    from client.bundle import Entry
    from client.outcome import Outcome

_CREATED = 201


@dataclass(frozen=True, slots=True)
class Written:
    """An acknowledged write. `created` is false where the journal had it; `body` is the copy it sent."""

    type: str
    id: str
    version_id: str
    created: bool
    status: int
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """What a transaction did with one entry; `status` is 0 where the journal gave none."""

    status: int
    type: str
    id: str
    version_id: str
    outcome: tuple[Outcome, ...]
    body: bytes | None = field(default=None, repr=False)


def read_written(answer: Answer, type_: str, id_: str = "") -> Written:
    """Read the answer to a create or update.

    Raises:
        JournalError: with `may_be_applied`, when the answer does not name what was written.
    """
    copy = _copy(answer)
    _, there, version = read_location(answer.headers.get("location", ""), type_)
    found = there or (copy.id if copy else "") or id_
    if copy and (copy.type, copy.id or found) != (type_, found):
        raise _wrong(answer, "a copy of another resource")
    if not found:
        raise JournalError(
            ErrorKind.BROKEN,
            status=answer.status,
            outcomes=read_outcomes(answer.body),
            may_be_applied=True,
            detail="no id",
            request_id=answer.request_id,
        )
    if id_ and found != id_:
        raise _wrong(answer, "the id of another resource")
    version = read_etag(answer.headers.get("etag", "")) or version or (copy.version_id if copy else "")
    return Written(
        type_,
        found,
        version,
        created=answer.status == _CREATED,
        status=answer.status,
        body=copy.body if copy else None,
    )


def _copy(answer: Answer) -> Resource | None:
    """Return the resource in the body, unless it is empty or an OperationOutcome."""
    if not answer.body.strip():
        return None
    try:
        resource = read_resource(json_body(answer, writes=True))
    except JournalError as error:
        error.may_be_applied, error.status = True, answer.status
        raise
    return None if resource.type == "OperationOutcome" else resource


def _wrong(answer: Answer, detail: str) -> JournalError:
    """Make the error for an acknowledgement of something else."""
    return JournalError(
        ErrorKind.WRONG_RESOURCE,
        status=answer.status,
        may_be_applied=True,
        detail=detail,
        request_id=answer.request_id,
    )


def read_parts(answer: Answer, count: int) -> list[PartAnswer]:
    """Read the answer to a transaction of `count` entries, in their order; each entry's own status counts.

    Raises:
        JournalError: with `may_be_applied`, when the answer does not speak of every entry.
    """
    bundle = read_bundle(json_body(answer, writes=True), writes=True)
    entries = bundle.entry or []
    if len(entries) != count:
        raise JournalError(
            ErrorKind.BROKEN, status=answer.status, may_be_applied=True, detail="not an answer for each part"
        )
    return [_part(entry) for entry in entries]


def _part(entry: Entry) -> PartAnswer:
    """Read one entry; where the response is terse, the resource in the entry fills in."""
    response = entry.response
    if response is None:
        return PartAnswer(0, "", "", "", ())
    type_, id_, version = read_location(response.location or "")
    copy = _entry_copy(entry)
    outcome = read_outcomes(bytes(response.outcome)) if is_there(response.outcome) else ()
    return PartAnswer(
        status=_status(response.status),
        type=type_ or (copy.type if copy else ""),
        id=id_ or (copy.id if copy else ""),
        version_id=read_etag(response.etag or "") or version or (copy.version_id if copy else ""),
        outcome=outcome,
        body=copy.body if copy else None,
    )


def _entry_copy(entry: Entry) -> Resource | None:
    """Return the resource in an entry; one that cannot be read counts as missing."""
    if not is_there(entry.resource):
        return None
    try:
        resource = read_resource(entry.resource)
    except JournalError:
        return None
    return None if resource.type == "OperationOutcome" else resource


def _status(text: str) -> int:
    """Return the number in `201` or `201 Created`."""
    start = text.strip()[:3]
    return int(start) if start.isascii() and start.isdigit() else 0

"""From an answer to the error that it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from client.json_rules import JsonError, check, without_mark
from client.outcome import Outcome, read_outcomes

if TYPE_CHECKING:
    from client.answer import Answer
    from client.origin import Origin

_KINDS = {
    401: ErrorKind.UNAUTHORIZED,
    403: ErrorKind.FORBIDDEN,
    404: ErrorKind.NOT_FOUND,
    409: ErrorKind.CONFLICT,
    410: ErrorKind.GONE,
    412: ErrorKind.CONFLICT,
    429: ErrorKind.TOO_MANY,
}


def failure(answer: Answer, *, writes: bool, origin: Origin) -> JournalError | None:
    """Return the error that the status of an answer means; None for success."""
    status = answer.status
    if 200 <= status < 300:
        return None
    kind = _KINDS.get(status, ErrorKind.REFUSED)
    if status < 200 or 300 <= status < 400:
        kind = _redirect_kind(answer, origin)
    elif status >= 500:
        kind = ErrorKind.SERVER_FAULT
    return JournalError(
        kind,
        status=status,
        outcomes=_outcomes(answer.body),
        retry_after=answer.retry_after,
        may_be_applied=writes and not 400 <= status < 500,
        request_id=answer.request_id,
    )


def json_body(answer: Answer, *, writes: bool) -> bytes:
    """Return the body of a success as JSON that keeps the rules.

    Raises:
        JournalError: NOT_FHIR for a page of some network, BROKEN for JSON that is cut or breaks a rule.
    """
    body = without_mark(answer.body)
    if _is_page(answer, body):
        raise _bad(answer, ErrorKind.NOT_FHIR, "a page, not a resource", writes=writes)
    try:
        check(body)
    except JsonError as refusal:
        raise _bad(answer, ErrorKind.BROKEN, str(refusal), writes=writes) from None
    return body


def _is_page(answer: Answer, body: bytes) -> bool:
    """Tell whether the body is HTML or other text rather than JSON."""
    kind = answer.headers.get("content-type", "").lower()
    start = body.lstrip()[:1]
    return "html" in kind or (start not in {b"{", b"["} and "json" not in kind)


def _redirect_kind(answer: Answer, origin: Origin) -> ErrorKind:
    """Tell a redirect that leaves the journal from one that stays; neither is followed."""
    target = answer.headers.get("location", "")
    try:
        if target:
            origin.rebuild(target)
    except JournalError:
        return ErrorKind.OFF_ORIGIN
    return ErrorKind.NOT_FHIR


def _outcomes(body: bytes) -> tuple[Outcome, ...]:
    """Read the journal's words from an error body, if it has any that keep the rules."""
    body = without_mark(body)
    try:
        check(body)
    except JsonError:
        return ()
    return read_outcomes(body)


def _bad(answer: Answer, kind: ErrorKind, detail: str, *, writes: bool) -> JournalError:
    """Make the error for a success whose body is none."""
    return JournalError(
        kind, status=answer.status, may_be_applied=writes, detail=detail, request_id=answer.request_id
    )

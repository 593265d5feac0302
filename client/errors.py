"""What can go wrong between this program and the journal, as one exception with a kind."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from client.outcome import Outcome


TIMED_OUT = "no whole answer in time"
"""The detail of an error where the line held and the answer did not come in time: a smaller question may be answered."""

UNTRUSTED = "who answers is not trusted"
"""The detail of an error where TLS failed: a certificate of nobody we trust, or of another host, or no TLS at all."""


class ErrorKind(StrEnum):
    """One name per kind of failure that a caller must tell apart."""

    UNREACHABLE = "unreachable"  # no answer, and nothing was written
    ANSWER_LOST = "answer-lost"  # a write may have reached the journal, its answer never came
    UNAUTHORIZED = "unauthorized"  # 401, also after a refresh
    FORBIDDEN = "forbidden"  # 403
    NOT_FOUND = "not-found"  # 404
    GONE = "gone"  # 410
    CONFLICT = "conflict"  # 409, 412
    REFUSED = "refused"  # 400, 422 and every other 4xx
    TOO_MANY = "too-many"  # 429
    SERVER_FAULT = "server-fault"  # 5xx
    NOT_FHIR = "not-fhir"  # a page of some network, a redirect, JSON that is no resource
    BROKEN = "broken"  # cut, or JSON that breaks the rules of json_rules
    TOO_LARGE = "too-large"
    OFF_ORIGIN = "off-origin"  # a link or redirect that leaves the journal; never followed
    WRONG_RESOURCE = "wrong-resource"  # another id or type than was asked for


class Distrust(StrEnum):
    """Why an answer in the journal's place is not taken for the journal's."""

    TLS = "tls"
    ORIGIN = "off-origin"  # it sends us to another place


_MOST_WORDS = 16_000
"""Letters of the journal's own words that are handed on: screens deep, and no more than a terminal takes at once."""


class JournalError(Exception):
    """A failed exchange. The message holds the kind and status only: never a URL, a body or a token.

    `outcome_text` is the journal's own words, to be shown through the terminal filter. `may_be_applied` is
    true for a write that the journal may have carried out all the same. `detail` is a fixed phrase of ours.
    """

    def __init__(
        self,
        kind: ErrorKind,
        *,
        status: int = 0,
        outcomes: tuple[Outcome, ...] = (),
        retry_after: float | None = None,
        may_be_applied: bool = False,
        detail: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(f"{kind.value} {status}" if status else kind.value)
        self.kind = kind
        self.status = status
        self.outcomes = outcomes
        self.outcome_text = "\n".join(one.text for one in outcomes if one.text)[:_MOST_WORDS]
        self.retry_after = retry_after
        self.may_be_applied = may_be_applied
        self.detail = detail
        self.request_id = request_id

"""OperationOutcome: what the journal says in its own words, read leniently."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_TEXT = 4000
_MOST_ISSUES = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """One issue of an OperationOutcome. `codes` are the codes of `details.coding` (Epic: 4119, 59189 …)."""

    severity: str
    code: str
    codes: tuple[str, ...]
    text: str


def read_outcomes(body: bytes) -> tuple[Outcome, ...]:
    """Return the first issues of an OperationOutcome, as many as a person reads; nothing when the bytes are something else."""
    try:
        tree = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ()
    if not isinstance(tree, dict) or tree.get("resourceType") != "OperationOutcome":
        return ()
    return tuple(_outcome(issue) for issue in islice(_dicts(tree.get("issue")), _MOST_ISSUES))


def _outcome(issue: dict[str, object]) -> Outcome:
    """Read one issue; the text is the first of details.text, coding display and diagnostics that is there."""
    details = issue.get("details")
    details = details if isinstance(details, dict) else {}
    codings = list(_dicts(details.get("coding")))
    texts = [
        _text(details.get("text")),
        *(_text(one.get("display")) for one in codings),
        _text(issue.get("diagnostics")),
    ]
    return Outcome(
        severity=_text(issue.get("severity")),
        code=_text(issue.get("code")),
        codes=tuple(code for one in codings if (code := _text(one.get("code")))),
        text=next((text for text in texts if text), "")[:_MOST_TEXT],
    )


def _dicts(value: object) -> Iterator[dict[str, object]]:
    """Yield the objects of a list and skip what is something else."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def _text(value: object) -> str:
    """Return a string as it is and anything else as empty."""
    return value if isinstance(value, str) else ""

"""Address protection: what must never lie in the cache is cut out of the raw JSON, every other byte is kept.

"Strengt fortrolig" (grade 6) and "fortrolig" (grade 7) hide where a person is: address and phone,
the person's own and the contacts'. The grading is itself confidential (norway.md §5.7), so nothing is logged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

_GRADE_URL = "http://feltjournal.example/fhir/StructureDefinition/adressebeskyttelse"
_UNGRADED = "ugradert"
_SECRET_URL_END = "no-vft-secret-address"  # noqa: S105  the name of an extension
_CUT = frozenset({"address", "telecom", "position", "valueAddress"})
_HINTS = (_GRADE_URL.rsplit("/", 1)[1].encode(), _SECRET_URL_END.encode(), b"\\u", b"\\/")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)

SAME_HOME = frozenset({"RelatedPerson", "Location"})
"""Types beside Patient that say where a patient is: cut too when their patient is graded."""


def is_graded(body: bytes) -> bool:
    """Tell whether a Patient carries an address grade, or an address marked as secret.

    A grade that is not known, or says nothing, counts as one: only "ugradert" is none (norway.md §5.7).
    """
    if not any(hint in body for hint in _HINTS):
        return False
    patient = msgspec.json.decode(body)
    if any(e.get("url") == _GRADE_URL and _value(e) != _UNGRADED for e in _extensions(patient)):
        return True
    addresses = patient.get("address")
    return any(_is_secret(a) for a in (patient, *(addresses if isinstance(addresses, list) else [])))


def without_address(body: bytes) -> bytes:
    """Return the resource without the members that say where the person is; every other byte as it came."""
    kept, at = [], 0
    for start, end in sorted(_spans_to_cut(body), key=lambda span: (span[0], -span[1])):
        if start >= at:  # a span inside the last one is gone with it
            kept.append(body[at:start])
            at = end
    return b"".join([*kept, body[at:]])


def _is_secret(address: object) -> bool:
    return any(
        str(e.get("url", "")).endswith(_SECRET_URL_END) and e.get("valueBoolean") is not False
        for e in _extensions(address)
    )


def _value(extension: dict[str, Any]) -> object:
    return extension.get("valueCode", extension.get("valueString"))


def _extensions(node: object) -> list[dict[str, Any]]:
    found = node.get("extension") if isinstance(node, dict) else None
    return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []


@dataclass(slots=True)
class _Level:
    """Where the scan stands in one object or list."""

    is_object: bool
    start: int
    name: str = ""
    last_comma: int | None = None


def _spans_to_cut(body: bytes) -> Iterator[tuple[int, int]]:
    """Yield the span of every member to cut, with the one comma that goes with it."""
    levels: list[_Level] = []
    for token in _TOKEN.finditer(body):
        mark = token[0]
        if mark in (b"{", b"["):
            levels.append(_Level(mark == b"{", token.end()))
        elif mark in (b",", b"}", b"]"):
            level = levels[-1] if mark == b"," else levels.pop()
            yield from _ended(level, token.start(), token.end(), by_comma=mark == b",")
        elif mark != b":" and levels and levels[-1].is_object and not levels[-1].name:
            levels[-1].name = str(msgspec.json.decode(mark))


def _ended(level: _Level, at: int, after: int, *, by_comma: bool) -> Iterator[tuple[int, int]]:
    """Yield the span of the member that ended here if it is to be cut, and step to the next."""
    if level.is_object and level.name in _CUT:
        if by_comma:
            yield level.start, after
        else:
            yield (level.start if level.last_comma is None else level.last_comma), at
    elif by_comma:
        level.last_comma = at
    level.name, level.start = "", after

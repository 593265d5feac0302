"""Answers within the cap for bytes that would still fill the memory of a laptop, or its screen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tests.contract.hostile.case import Case, Moment
from tests.contract.scripted_server import Reply, reply

if TYPE_CHECKING:
    from collections.abc import Callable

_START = b'{"resourceType":"Patient","id":"p1","x":'
_ISSUE = b'{"severity":"error","diagnostics":"' + b"x" * 60 + b'"}'


@cache
def _filled(start: bytes, piece: bytes, count: int, end: bytes) -> bytes:
    return start + piece * count + end


def _served(
    start: bytes, piece: bytes, count: int, end: bytes, status: int = 200
) -> Callable[[Moment], Reply]:
    return lambda _moment: reply(status, _filled(start, piece, count, end))


CASES = [
    Case("ten million empty objects", "read", _served(_START + b"[", b"{},", 10_000_000, b"1]}"), "broken"),
    Case("ten million empty lists", "read", _served(_START + b"[", b"[],", 10_000_000, b"1]}"), "broken"),
    Case("five million numbers", "read", _served(_START + b"[", b"12345,", 5_000_000, b"1]}"), "gives p1"),
    Case(
        "a text of 31 million letters",
        "read",
        _served(_START + b'"', b"a" * 31, 1_000_000, b'"}'),
        "gives p1",
    ),
    Case(
        "30 million blanks before the resource",
        "read",
        _served(b" ", b" ", 30_000_000, _START + b"1}"),
        "gives p1",
    ),
    Case(
        "a refusal in 300,000 issues",
        "read",
        _served(b'{"resourceType":"OperationOutcome","issue":[', _ISSUE + b",", 300_000, _ISSUE + b"]}", 422),
        "refused",
    ),
]

"""The rules that JSON from the network must keep before anything else reads it (security.md §3.4).

Not deeper than 200 levels, no more parts than a laptop can hold, no NaN or infinity (spelled out or by size), no name twice
in one object, no lone surrogate, valid UTF-8. Two parsers that disagree about such bytes could show one thing and store another.
"""

from __future__ import annotations

import json
import math

import msgspec
from pydantic_core import from_json

MOST_PARTS = 2_000_000
"""Objects and lists in one body. Each takes some seventy bytes of memory where it took two of the body: ten million of them fit
into a page of 32 MiB, three quarters of a GiB. A chart of that size has well under one in forty bytes."""

_MARK = b"\xef\xbb\xbf"
_ESCAPED_ASCII = b"\\u00"


class JsonError(ValueError):
    """The bytes are not JSON, or break a rule; the message names the rule and never the content."""


def without_mark(body: bytes) -> bytes:
    """Return the bytes without a leading byte order mark."""
    return body.removeprefix(_MARK)


def check(body: bytes) -> None:
    """Raise JsonError unless the bytes are JSON that keeps the rules."""
    if len(body) > MOST_PARTS and body.count(b"{") + body.count(b"[") > MOST_PARTS:
        raise JsonError("more parts than a page may have")
    try:
        tree = from_json(body, allow_inf_nan=False, cache_strings="all")
    except ValueError:
        raise JsonError("not JSON, too deep, or a lone surrogate") from None
    if not _has_all_of(tree, body):
        _check_slowly(body)


def _has_all_of(tree: object, body: bytes) -> bool:
    """Tell whether a tree is proved to hold every member and every number of the text; False is no proof of the opposite.

    Without escapes of ASCII a colon divides a name from its value or stands in a string as itself. A tree that lost a member
    to another of the same name is written with fewer colons, and one that lost a number to infinity with one more null.
    """
    if _ESCAPED_ASCII in body:
        return False
    try:
        again = msgspec.json.encode(tree)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError, OverflowError):
        return False
    return again.count(b":") == body.count(b":") and again.count(b"null") == body.count(b"null")


def _check_slowly(body: bytes) -> None:
    """Look at every object while it is read."""
    try:
        json.loads(body, object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_constant)
    except JsonError:
        raise
    except (ValueError, RecursionError):
        raise JsonError("not JSON") from None


def _unique(pairs: list[tuple[str, object]]) -> None:
    """Refuse an object that names one member twice; the tree itself is not kept."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise JsonError("a name twice in one object")


def _finite(text: str) -> None:
    """Refuse a number that no float can hold."""
    if math.isinf(float(text)):
        raise JsonError("a number out of range")


def _no_constant(_text: str) -> None:
    """Refuse NaN and Infinity."""
    raise JsonError("NaN or infinity")

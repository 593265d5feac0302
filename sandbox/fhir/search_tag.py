"""Entity tags, all weak: of a search, the same as long as it finds the same versions, and of an answer by its text."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.fhir.versions import Found


def search_tag(found: Found, ignored: Sequence[str]) -> str:
    """Return the tag of a result that stands on one page; empty for one that goes on.

    A page with a next link has none: who was told 304 would go on with a link that expires.
    """
    if found.after is not None:
        return ""
    parts = [f"{version.location}" for version in (*found.matches, *found.included)]
    told = "\n".join([str(found.total), str(len(found.matches)), *parts, *ignored])
    return f'W/"s{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def body_tag(body: bytes) -> str:
    """Return the tag of an answer that is the same as long as its text is."""
    return f'W/"b{hashlib.sha256(body).hexdigest()[:32]}"'


def is_named(tag: str, if_none_match: str) -> bool:
    """Tell whether a tag is among those that a client says it holds."""
    return bool(tag) and tag in [named.strip() for named in if_none_match.split(",")]

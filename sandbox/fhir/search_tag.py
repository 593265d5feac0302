"""The entity tag of a search: a weak one, the same as long as the search finds the same versions."""

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


def is_named(tag: str, if_none_match: str) -> bool:
    """Tell whether a tag is among those that a client says it holds."""
    return bool(tag) and tag in [named.strip() for named in if_none_match.split(",")]

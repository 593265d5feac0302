"""What the journal made of a part that it took: a value rounded, a text cut, a field rewritten (fault Q8).

Only what the part says of the patient is compared, and only what was sent: what a journal adds of its own is no change. Its own
way of writing the same is none either: another zone of an instant, an absolute reference, another display beside a code.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from offline_cache.fingerprint import tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Node: TypeAlias = object

CHANGED = "changed:"
"""What the detail of a part in the journal begins with when the journal keeps something else than was signed; paths follow."""

_NEVER = frozenset({"resourceType", "id", "meta", "text", "identifier", "lastModified"})
"""Of the whole resource: the journal's own, and ids that some journals throw away (norway.md §4.2)."""

_MAY_LACK = frozenset(
    {"issued", "docStatus", "language", "derivedFrom", "extension", "context", "category", "description"}
)
"""What a new resource of ours may lose without saying anything else: who, what, when and the values are not among it."""

_BESIDE_CODE = frozenset({"display", "text", "unit", "system"})
_BESIDE_DATA = frozenset({"size", "hash", "language", "contentType", "creation", "title"})


def differing(sent: bytes, kept: bytes, *, is_update: bool) -> tuple[str, ...]:
    """Return the paths of what was sent and stands otherwise, or not at all, in the journal's copy.

    Args:
        sent: the resource as it was signed.
        kept: the journal's copy; one that cannot be read says nothing.
        is_update: whether it replaced a version of the journal's own: then nothing of it may be lacking.
    """
    ours, theirs = tree_of(sent), tree_of(kept)
    if not ours or not theirs:
        return ()
    skipped = _NEVER if is_update else _NEVER | (_MAY_LACK - theirs.keys())
    found = (_first(name, value, theirs.get(name)) for name, value in ours.items() if name not in skipped)
    return tuple(dict.fromkeys(path for path in found if path))


def to_detail(paths: tuple[str, ...]) -> str:
    """Return the paths as the detail of a part; empty for none."""
    return CHANGED + ",".join(paths) if paths else ""


def from_detail(detail: str) -> tuple[str, ...]:
    """Return the paths of a part's detail."""
    return tuple(detail.removeprefix(CHANGED).split(",")) if detail.startswith(CHANGED) else ()


def _first(path: str, ours: Node, theirs: Node) -> str:
    """Return where the journal's node first fails to say what ours says; empty where it says it."""
    if isinstance(ours, dict):
        if not isinstance(theirs, dict):
            return path
        below = (_first(f"{path}.{name}", ours[name], theirs.get(name)) for name in _compared(ours, theirs))
        return next((one for one in below if one), "")
    if isinstance(ours, list):
        return _first_of_list(path, ours, theirs if isinstance(theirs, list) else [])
    return "" if _is_same(path, ours, theirs) else path


def _first_of_list(path: str, ours: list[Node], theirs: list[Node]) -> str:
    """Compare without order; a single item is looked into, so that what differs in it can be named."""
    if len(ours) == 1 and len(theirs) == 1:
        return _first(path, ours[0], theirs[0])
    return "" if all(any(not _first(path, one, other) for other in theirs) for one in ours) else path


def _compared(ours: dict[str, Node], theirs: dict[str, Node]) -> Iterator[str]:
    """Yield the members that carry the meaning: not the words beside a code, nor what follows from the data itself."""
    beside: frozenset[str] = frozenset()
    if "reference" in ours or "code" in ours or "coding" in ours:
        beside = _BESIDE_CODE
    if "data" in ours:
        beside = _BESIDE_DATA | (
            frozenset({"data"}) if "url" in theirs and "data" not in theirs else frozenset()
        )
    yield from (name for name in ours if name not in beside)


def _is_same(path: str, ours: Node, theirs: Node) -> bool:
    if isinstance(ours, bool) or isinstance(theirs, bool) or not isinstance(ours, str):
        return ours == theirs
    if not isinstance(theirs, str):
        return False
    name = path.rpartition(".")[2]
    if name == "reference":
        return ours.startswith("urn:") or _tail(ours) == _tail(theirs)
    if name == "data":
        return _text_of(ours) == _text_of(theirs)
    return ours.strip() == theirs.strip() or ((at := _instant(ours)) is not None and at == _instant(theirs))


def _tail(reference: str) -> list[str]:
    return reference.split("/_history/", maxsplit=1)[0].rstrip("/").split("/")[-2:]


def _text_of(data: str) -> bytes:
    """Return the text of an attachment; line ends and blanks at its end are no change."""
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return data.encode()
    return raw.replace(b"\r\n", b"\n").strip()


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(microsecond=0) if at.tzinfo else None

"""The text of an attachment, for the chart and for the search alike: of a kind that is text, whole, and not too much of it.

Nothing is ever opened, fetched or handed to another program: what is not shown as text here is named and left where it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = frozenset({"text/plain", ""})
"""The media types that are shown; a journal that names none means text."""

LETTERS = frozenset(
    {"", "utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be"}
    | {"iso-8859-1", "latin1", "latin-1", "iso-8859-15", "windows-1252", "cp1252"}
)
"""The character sets that are read. Python knows a hundred others, among them some that no text is in and that take minutes."""

MOST_BYTES = 512 * 1024
"""Bytes of the longest text that is shown: some two hundred pages. Nobody reads more at a terminal."""


class Unread(Enum):
    """Why there is no text."""

    OTHER_KIND = "a format that is not shown"
    ELSEWHERE = "it lies at another address"
    NOTHING = "there is none"
    DAMAGED = "it is no base64"
    CHANGED = "its size or its sum is another"
    LETTERS = "its letters cannot be read"
    TOO_LARGE = "more than is shown"


@dataclass(frozen=True, slots=True)
class Attached:
    """The text of one attachment, or why there is none. `kind` is the media type that was given, if it was a text."""

    text: str = ""
    why: Unread | None = None
    kind: str = ""


def read_attachment(attachment: Mapping[str, Any]) -> Attached:
    """Return the text of an Attachment of FHIR R4, whatever shape the journal gave it."""
    given, data = attachment.get("contentType"), attachment.get("data")
    media, _, parameters = given.lower().partition(";") if isinstance(given, str) else ("", "", "")
    kind = media.strip()
    if kind not in KINDS or not (given is None or isinstance(given, str)):
        return Attached(why=Unread.OTHER_KIND, kind=kind)
    if not isinstance(data, str) or not data.strip():
        return Attached(why=Unread.ELSEWHERE if attachment.get("url") else Unread.NOTHING)
    if len(data) > 2 * MOST_BYTES:
        return Attached(why=Unread.TOO_LARGE)
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return Attached(why=Unread.DAMAGED)
    if not _is_whole(attachment, raw):
        return Attached(why=Unread.CHANGED)
    return Attached(why=Unread.TOO_LARGE) if len(raw) > MOST_BYTES else _decoded(raw, parameters)


def _decoded(raw: bytes, parameters: str) -> Attached:
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(" \"'")
    if charset not in LETTERS:
        return Attached(why=Unread.LETTERS)
    try:
        text = raw.decode(charset or "utf-8")
    except ValueError:
        return Attached(why=Unread.LETTERS)
    return Attached(text) if text.strip() else Attached(why=Unread.NOTHING)


def _is_whole(attachment: Mapping[str, Any], raw: bytes) -> bool:
    """Tell whether the size and the SHA-1 (base64, or hex as some write it) that came with it are those of these bytes."""
    given, size = _word(attachment, "hash"), attachment.get("size")
    if size not in (None, "") and str(size) != str(len(raw)):
        return False
    digest = hashlib.sha1(raw, usedforsecurity=False).digest()
    return not given or given in {base64.b64encode(digest).decode(), digest.hex()}


def _word(attachment: Mapping[str, Any], name: str) -> str:
    value = attachment.get(name)
    return value if isinstance(value, str) else ""

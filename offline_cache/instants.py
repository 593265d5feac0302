"""How instants are written in the store: UTC, fixed width, so that their text sorts as they do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def to_text(at: datetime) -> str: ...
@overload
def to_text(at: None) -> None: ...
def to_text(at: datetime | None) -> str | None:
    """Return the instant as text; None stays None."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: object) -> datetime:
    """Return the instant that was written."""
    return datetime.fromisoformat(str(text))


def from_optional(text: object) -> datetime | None:
    """Return the instant that was written, or None."""
    return None if text is None else from_text(text)

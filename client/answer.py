"""What came back over the wire: status, headers and the whole decoded body."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, header names in lower case; `received_at` is our clock, `server_time` its own."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    server_time: datetime | None
    received_at: datetime
    request_id: str = ""

    @property
    def retry_after(self) -> float | None:
        """Return how many seconds the server asks us to wait, from either form of Retry-After."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            return float(min(int(text[:9]), _MOST_WAIT))
        moment = read_http_date(text)
        if moment is None:
            return None
        wait = (moment - (self.server_time or self.received_at)).total_seconds()
        return min(max(wait, 0.0), _MOST_WAIT)


_MOST_WAIT = 86_400.0


def read_http_date(text: str) -> datetime | None:
    """Return an HTTP date as aware UTC time; None when it is missing or cannot be read."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None

"""What the line has carried: requests that went out, bytes of bodies that came back, as they were on the wire."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Meter:
    """Counts up for as long as the client lives; who wants to know of one sync takes the difference."""

    requests: int = 0
    received: int = 0

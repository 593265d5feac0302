"""What the line has carried: requests that went out, bytes of bodies that came back, as they were on the wire."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

_counted: ContextVar[Meter | None] = ContextVar("counted", default=None)
"""The meter of the task that asks, where it wants its own."""


@dataclass(slots=True)
class Meter:
    """Counts up for as long as the client lives. Who wants to know of one sync alone has its own."""

    requests: int = 0
    received: int = 0

    def of_what_follows(self) -> Meter:
        """Return a meter of what this task and those that it starts ask from now on, whatever else goes over the line."""
        own = Meter()
        _counted.set(own)
        return own

    def asked(self) -> None:
        """Count a request that goes out."""
        for meter in self._all():
            meter.requests += 1

    def came(self, size: int) -> None:
        """Count bytes that came."""
        for meter in self._all():
            meter.received += size

    def _all(self) -> tuple[Meter, ...]:
        own = _counted.get()
        return (self,) if own is None else (self, own)

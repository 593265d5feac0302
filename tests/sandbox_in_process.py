"""The embedded journal with its faults in the same process: for tests under virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from sandbox.app import Parts, build
from sandbox.fhir.journal import Journal
from tests.sandbox_acts import Acts
from tests.sandbox_faults import Dropped, FaultBook, FaultHooks, FaultMiddleware, Rule

if TYPE_CHECKING:
    import sqlite3
    from typing import Any

    from ports.clock import Clock
    from ports.ids import Ids
    from sandbox.conduct import Conduct
    from sandbox.state import StateFolder

ORIGIN = "http://127.0.0.1:4711"


class JournalInProcess(httpx.AsyncBaseTransport):
    """A journal over given tables, as a transport; what they were seeded for is the profile it behaves as.

    Attributes:
        book: the rules, and the gate of held commits.
        conduct: the switches.
        acts: what happens behind the clients' backs.
        parts: what the journal is made of.
    """

    def __init__(
        self,
        tables: sqlite3.Connection,
        state: StateFolder,
        clock: Clock,
        ids: Ids,
        *,
        origin: str = ORIGIN,
        token_lifetime: int = 900,
    ) -> None:
        self.book = FaultBook()
        hooks = FaultHooks(self.book)
        self.conduct: Conduct = hooks.conduct
        self.parts = Parts(state, Journal(tables, ids), origin, clock, ids, token_lifetime, hooks)
        self.acts = Acts(self.parts)
        app = FaultMiddleware(build(self.parts), self.parts, self.book)
        self._wire = httpx.ASGITransport(app)

    def fault(self, kind: str, **more: Any) -> None:
        """Add a fault rule."""
        self.book.rules.append(Rule(kind, **more))

    def forget_faults(self) -> None:
        """Forget all rules."""
        self.book.rules.clear()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request; what is dropped on the way is a broken connection."""
        try:
            return await self._wire.handle_async_request(request)
        except Dropped:
            raise httpx.ReadError("dropped by a fault rule", request=request) from None

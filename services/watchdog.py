"""The watchdog: a sender that stands still although the journal is there and work is due is started again."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from offline_cache.errors import CacheError
from services.views import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from ports.clock import Clock
    from ports.worker import Worker
    from services.connection import ConnectionWatch
    from services.delivery import Delivery
    from services.session import Session

STANDS_STILL = 60.0
"""Seconds without progress, connected and with work due, after which the sender is started again (offline-cache.md §1.5)."""

LONGEST_EXCHANGE = 130.0
"""Seconds: a little more than one request may take as a whole; within it a sender that waits for an answer is not stuck."""

_LOOKS_EVERY = 15.0


class Watchdog:
    """Keeps one delivery running. Made new after each restart, so that nothing of the stuck one is left."""

    def __init__(
        self,
        session: Session,
        watch: ConnectionWatch,
        clock: Clock,
        worker: Worker,
        new_delivery: Callable[[], Delivery],
    ) -> None:
        self._session = session
        self._watch = watch
        self._clock = clock
        self._worker = worker
        self._new = new_delivery
        self.delivery = new_delivery()
        self.restarts = 0

    def wake(self) -> None:
        """Look at the outbox at once."""
        self.delivery.wake()

    async def run(self) -> None:
        """Run the delivery; look at it now and then; start it again when it stands still."""
        running = asyncio.create_task(self.delivery.run(), name="sender")
        try:
            while True:
                await self._clock.sleep(_LOOKS_EVERY)
                if not await self._is_stuck():
                    continue
                await _end(running)
                self.restarts += 1
                with contextlib.suppress(CacheError):
                    await self._worker.run(self._note)
                self.delivery = self._new()
                running = asyncio.create_task(self.delivery.run(), name="sender")
        finally:
            await _end(running)

    async def _is_stuck(self) -> bool:
        """Tell whether work has been due for longer than any exchange lasts, and nothing has moved."""
        if self._watch.state is not Connection.ONLINE:
            return False
        outbox = self._session.outbox
        patience = LONGEST_EXCHANGE if outbox.is_asking else STANDS_STILL
        alive_at = max(outbox.moved_at, self.delivery.stepped_at)
        if self._clock.monotonic() - alive_at < patience:
            return False
        try:
            due = await self._worker.run(self._session.store.entries.due, self._clock.now())
        except CacheError:
            return False
        return bool(due)

    def _note(self) -> None:
        with self._session.store.transaction():
            self._session.store.audit.append("sender-restarted", actor=self._session.clinician.fhir_user)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task

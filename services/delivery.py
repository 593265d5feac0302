"""The background of a working day: ask whether the journal is there, and deliver what is due when it is."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from client.errors import ErrorKind, JournalError
from offline_cache.receipt_check import Standing
from services.connection import LONGEST_PAUSE, SPREAD_DELIVERY, SPREAD_ROUND
from services.views import Connection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from client.capability import Capabilities
    from ports.clock import Clock
    from services.connection import ConnectionWatch
    from services.session import Session

_NO_NETWORK = {ErrorKind.UNREACHABLE, ErrorKind.ANSWER_LOST, ErrorKind.NOT_FHIR}

_NOT_THE_JOURNAL = {
    ErrorKind.NOT_FOUND,
    ErrorKind.GONE,
    ErrorKind.REFUSED,
    ErrorKind.BROKEN,
    ErrorKind.OFF_ORIGIN,
}
"""Answers to "what can you do?" that no journal gives: something else listens on its address."""

_REFUSED = {ErrorKind.UNAUTHORIZED, ErrorKind.FORBIDDEN}
"""The journal answers, and lets this clinician in no more."""

_SHORTEST_WAIT = 0.05
"""Seconds: due times in the past never make the loop spin."""

_AWAY = (Connection.OFFLINE, Connection.SIGNED_OUT)


def connection_of(error: JournalError) -> Connection:
    """Return what a failed request says of the connection."""
    if error.kind in _NO_NETWORK:
        return Connection.OFFLINE
    if error.kind is ErrorKind.UNAUTHORIZED:
        return Connection.SIGNED_OUT
    return Connection.ONLINE


class Delivery:
    """Runs until cancelled. `wake` makes it look at once: something was signed, or somebody asked."""

    def __init__(
        self,
        session: Session,
        watch: ConnectionWatch,
        clock: Clock,
        changed: Callable[[], Awaitable[None]],
        reconnected: Callable[[], Awaitable[None]] | None = None,
        reached: Callable[[bool], Awaitable[bool]] | None = None,
        tell_log: Callable[[Capabilities], Awaitable[int]] | None = None,
        met: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._session = session
        self._watch = watch
        self._clock = clock
        self._changed = changed
        self._reconnected = reconnected
        self._reached = reached
        self._tell_log = tell_log
        self._noted = met
        self._wake = asyncio.Event()
        self._capabilities: Capabilities | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self.faults = 0
        self.stepped_at = clock.monotonic()
        """When the last step ended: a loop that turns is not stuck, whatever it met."""
        self.is_over = False
        """Whether the cache is gone, and with it everything there was to deliver."""

    def wake(self) -> None:
        """Look at the outbox at once."""
        self._wake.set()

    async def run(self) -> None:
        """Ask, deliver, wait; until the cache is gone.

        No fault ends it: a loop that stopped would keep signed work from the journal.
        """
        try:
            while not self.is_over:
                self._wake.clear()
                try:
                    pause = await self.step()
                except Exception:  # noqa: BLE001  whatever it was, the entry is in the store and is tried again
                    self.faults += 1
                    pause = LONGEST_PAUSE
                self.stepped_at = self._clock.monotonic()
                await self._wait(pause)
        finally:
            for task in (self._fetching, self._telling):
                await _ended(task)

    async def log_told(self) -> None:
        """Wait until the telling of the log that the last step began is over."""
        if self._telling is not None:
            await self._telling

    async def step(self) -> float:
        """Do one round of asking and delivering; return the seconds until the next is worth while."""
        pause = await self._round()
        if self._noted is not None and not self.is_over:
            await self._noted()
        return pause

    async def _round(self) -> float:
        before = self._watch.state
        capabilities = await self._ask()
        if capabilities is None:
            return self._watch.pause()
        if before is Connection.OFFLINE and self._reconnected is not None:
            await self._met(Connection.ONLINE)
            self._fetch_round()
            return self._watch.stagger(SPREAD_DELIVERY)
        pause = await self._deliver(capabilities)
        self._begin_telling(capabilities)
        if before in _AWAY and self._watch.state is Connection.ONLINE and not self.is_over:
            self._fetch_round()
        return pause

    async def _ask(self) -> Capabilities | None:
        """Ask what the journal can do; None when it cannot be reached or lets nobody in."""
        if self._session.proven is not None:
            self._session.proven.doubt()
        try:
            self._capabilities = await self._session.client.capabilities()
            self._session.pull.capabilities = self._capabilities
        except JournalError as error:
            state = Connection.OFFLINE if error.kind in _NOT_THE_JOURNAL else connection_of(error)
            await self._met(state, error.retry_after)
            if error.kind in _REFUSED:
                await self._hear(let_in=False)
            return None
        if self._session.tokens.ended:
            await self._met(Connection.SIGNED_OUT)
            await self._hear(let_in=False)
            return None
        return self._capabilities

    async def _deliver(self, can: Capabilities) -> float:
        """Deliver what is due to a journal that is the one it was; return when it is worth while again."""
        try:
            standing = await self._session.receipts.check(can)
        except JournalError as error:
            await self._met(connection_of(error), error.retry_after)
            return self._watch.pause()
        if standing is Standing.OTHER:
            await self._met(Connection.ONLINE)
            return self._watch.pause()
        done = await self._session.outbox.deliver_due(can)
        if done.stopped_by is not None:
            await self._met(connection_of(JournalError(done.stopped_by)))
        else:
            await self._met(Connection.ONLINE)
        if self._watch.state is not Connection.OFFLINE:
            await self._hear(let_in=self._watch.state is Connection.ONLINE)
        if self.is_over:
            return self._watch.pause()
        if done.tried:  # also what was refused or is unknown now is news to the screen
            await self._changed()
        if self._watch.state is not Connection.ONLINE or done.next_at is None:
            return self._watch.pause()
        until_due = (done.next_at - self._clock.now()).total_seconds()
        return min(self._watch.pause(), max(_SHORTEST_WAIT, until_due))

    async def _hear(self, *, let_in: bool) -> None:
        """Say that the journal has answered, and whether it let us in; whoever is told may end all this."""
        if self._reached is not None and not await self._reached(let_in):
            self.is_over = True

    def _fetch_round(self) -> None:
        """Begin to fetch the round again, beside the delivery and a while after it."""
        if self._reconnected is None or (self._fetching is not None and not self._fetching.done()):
            return
        self._fetching = asyncio.create_task(self._fetch(self._reconnected), name="round")

    async def _fetch(self, reconnected: Callable[[], Awaitable[None]]) -> None:
        await self._clock.sleep(self._watch.stagger(SPREAD_ROUND))
        try:
            await reconnected()
        except Exception:  # noqa: BLE001  the round that is there stays; the next connection fetches it again
            self.faults += 1

    def _begin_telling(self, can: Capabilities) -> None:
        """Begin to tell the journal the log, beside the delivery: it must never make signed work wait."""
        is_at_it = self._telling is not None and not self._telling.done()
        is_ours = self._session.receipts.standing is not Standing.OTHER
        if self._tell_log is None or is_at_it or self.is_over or not is_ours:
            return
        if self._watch.state is Connection.ONLINE:
            self._telling = asyncio.create_task(self._tell(self._tell_log, can), name="log")

    async def _tell(self, tell_log: Callable[[Capabilities], Awaitable[int]], can: Capabilities) -> None:
        try:
            await tell_log(can)
        except Exception:  # noqa: BLE001  the rows stay in the store, and the next step goes on with them
            self.faults += 1

    async def _met(self, state: Connection, retry_after: float | None = None) -> None:
        if self._watch.met(state, retry_after=retry_after):
            await self._changed()

    async def _wait(self, seconds: float) -> None:
        """Wait for the time or for `wake`, whichever is first."""
        waiting = {
            asyncio.ensure_future(self._wake.wait()),
            asyncio.ensure_future(self._clock.sleep(seconds)),
        }
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()


async def _ended(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
